"""Null distributions of integrals over the value axis, where extreme gaps may dominate.

The gaps next to the few lowest and highest rows have null values that depend only on which sample
those rows are in: they are written out, row by row (`extreme_rows`). The gaps between follow
smooth laws (`bridge_paths`, `quadratic_forms`). Where the extreme gaps weigh much, the two are not
independent enough around p = 0.05, and a joint simulation takes over down to p = 0.0025.
"""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np

from mmon.chance.ranks import largest_gap as two_values
from mmon.chance.ranks import quadratic_forms as quadratic
from mmon.chance.ranks.bridge_paths import PATHS, Simulated, simulate, simulate_rows
from mmon.chance.ranks.extreme_rows import MOST_ROWS, patterns
from mmon.chance.ranks.gaps import Gaps
from mmon.records.arrays import FloatArray, IntArray, dot

# Extremes are written out when together they carry this share of the statistic's null mean …
_NOTABLE_SHARE = 0.05
# … and the outermost row's gap this much.
_NOTABLE_GAP = 0.003
# The joint simulation resolves p-values down to this one: 20 paths.
_ANCHOR = 0.0025


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Gaps split in those beside extreme rows and the others."""

    # (E,) gap widths above the 1st, 2nd, … lowest row, and below the 1st, 2nd, … highest row.
    low: FloatArray
    high: FloatArray
    middle: slice  # the other gaps


def split(width: FloatArray, below: IntArray, total: int, part: FloatArray) -> Split:
    """Choose the rows to write out: at most ten, where the gaps weigh most.

    ``part`` is what each gap adds to the statistic's null mean, ``below`` the pooled rows left of
    it, ascending, of ``total``.
    """
    whole = float(part.sum())
    low_gain, low_width = _by_row(part, width, below)
    above = (total - below)[::-1]
    high_gain, high_width = _by_row(part[::-1], width[::-1], above)
    low_sum, high_sum = np.append(0.0, np.cumsum(low_gain)), np.append(0.0, np.cumsum(high_gain))
    room = min(MOST_ROWS, total - 2)
    lows = np.arange(room + 1)
    best = int(np.argmax(low_sum[lows] + high_sum[room - lows]))
    low = _trimmed(low_gain[:best], _NOTABLE_GAP * whole)
    high = _trimmed(high_gain[: room - best], _NOTABLE_GAP * whole)
    if low_sum[low] + high_sum[high] < _NOTABLE_SHARE * whole:
        low = high = 0
    first = int(np.searchsorted(below, low, side="right"))
    last = len(below) - int(np.searchsorted(above, high, side="right"))
    # Where the two ends met, the gaps in between are left to the low side's rows.
    return Split(low_width[:low], high_width[:high], slice(first, max(first, last)))


def _by_row(part: FloatArray, width: FloatArray, below: IntArray) -> tuple[FloatArray, FloatArray]:
    """What the gap above each of the first rows adds, and its width; 0 inside a tie."""
    gain, wide = np.zeros(MOST_ROWS), np.zeros(MOST_ROWS)
    near = below[:MOST_ROWS] <= MOST_ROWS
    row = below[:MOST_ROWS][near] - 1
    gain[row] = part[:MOST_ROWS][near]
    wide[row] = width[:MOST_ROWS][near]
    return gain, wide


def _trimmed(gain: FloatArray, least: float) -> int:
    """How many rows are left when trailing ones that add too little are dropped."""
    notable = np.flatnonzero(gain > least)
    return int(notable[-1]) + 1 if len(notable) else 0


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class GapsNull:
    """The null distribution of ``∫ |F - G|**power dx`` given the pooled values."""

    chances: FloatArray  # (2**E,) probability of each way to deal the extreme rows
    written: FloatArray  # (2**E,) what their gaps then add
    # The other gaps' law: simulated for power 1, (L,) weights of chi-squares for power 2.
    middle: Simulated | FloatArray
    scale: float  # what a bridge's integral is multiplied by
    # The widest gap: all of the above measure lengths by it, lest they leave float32's range.
    longest: float
    sample: FloatArray | None  # (8192,) jointly simulated null values, where extremes matter

    def tail(self, value: float) -> float:
        """P(integral >= value), in [0, 1], non-increasing in ``value``."""
        # A rounding error must not turn "at least" into "more than".
        value *= (1.0 - 1e-12) / self.longest
        if self.sample is None:
            return self._mixture(value)
        anchor = float(self.sample[math.ceil((1.0 - _ANCHOR) * PATHS)])
        if value <= anchor:
            above = PATHS - int(np.searchsorted(self.sample, value, side="left"))
            return max(above / PATHS, _ANCHOR)
        # The mixture resolves what the simulation cannot; scaled to go on from its last value.
        joint = max(self._mixture(anchor), 1e-300)
        return min(_ANCHOR, self._mixture(value) / joint * _ANCHOR)

    def _mixture(self, value: float) -> float:
        rest = (value - self.written) / self.scale
        if isinstance(self.middle, Simulated):
            chance = self.middle.tail(rest)
        elif len(rest) == 1:
            return quadratic.tail(float(rest[0]), self.middle)
        else:
            chance = quadratic.tails(rest, self.middle)
        return float(min(1.0, dot(self.chances, chance)))


def tail(integral: float, between: Gaps, m: int, *, power: int) -> float:
    """P(``∫ |F - G|**power dx`` >= integral) when both samples come from the pooled one.

    Production has ``m`` rows, whatever they are in ``between``.
    """
    if integral <= 0.0 or len(between.width) == 0:
        return 1.0 if integral <= 0.0 else 0.0
    if len(between.width) == 1:
        # Two distinct values.
        gap = integral / float(between.width[0])
        below = np.append(between.pooled_below, between.n + between.m)
        return two_values.tail(math.sqrt(gap) if power == 2 else gap, below, between.n, m)
    return _null_of(between, m, power).tail(integral)


@functools.lru_cache(maxsize=32)
def _null_of(between: Gaps, rows: int, power: int) -> GapsNull:
    """The null distribution of ``∫ |F - G|**power dx``, over two gaps or more; shares are kept."""
    n, total = between.n, between.n + rows
    below = between.pooled_below
    share = below / (n + between.m)
    deviation = np.sqrt(share * (1.0 - share))
    longest = float(between.width.max())
    width = between.width / longest
    part = width * deviation**power
    chosen = split(width, below, n + between.m, part)
    middle: Simulated | FloatArray
    here = chosen.middle
    if power == 1:
        middle = simulate(share[here], part[here])
    else:
        middle = quadratic.eigenvalues(share[here], width[here], deviation[here] ** 2)
    # Variance of F - G at t, over that of a bridge.
    scale = total / (n * rows) * (total / (total - 1))
    apart, widths = _written(chosen, n, rows)
    sample = None
    if len(widths):
        sample = simulate_rows(below, n + between.m, width, n, rows, power)
    return GapsNull(
        chances=patterns(len(widths)).chances(n, rows),
        written=apart**power @ widths,
        middle=middle,
        scale=scale if power == 2 else math.sqrt(scale),
        longest=longest,
        sample=sample,
    )


def _written(chosen: Split, n: int, m: int) -> tuple[FloatArray, FloatArray]:
    """|F - G| in each written-out gap for every pattern, (2**E, E), and the widths, (E,)."""
    lows = len(chosen.low)
    is_cur = patterns(lows + len(chosen.high)).is_cur
    found = []
    for side, widths in ((is_cur[:, :lows], chosen.low), (is_cur[:, lows:], chosen.high)):
        cur = np.cumsum(side, axis=1)
        rows = np.arange(1.0, len(widths) + 1.0)
        found.append(np.abs(cur / m - (rows - cur) / n))
    return np.concatenate(found, axis=1), np.concatenate([chosen.low, chosen.high])
