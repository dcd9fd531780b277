"""The empirical distribution of a numeric column in a few thousand points, with its error known.

A point keeps the *exact* number of rows at or below it, so that the only approximation is which
points were kept: between two retained points the distribution function is underestimated by at
most the rows that lie strictly between them. That bound is carried (``uncertain``), never assumed.

References
----------
Greenwald and Khanna, *Power-conserving computation of order-statistics over sensor networks*,
PODS 2004 (COMBINE and PRUNE). Agarwal et al., *Mergeable summaries*, PODS 2012.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmon.profiles.distributions.presence import Presence, are_counts
from mmon.profiles.distributions.ranks import choose, retained_ranks, sort
from mmon.profiles.merging import merged
from mmon.records import Count, require
from mmon.records.arrays import FloatArray, IntArray, dot

DEFAULT_POINTS = 4096


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Ecdf:
    """A mergeable summary of one numeric or datetime column.

    Attributes
    ----------
    values : (K,) float64 or int64, ascending
        Retained values. The first is the smallest and the last the largest finite value seen.
    mass : (K,) int64
        Rows in the cell ``(values[i - 1], values[i]]``; sums to ``presence.present``.
    total : (K,) float64
        Sum of the values of each cell, so that cell means and the mean are exact.
    moments : (P, 3) float64
        Rows ``(n, mean, m2)`` of the parts this was merged from; m2 is the sum of squared
        deviations from the part's mean.
    presence : Presence
        Rows present (finite), null, NaN and infinite.
    uncertain : int
        Rows by which the distribution function may be underestimated anywhere; 0 when exact.
    repeats : int
        Rows known to repeat a value: n minus distinct values while every value is kept.
    """

    values: NDArray[Any]
    mass: IntArray
    total: FloatArray
    moments: FloatArray
    presence: Presence
    uncertain: Count = 0
    repeats: Count = 0

    def check(self) -> None:
        """Raise `MisfitError` when what was read back is no summary of numbers."""
        shape = (len(self.values),)
        require({one.shape for one in (self.values, self.mass, self.total)} == {shape}, "is ragged")
        require(np.isfinite(self.values).all(), "has values that are no numbers")
        require((self.values[1:] >= self.values[:-1]).all(), "has values that do not ascend")
        require(are_counts(self.mass, self.n), "has masses that do not add up to its rows")
        require(bool(shape[0]) == bool(self.n), "has rows without values")
        require(self.moments.shape[1:] == (3,), "has no moments")
        rows = self.moments[:, 0].sum()
        require(rows == self.n, f"has moments of {rows:g} rows, not of {self.n}")
        require(max(self.uncertain, self.repeats) <= self.n, "has more repeats than rows")

    @classmethod
    def empty(cls, presence: Presence | None = None) -> Ecdf:
        """The summary of no usable value at all."""
        none, mass = np.empty(0), np.empty(0, dtype=np.int64)
        return cls(none, mass, none, np.empty((0, 3)), presence or Presence())

    @classmethod
    def of(
        cls,
        values: NDArray[Any],
        *,
        presence: Presence | None = None,
        points: int | None = DEFAULT_POINTS,
    ) -> Ecdf:
        """Summarise (n,) finite values of any integer or float dtype, in any order; not modified.

        Parameters
        ----------
        presence : Presence, optional
            Counts of the whole column; ``present`` must be n. Default: n present rows.
        points : int or None
            How many values to retain about (tails add a few); None keeps every distinct value.
        """
        presence = presence or Presence(present=len(values))
        return cls.of_ordered(sort(values.copy()), presence=presence, points=points)

    @classmethod
    @np.errstate(over="ignore", invalid="ignore")
    def of_ordered(
        cls, ordered: NDArray[Any], *, presence: Presence, points: int | None = DEFAULT_POINTS
    ) -> Ecdf:
        """Summarise finite values in ascending order, which are used up; see `of`."""
        n = len(ordered)
        if n == 0:
            return cls.empty(presence)
        changes = ordered[1:] != ordered[:-1]
        distinct = int(np.count_nonzero(changes)) + 1
        ranks, uncertain = choose(ordered, changes, distinct, points)
        kept = ordered[ranks - 1]
        kept = kept.astype(np.float64 if kept.dtype.kind == "f" else np.int64)
        mass = np.diff(ranks, prepend=0)
        floats = (ordered if uncertain else kept).astype(np.float64, copy=False)
        # Of single values the formula that `merge` repeats, so that exact summaries add up exactly.
        total = np.add.reduceat(floats, ranks - mass) if uncertain else floats * mass
        mean = float(total.sum()) / n
        # In place: `ordered` has served, and a fresh array of its size costs more than the sum.
        floats = np.subtract(floats, mean, out=floats if uncertain else None)
        floats = floats if uncertain else floats * np.sqrt(mass)
        m2 = dot(floats, floats)
        moments = np.array([[n, mean, m2]])
        return cls(kept, mass, total, moments, presence, uncertain, n - distinct)

    @classmethod
    @np.errstate(over="ignore", invalid="ignore")
    def merge(cls, parts: Sequence[Ecdf]) -> Ecdf:
        """The summary of all parts' rows together; exact in any order and any grouping.

        Nothing is compressed: the points of all parts are kept, and the errors add as rows.
        """
        presence = merged([Presence(), *(part.presence for part in parts)])
        filled = [part for part in parts if len(part.values)]
        if not filled:
            return cls.empty(presence)
        if len(filled) == 1:
            return dataclasses.replace(filled[0], presence=presence)
        values = np.concatenate([part.values for part in filled])
        mass = np.concatenate([part.mass for part in filled])
        total = np.concatenate([part.total for part in filled])
        # Only cells that hold one single value are joined: their totals are products, so joining
        # them is exact. Other ties wait for `compress`, which sums them in one canonical order.
        pure = values.astype(np.float64) * mass == total
        # A stable sort is fast on what is sorted in runs.
        order = np.argsort(values, kind="stable")
        ordered, single = values[order], pure[order]
        tied = ordered[1:] == ordered[:-1]
        joins = tied & single[1:] & single[:-1]
        if (tied != joins).any():
            at = np.flatnonzero(np.append(tied, False) | np.append(False, tied))
            of = order[at]
            order[at] = of[np.lexsort((total[of], mass[of], ~pure[of], values[of]))]
            single = pure[order]
            joins = tied & single[1:] & single[:-1]
        mass, total = mass[order], total[order]
        starts = np.flatnonzero(np.append(True, ~joins))
        joined = np.add.reduceat(mass, starts)
        values = ordered[starts]
        total = np.where(single[starts], values.astype(np.float64) * joined, total[starts])
        moments = np.concatenate([part.moments for part in filled])
        moments = moments[np.lexsort(moments.T[::-1])]
        uncertain = sum(part.uncertain for part in filled)
        # While every value is kept, those that repeat one of another part are known, too.
        repeats = sum(part.repeats for part in filled) if uncertain else int((joined - 1).sum())
        return cls(values, joined, total, moments, presence, uncertain, repeats)

    @np.errstate(over="ignore", invalid="ignore")
    def compress(self, points: int | None = DEFAULT_POINTS) -> Ecdf:
        """Keep about ``points`` points; adds at most n / points to ``uncertain``."""
        if len(self.values) == 0:
            return self
        ends = np.append(np.flatnonzero(self.values[1:] != self.values[:-1]), len(self.values) - 1)
        uncertain = self.uncertain
        cumulative = np.cumsum(self.mass)
        if points is not None and len(ends) > points:
            ranks = retained_ranks(self.n, points)
            chosen = np.searchsorted(cumulative[ends], ranks, side="left")
            chosen = chosen[np.append(True, chosen[1:] != chosen[:-1])]
            # Mass of the cell before its last value: what is no longer placed exactly.
            last = np.diff(cumulative[ends], prepend=0)[chosen]
            ends = ends[chosen]
            uncertain += int(np.max(np.diff(cumulative[ends], prepend=0) - last))
        elif len(ends) == len(self.values) and len(self.moments) <= 1 and uncertain:
            return self
        starts = np.append(0, ends[:-1] + 1)
        mean = self.mean
        return Ecdf(
            values=self.values[ends],
            mass=np.diff(cumulative[ends], prepend=0),
            total=np.add.reduceat(self.total, starts),
            moments=np.array([[self.n, mean, self._m2(mean)]]),
            presence=self.presence,
            uncertain=uncertain,
            repeats=self.repeats,
        )

    def thinned(self, rows: int) -> Ecdf:
        """The same shape of fewer rows, or of those there are; cumulative counts are rounded."""
        if rows >= self.n:
            return self
        share = rows / self.n
        mass = np.diff(np.rint(self.cumulative * share).astype(np.int64), prepend=0)
        kept, mean = mass > 0, self.mean
        return Ecdf(
            values=self.values[kept],
            mass=mass[kept],
            total=(self.total * (mass / self.mass))[kept],
            moments=np.array([[rows, mean, self._m2(mean) * share]]),
            presence=Presence(present=rows),
            uncertain=round(self.uncertain * share) if kept.sum() > 1 else 0,
            repeats=0 if self.uncertain else rows - int(kept.sum()),
        )

    @property
    def n(self) -> int:
        """Rows with a finite value."""
        return self.presence.present

    @property
    def is_whole(self) -> bool:
        """Whether all retained values are whole numbers."""
        return self.values.dtype.kind == "i" or bool((self.values == np.floor(self.values)).all())

    @property
    def is_exact(self) -> bool:
        """Whether every distinct value was kept."""
        return self.uncertain == 0

    @property
    def rank_error(self) -> float:
        """Largest underestimation of the distribution function, as a fraction of n."""
        return self.uncertain / self.n if self.n else 0.0

    @property
    def cumulative(self) -> IntArray:
        """(K,) int64, rows at or below each retained value (at least; see ``uncertain``)."""
        return np.cumsum(self.mass)

    @property
    def min(self) -> float:
        """Smallest value; NaN when there is none."""
        return float(self.values[0]) if len(self.values) else math.nan

    @property
    def max(self) -> float:
        """Largest value; NaN when there is none."""
        return float(self.values[-1]) if len(self.values) else math.nan

    @property
    def mean(self) -> float:
        """Exact arithmetic mean (to rounding); NaN when there are no rows."""
        if not self.n:
            return math.nan
        if self.is_exact:
            return _sum(self.total) / self.n
        rows, means, _ = self.moments.T
        return _sum(rows * means) / self.n

    @property
    def variance(self) -> float:
        """Sample variance with n - 1 in the denominator; NaN below two rows."""
        return self._m2(self.mean) / (self.n - 1) if self.n > 1 else math.nan

    @property
    def std(self) -> float:
        """Sample standard deviation; NaN below two rows."""
        return math.sqrt(self.variance) if self.n > 1 else math.nan

    def _m2(self, mean: float) -> float:
        with np.errstate(over="ignore", invalid="ignore"):
            if self.is_exact:
                return float(np.sum(self.mass * (self.values.astype(np.float64) - mean) ** 2))
            rows, means, squares = self.moments.T
            return _sum(squares + rows * (means - mean) ** 2)

    def cdf(self, at: NDArray[Any]) -> FloatArray:
        """(J,) share of rows at or below each value, in [F - rank_error, F]; NaN without rows."""
        if not self.n:
            return np.full(len(at), np.nan)
        padded = np.append(0, self.cumulative)
        return padded[np.searchsorted(self.values, at, side="right")] / self.n

    def quantile(self, probability: float) -> float:
        """Smallest retained value with at least ``probability`` of the rows at or below it."""
        if not self.n:
            return math.nan
        rank = max(1, math.ceil(probability * self.n - 1e-9))
        return float(self.values[np.searchsorted(self.cumulative, rank, side="left")])


def _sum(values: FloatArray) -> float:
    """The correctly rounded sum, whatever the order; infinite or NaN where it overflows."""
    try:
        return math.fsum(values)
    except (OverflowError, ValueError):
        return float(values.sum())
