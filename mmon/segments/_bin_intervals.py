"""Confidence intervals of what a bin's counts and sums say, for many bins at once.

Bounds are NaN where an interval cannot be told.

References
----------
Newcombe, *Confidence intervals for an effect size measure based on the Mann-Whitney statistic.
Part 2*, Statistics in Medicine 2006 (method 5). Hanley and McNeil, *The meaning and use of the area
under a ROC curve*, Radiology 1982 (the variance that it solves for).
"""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from mmon.chance.proportions import Z, wilson
from mmon.chance.skewed_means import LEVEL
from mmon.records.arrays import FloatArray, IntArray

# Halvings of [0, 1]: the bound is then known to one part in 10^15.
_HALVINGS = 50


def proportion(hits: IntArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
    """Wilson's interval in each of (B,) bins; NaN where there are no rows."""
    pairs = zip(hits.tolist(), rows.tolist(), strict=True)
    bounds = [wilson(k, n) if n else (np.nan, np.nan) for k, n in pairs]
    low, high = np.array(bounds).reshape(-1, 2).T
    return low, high


def student(sums: FloatArray, squares: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
    """Student's t interval of a mean.

    Parameters
    ----------
    sums, squares : (B,) float64
        Sums of the values and of their squares.
    rows : (B,) int64

    Returns
    -------
    low, high : (B,) float64, NaN where there are fewer than two rows
    """
    n = np.where(rows > 1, rows, np.nan)
    mean = sums / n
    # Rounding can leave a tiny negative number where all values are the same.
    variance = np.maximum(squares / n - mean**2, 0.0) * n / (n - 1)
    reach = stdtrit(n - 1, 0.5 + LEVEL / 2) * np.sqrt(variance / n)
    return mean - reach, mean + reach


def area_under_roc(
    area: FloatArray, negatives: IntArray, positives: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Newcombe's method 5: the areas from which the observed one is 1.96 deviations away.

    The deviation is that of the area in question, not of the observed one, so that the interval
    stays inside [0, 1] and keeps a length where all pairs are in the right order.

    Parameters
    ----------
    area : (B,) float64
        Mann-Whitney areas; NaN where undefined.
    negatives, positives : (B,) int64

    Returns
    -------
    low, high : (B,) float64 in [0, 1], NaN where the area is
    """
    low = _bound(area, np.zeros_like(area), negatives, positives)
    high = _bound(area, np.ones_like(area), negatives, positives)
    nowhere = np.isnan(area)
    return np.where(nowhere, np.nan, low), np.where(nowhere, np.nan, high)


def _bound(
    area: FloatArray, end: FloatArray, negatives: IntArray, positives: IntArray
) -> FloatArray:
    """Bisects between the observed area, which is inside the interval, and an end of [0, 1]."""
    inside, outside = area.copy(), end
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        is_inside = np.abs(area - middle) <= Z * np.sqrt(_variance(middle, negatives, positives))
        inside = np.where(is_inside, middle, inside)
        outside = np.where(is_inside, outside, middle)
    # An observed area of 0 or 1 is itself the bound.
    return np.where(area == end, end, inside)


def _variance(area: FloatArray, negatives: IntArray, positives: IntArray) -> FloatArray:
    """Hanley and McNeil's variance with both counts replaced by their mean, as in method 5."""
    pairs = np.maximum(negatives * positives, 1)
    others = (negatives + positives) / 2 - 1
    spread = 1 + others * ((1 - area) / (2 - area) + area / (1 + area))
    variance: FloatArray = area * (1 - area) * spread / pairs
    return variance
