"""Two empirical distributions side by side on their pooled values: what every rank metric reads."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmon.profiles.distributions import Distribution
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.records.arrays import FloatArray, IntArray


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The pooled distinct values of two samples and the rows of each side at or below them."""

    # (J,) ascending; distinct as numbers, though int64 beyond 2**53 may round to equal floats.
    values: FloatArray
    # (J,) rows of each side at or below each value; too low by at most ``ref_slack`` and
    # ``cur_slack``.
    ref_below: IntArray
    cur_below: IntArray
    # Rows of the reference and of production.
    n: int
    m: int
    # The ``uncertain`` rows of each side; 0 when exact.
    ref_slack: int
    cur_slack: int

    @property
    def pooled_below(self) -> IntArray:
        """(J,) int64, rows of both sides at or below each value."""
        return self.ref_below + self.cur_below

    @property
    def difference(self) -> FloatArray:
        """(J,) float64 in [-1, 1], reference minus production distribution function."""
        if self.n * self.m < 2**62:
            return (self.ref_below * self.m - self.cur_below * self.n) / (self.n * self.m)
        return self.ref_below / self.n - self.cur_below / self.m


def as_ecdf(side: Distribution) -> Ecdf:
    """The distribution itself; raises TypeError when it holds labels."""
    if not isinstance(side, Ecdf):
        raise TypeError("this metric compares numeric columns; the distribution holds labels")
    return side


@functools.lru_cache(maxsize=8)
def pool(ref: Ecdf, cur: Ecdf) -> Pool:
    """Put two non-empty distributions side by side.

    The last pairs are remembered: a column's metrics all start from the same pool.
    """
    left, right = _comparable(ref.values, cur.values)
    values = np.concatenate([left, right])
    # Two sorted runs: a stable sort merges them in one pass.
    values.sort(kind="stable")
    values = values[np.append(True, values[1:] != values[:-1])]
    return Pool(
        values=values.astype(np.float64),
        ref_below=np.append(0, ref.cumulative)[np.searchsorted(left, values, side="right")],
        cur_below=np.append(0, cur.cumulative)[np.searchsorted(right, values, side="right")],
        n=ref.n,
        m=cur.n,
        ref_slack=ref.uncertain,
        cur_slack=cur.uncertain,
    )


def _comparable(left: NDArray[Any], right: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Both arrays in one dtype: int64 where nothing is lost by it, else float64."""
    if left.dtype == right.dtype:
        return left, right
    if left.dtype.kind == "f":
        whole = _as_integers(left)
        return (left, right.astype(np.float64)) if whole is None else (whole, right)
    whole = _as_integers(right)
    return (left.astype(np.float64), right) if whole is None else (left, whole)


def _as_integers(values: FloatArray) -> IntArray | None:
    """The same numbers as int64, or None when they do not fit."""
    # 2**63 itself does not fit, and no float64 lies between it and the largest one that does.
    fits = np.all((values >= -(2.0**63)) & (values < 2.0**63))
    if not fits or np.any(values != np.floor(values)):
        return None
    return values.astype(np.int64)


def resized(below: IntArray, n: int, m: int) -> IntArray:
    """Pooled rows at or below each value, (L,) ascending and positive, had production ``m`` rows.

    The last of ``below`` is all rows of both sides as they are. Pooled shares are kept, to whole
    rows; L <= J.
    """
    total = n + m
    if total == below[-1]:
        return below
    scaled = np.unique(np.rint(below / below[-1] * total).astype(np.int64))
    return scaled[scaled > 0]


@functools.lru_cache(maxsize=16)
def mean_and_std(side: Ecdf) -> tuple[float, float]:
    """The exact mean and sample standard deviation, remembered: exact sums are slow to form."""
    return side.mean, side.std


@functools.lru_cache(maxsize=8)
def interpolated(ref: Ecdf, cur: Ecdf) -> tuple[FloatArray, FloatArray]:
    """Best guess of both sides' rows at or below each pooled value, (J,) float64 each.

    Between two retained values rows are spread evenly, as many as the cell's mean leaves room for
    and never more than the side's ``uncertain``; so the guess stays within the side's bound, and
    integrals of squared differences are free of the bias that flat cells would give them.
    """
    both = pool(ref, cur)
    return _spread(ref, both.values, both.ref_below), _spread(cur, both.values, both.cur_below)


def _spread(side: Ecdf, at: FloatArray, below: IntArray) -> FloatArray:
    guess = below.astype(np.float64)
    if side.is_exact:
        return guess
    own, width, inner = _inside(side)
    with np.errstate(all="ignore"):
        place = np.searchsorted(own, at, side="right") - 1
        is_inside = (place >= 0) & (place < len(own) - 1)
        place = np.where(is_inside, place, 0)
        part = np.nan_to_num((at - own[place]) / width[place])
    guess += np.where(is_inside, inner[place] * np.clip(part, 0.0, 1.0), 0.0)
    return guess


# A reference is asked again for every window.
@functools.lru_cache(maxsize=128)
def _inside(side: Ecdf) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(K,) values; (K - 1,) how far apart they are, and the rows that are spread in between."""
    own = side.values.astype(np.float64)
    start, end = own[:-1], own[1:]
    mass = side.mass[1:]
    with np.errstate(all="ignore"):
        width = end - start
        # Evenly spread rows lie half a cell below its end on average; ties at the end, less.
        inner = 2.0 * (end - side.total[1:] / mass) / width * mass
        inner = np.clip(np.nan_to_num(inner), 0.0, np.minimum(mass - 1, side.uncertain))
    return own, width, inner
