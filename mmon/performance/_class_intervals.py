"""Confidence intervals that hold in small samples: of proportions, averages of them, and means."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mmon.chance.proportions import Interval, Z, wilson
from mmon.chance.skewed_means import mean_interval
from mmon.performance import Estimate
from mmon.records.arrays import FloatArray


def undefined(reason: str) -> Estimate:
    """No value, and why."""
    return Estimate(None, reason=reason)


def proportion(successes: int, rows: int, reason: str) -> Estimate:
    """A share of rows with Wilson's interval; ``reason`` says why there are no rows."""
    if not rows:
        return undefined(reason)
    share = successes / rows
    return Estimate(
        value=share,
        interval=wilson(successes, rows),
        variance=share * (1 - share) / rows,
        rows=rows,
        trials=(successes, rows),
    )


def mean_of(rows: int, sums: tuple[float, float, float], bounds: Interval) -> Estimate:
    """A mean over one row or more, its interval corrected for skewness by Hall's transformation.

    ``sums`` are those of the variable, of its square and of its cube; the mean lies in ``bounds``.
    """
    mean = min(max(sums[0] / rows, bounds[0]), bounds[1])
    if rows < 2:
        return Estimate(mean, rows=rows)
    # Rounding may leave a constant with a tiny variance of either sign.
    spread = max(0.0, sums[1] / rows - mean * mean)
    if spread <= 1e-14 * max(1.0, mean * mean):
        return Estimate(mean, interval=(mean, mean), variance=0.0, rows=rows)
    third = sums[2] / rows - 3 * mean * sums[1] / rows + 2 * mean**3
    skewness = third / spread**1.5
    variance = spread / (rows - 1)
    low, high = mean_interval(mean, math.sqrt(variance), skewness, rows)
    interval = max(bounds[0], min(low, mean)), min(bounds[1], max(high, mean))
    return Estimate(mean, interval=interval, variance=variance, rows=rows)


def variance_or_width(variance: float, interval: Interval) -> float:
    """The variance, or where the sample shows none, the one that its interval stands for."""
    return variance if variance > 0 else ((interval[1] - interval[0]) / (2 * Z)) ** 2


def share_interval(value: float, variance: float, rows: float) -> Interval:
    """Wilson's interval of as many rows as would give a proportion the same variance.

    The value is in [0, 1]; where the sample shows no variance, ``rows`` are counted.

    References
    ----------
    Korn and Graubard, *Confidence intervals for proportions with small expected number of positive
    counts estimated from survey data*, Survey Methodology 1998; Franco et al., *Comparative study
    of confidence intervals for proportions in complex sample surveys*, 2019.
    """
    effective = value * (1 - value) / variance if variance > 0 and 0 < value < 1 else rows
    return wilson(value * effective, effective)


def average_variance(variance: float, weights: FloatArray, terms: Sequence[Estimate]) -> float:
    """The variance of a weighted mean of shares, of which some may rest on few rows.

    A term that shows no variance by the luck of few rows counts with that of its own interval.
    """
    shown = np.array([term.variance or 0.0 for term in terms])
    ends = np.array([term.interval or (term.value, term.value) for term in terms])
    allowed = ((ends[:, 1] - ends[:, 0]) / (2 * Z)) ** 2
    return variance + float(weights**2 @ np.maximum(allowed - shown, 0.0))
