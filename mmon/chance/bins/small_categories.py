"""The chance distribution of a sum over many small categories, without drawing each of them.

Dealt rows per category are independent binomials given their sum. A sum of terms over them is
therefore near a normal variable, whose mean, variance and skewness given the sum follow from the
terms' moments in each category.

References
----------
Holst, *Asymptotic normality and efficiency for certain goodness-of-fit tests*, Biometrika 1972.
Morris, *Central limit theorems for multinomial sums*, Ann. Statist. 1975.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from mmon.chance.bins.dealt_tables import NullTables, Terms
from mmon.chance.proportions import log_binomial
from mmon.records.arrays import FloatArray, IntArray

# Counts (or points of a normal density) per category: six deviations either side.
_POINTS = 64
_REACH = 6.0
# Where the mean lies between two points of the density: there the trapezoidal rule is exact to
# second order for terms with a kink at the mean, such as |p - q|.
_KINK = 0.5 - math.sqrt(1 / 12)


def rest_sums(terms: Terms, null: NullTables) -> FloatArray:
    """(R,) sum of a metric's terms over ``null.rest``, which is not empty, in each deal."""
    rows, repeats, count, mass = _counts(null)
    term = terms((rows[:, None] - count) / null.n, count / null.m, null.weight)
    mean = (mass * count).sum(axis=1)
    away = count - mean[:, None]
    variance = (mass * away**2).sum(axis=1)
    term_mean = (mass * term).sum(axis=1)
    centred = term - term_mean[:, None]
    total_variance = float(repeats @ variance)
    slope = float(repeats @ (mass * centred * away).sum(axis=1)) / total_variance
    bend = float(repeats @ (mass * centred * away**2).sum(axis=1)) / total_variance / 2
    residual = centred - slope * away
    spread = float(repeats @ (mass * residual**2).sum(axis=1))
    third = float(repeats @ (mass * residual**3).sum(axis=1))
    # Knowing the sum narrows each count: the second-order term of Morris's expansion.
    excess = null.rest_rows - float(repeats @ mean)
    given = slope * excess + bend * (excess**2 / total_variance - 1)
    noise = null.noise
    if spread > 0:
        skewness = third / spread**1.5
        noise = noise + skewness / 6 * (noise**2 - 1)
    return np.asarray(float(repeats @ term_mean) + given + math.sqrt(max(spread, 0.0)) * noise)


@functools.lru_cache(maxsize=4)
def _counts(null: NullTables) -> tuple[FloatArray, IntArray, FloatArray, FloatArray]:
    """Production rows that each kind of category may get, and how probable they are.

    (D,) distinct sizes of categories, and how many categories have each; (D, P) production rows and
    their probabilities, which sum to 1.
    """
    pooled, repeats = np.unique(null.rest, return_counts=True)
    rows = pooled.astype(np.float64)
    share = 1 - null.weight
    mean = rows * share
    deviation = np.sqrt(mean * (1 - share))
    first = np.maximum(np.floor(mean - _POINTS / 2), 0)[:, None]
    whole = np.minimum(first + np.arange(_POINTS), rows[:, None])
    is_repeat = first + np.arange(_POINTS) > rows[:, None]
    exact = np.where(is_repeat, 0.0, np.exp(log_binomial(whole, rows[:, None], share)))
    step = 2 * _REACH / (_POINTS - 1)
    grid = (np.arange(_POINTS) - _POINTS // 2 + _KINK) * step
    smooth = np.clip(mean[:, None] + deviation[:, None] * grid, 0, rows[:, None])
    is_wide = (deviation * 2 * _REACH > _POINTS - 4)[:, None]
    count = np.where(is_wide, smooth, whole)
    mass = np.where(is_wide, np.exp(-(grid**2) / 2), exact)
    return rows, repeats, count, mass / mass.sum(axis=1, keepdims=True)
