"""The area under a ROC curve of scores of two samples, with its variance and its test."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from mmon.chance.levels import TAIL
from mmon.records.arrays import FloatArray


@dataclasses.dataclass(frozen=True, slots=True)
class Area:
    """How well scores rank one sample above another.

    Attributes
    ----------
    value : float in [0, 1]
        P(a score of the second sample is larger) + P(equal) / 2.
    variance : float
        Of the value, whatever the samples' distributions are.
    null_variance : float
        Of the value where both samples are of one distribution; 0 where all scores are equal.
    n, m : int
        Scores of each sample.
    """

    value: float
    variance: float
    null_variance: float
    n: int
    m: int

    @property
    def p_value(self) -> float:
        """One-sided, of "no score says more of the samples than another"."""
        if self.null_variance == 0.0:
            return 1.0
        return float(ndtr((0.5 - self.value) / math.sqrt(self.null_variance)))

    def interval(self) -> tuple[float, float]:
        """At 95 %, by the logarithm of odds."""
        half = 0.5 / min(self.n, self.m)
        inside = min(max(self.value, half), 1.0 - half)
        reach = -ndtri(TAIL) * math.sqrt(self.variance) / (inside * (1.0 - inside))
        low, high = float(expit(logit(inside) - reach)), float(expit(logit(inside) + reach))
        return min(low, self.value), max(high, self.value)


def area(ref: FloatArray, cur: FloatArray) -> Area:
    """The area of two samples of scores, ties counting half.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, *Comparing the areas under two or more correlated receiver
    operating characteristic curves*, Biometrics 1988; Lehmann, *Nonparametrics*, 1975, for the
    variance of ranks with ties.
    """
    n, m = len(ref), len(cur)
    right = _share_below(cur, ref)
    value = float(right.mean())
    variance = 0.0
    if n > 1 and m > 1:
        variance = float(right.var(ddof=1) / m + _share_below(ref, cur).var(ddof=1) / n)
    ties = np.unique(np.concatenate([ref, cur]), return_counts=True)[1].astype(np.float64)
    total = n + m
    tied = float((ties**3 - ties).sum()) / (total * (total - 1)) if total > 1 else total + 1.0
    # Of few scores that are told apart without fault a fault may have been missed.
    least = exponential_variance(1.0 - 0.5 / min(n, m), n, m)
    return Area(value, max(variance, least), (total + 1 - tied) / (12.0 * n * m), n, m)


def mean_area(parts: Sequence[Area]) -> Area:
    """The mean of areas of which each is unbiased, whatever the ones before it came to.

    Such are martingale differences: their variances add up, and their sum is normal.
    """
    weights = np.array([one.m for one in parts], dtype=np.float64)
    weights /= weights.sum()
    squares = weights**2
    return Area(
        float(weights @ [one.value for one in parts]),
        float(squares @ [one.variance for one in parts]),
        float(squares @ [one.null_variance for one in parts]),
        sum(one.n for one in parts),
        sum(one.m for one in parts),
    )


def exponential_variance(value: float, n: int, m: int) -> float:
    """The variance of the area of exponential scores.

    References
    ----------
    Hanley and McNeil, *The meaning and use of the area under a receiver operating characteristic
    (ROC) curve*, Radiology 1982.
    """
    inside = value / (2.0 - value) - value**2
    outside = 2.0 * value**2 / (1.0 + value) - value**2
    rest = value * (1.0 - value)
    return (rest + (m - 1) * inside + (n - 1) * outside) / (n * m)


def _share_below(scores: FloatArray, others: FloatArray) -> FloatArray:
    """(k,) the share of the other scores that are smaller, ties counting half."""
    ordered = np.sort(others)
    places = np.searchsorted(ordered, scores, "left") + np.searchsorted(ordered, scores, "right")
    return places / (2.0 * len(others))
