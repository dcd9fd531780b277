"""The permutation distribution of a difference of means, valid under heavy tails.

Given the pooled values, production is a sample without replacement from them. Rows that carry
much of the variance are dealt to either side explicitly; the sum of the others is normal with its
exact mean and variance.

References
----------
Pitman, *Significance tests which may be applied to samples from any populations*, 1937.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy.special import ndtr

from mmon.chance.ranks.extreme_rows import MOST_ROWS, NOTABLE, patterns
from mmon.records.arrays import FloatArray, IntArray, dot


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Population:
    """The pooled rows around their mean, split in a few extreme ones and the rest."""

    rows: int  # all rows
    extremes: FloatArray  # (E,) deviations of the extreme rows from the pooled mean
    variance: float  # variance of the other rows (divided by their number)


def population(deviation: FloatArray, mass: IntArray, within: float = 0.0) -> Population:
    """Split a pooled sample, given as cells of rows with their mean deviation from the pooled mean.

    ``within`` is the sum of squared deviations of all rows from their cell's mean; 0 for exact
    summaries.
    """
    rows = int(mass.sum())
    size = np.abs(deviation)
    reach = min(MOST_ROWS + 1, len(size))
    top = np.argpartition(-size, reach - 1)[:reach]
    top = top[np.lexsort((deviation[top], -size[top]))]
    candidates = np.repeat(deviation[top], np.minimum(mass[top], MOST_ROWS))[:MOST_ROWS]
    left = dot(mass, deviation * deviation) + within
    extremes = 0
    for square in (candidates * candidates).tolist():
        if square < NOTABLE * left or extremes >= rows - 2:
            break
        left -= square
        extremes += 1
    chosen = candidates[:extremes]
    # The others once more around their own mean: ``left`` may have lost all its digits.
    others = mass.copy()
    for place, used in zip(top, _used(mass[top], extremes), strict=True):
        others[place] -= used
    count = rows - extremes
    centre = dot(others, deviation) / count
    squares = dot(others, (deviation - centre) ** 2)
    return Population(rows, chosen, (squares + within) / count)


def _used(mass: IntArray, extremes: int) -> IntArray:
    """How many of each cell's rows are among the first ``extremes`` ones."""
    ends = np.cumsum(np.minimum(mass, MOST_ROWS))
    return np.asarray(np.diff(np.minimum(ends, extremes), prepend=0))


def tail(difference: float, pooled: Population, n: int, m: int) -> float:
    """P(|mean of production - mean of reference| >= difference), in [0, 1]."""
    total = n + m
    # mean_cur - mean_ref = (sum of production's deviations) * total / (n m).
    threshold = abs(difference) * n * m / total
    dealt = patterns(len(pooled.extremes))
    drawn = m - dealt.rows
    others = total - len(pooled.extremes)
    # Deviations sum to zero over all rows: the others balance the extremes.
    mean = -float(pooled.extremes.sum()) / others
    centre = dealt.is_cur @ pooled.extremes + drawn * mean
    spread = drawn * (others - drawn) / max(others - 1, 1) * pooled.variance
    deviation = np.sqrt(np.maximum(spread, 0.0))
    # A rest without spread moves nothing: a step at the threshold (with room for rounding).
    slack = 1e-12 * (threshold + float(np.abs(pooled.extremes).sum()))
    safe = np.maximum(deviation, max(slack, np.finfo(np.float64).tiny) * 1e-3)
    upper = ndtr((centre - threshold + slack) / safe)
    lower = ndtr((-centre - threshold + slack) / safe)
    chance = np.minimum(upper + lower, 1.0)
    return float(min(1.0, dot(dealt.chances(n, m), chance)))
