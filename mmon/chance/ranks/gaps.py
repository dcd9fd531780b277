"""Two distributions as step functions over an axis with a unit, for metrics that integrate."""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np

from mmon.chance.ranks.pool import mean_and_std
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.records.arrays import FloatArray, IntArray, dot

# Values beyond 2**500 are scaled down, so that sums and squares of gaps stay finite.
_LARGEST_EXPONENT = 500


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """Both distribution functions between neighbouring pooled values."""

    width: FloatArray  # (J,) non-negative; gaps between pooled values, in units of ``2**exponent``
    # (J,) rows of each side left of each gap
    ref_below: IntArray
    cur_below: IntArray
    # Rows of the reference and of production.
    n: int
    m: int
    exponent: int  # 0 but for huge values
    # Each side's largest transport distance from its exact distribution; 0 when exact.
    moved: tuple[float, float]
    # Bound on the integral of the squared difference from its exact distribution function.
    moved_squared: tuple[float, float]

    @property
    def difference(self) -> FloatArray:
        """(J,) float64 in [-1, 1], reference minus production distribution function."""
        return self.ref_below / self.n - self.cur_below / self.m

    @property
    def pooled_below(self) -> IntArray:
        """(J,) int64, rows of both sides left of each gap."""
        return self.ref_below + self.cur_below


@functools.lru_cache(maxsize=8)
def gaps(ref: Ecdf, cur: Ecdf) -> Gaps:
    """Put two non-empty distributions on one axis."""
    largest = max(abs(ref.min), abs(ref.max), abs(cur.min), abs(cur.max))
    exponent = max(0, math.frexp(largest)[1] - _LARGEST_EXPONENT)
    left, right = _placed(ref, exponent), _placed(cur, exponent)
    values = np.concatenate([left.values, right.values])
    order = np.argsort(values, kind="stable")
    values = values[order]
    ref_rows = np.concatenate([left.mass, np.zeros_like(right.mass)])[order]
    cur_rows = np.concatenate([np.zeros_like(left.mass), right.mass])[order]
    ends = np.flatnonzero(values[1:] != values[:-1])
    return Gaps(
        width=values[ends + 1] - values[ends],
        ref_below=np.cumsum(ref_rows)[ends],
        cur_below=np.cumsum(cur_rows)[ends],
        n=ref.n,
        m=cur.n,
        exponent=exponent,
        moved=(left.moved, right.moved),
        moved_squared=(left.moved_squared, right.moved_squared),
    )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """Where the rows of one side are taken to lie, and how far off that may be."""

    values: FloatArray
    mass: IntArray
    moved: float
    moved_squared: float


# A reference is asked again for every window.
@functools.lru_cache(maxsize=128)
def _placed(side: Ecdf, exponent: int) -> _Placed:
    values = np.ldexp(side.values.astype(np.float64), -exponent)
    if side.is_exact:
        return _Placed(values, side.mass, 0.0, 0.0)
    # Only the first ``uncertain`` rows of a cell may lie below its value: they go to their mean.
    loose = np.minimum(side.mass, side.uncertain)
    below = values * side.mass - np.ldexp(side.total, -exponent)
    rank = np.maximum(side.cumulative - side.mass + 1 - side.uncertain, 1)
    lowest = values[np.searchsorted(side.cumulative, rank, side="left")]
    room = values - lowest
    shift = np.clip(below / loose, 0.0, room)
    # Rows on [lowest, value] with that mean are at most this far from it on average.
    safe = np.where(room > 0.0, room, 1.0)
    away = 2.0 * shift * (1.0 - shift / safe)
    moved = dot(loose, away) / side.n
    fixed = side.mass - loose
    is_filled = fixed > 0
    return _Placed(
        values=np.concatenate([values - shift, values[is_filled]]),
        mass=np.concatenate([loose, fixed[is_filled]]),
        moved=moved,
        # |F - placed F| is at most twice the rank error, and its integral is ``moved``.
        moved_squared=2.0 * side.rank_error * moved,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Unit:
    """A length to measure distances by, and its limits on compressed summaries."""

    length: float
    shortest: float
    longest: float


def unit(ref: Ecdf, scale: str, exponent: int) -> Unit | None:
    """The reference's interquartile range, else its standard deviation; None when both are 0.

    The scale "none" is a length of one. Lengths are in units of ``2**exponent``.
    """
    if scale == "none":
        one = math.ldexp(1.0, -exponent)
        return Unit(one, one, one)
    first_low, first = (math.ldexp(q, -exponent) for q in _quantile(ref, 0.25))
    third_low, third = (math.ldexp(q, -exponent) for q in _quantile(ref, 0.75))
    if third > first:
        return Unit(third - first, max(third_low - first, 0.0), third - first_low)
    deviation = math.ldexp(mean_and_std(ref)[1], -exponent) if ref.n > 1 else 0.0
    if not deviation > 0.0:
        return None
    # Compression may have hidden an interquartile range: then no limit is known.
    is_certain = third == first_low
    return Unit(
        deviation,
        deviation if is_certain else 0.0,
        deviation if is_certain else max(deviation, third - first_low),
    )


def _quantile(side: Ecdf, probability: float) -> tuple[float, float]:
    """Lower limit and estimate of a quantile: the exact one lies between them."""
    rank = max(1, math.ceil(probability * side.n - 1e-9))
    lowest = np.searchsorted(side.cumulative, max(1, rank - side.uncertain), side="left")
    return float(side.values[lowest]), side.quantile(probability)


def in_units(distance: float, error: float, by: Unit) -> tuple[float, float]:
    """A distance and its error, divided by a length that has limits of its own."""
    value = distance / by.length
    if error == 0.0 and by.shortest == by.longest:
        return value, 0.0
    if by.shortest <= 0.0:
        return value, math.inf
    highest = (distance + error) / by.shortest
    lowest = max(distance - error, 0.0) / by.longest
    return value, max(highest - value, value - lowest)
