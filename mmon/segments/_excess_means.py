"""The test of excess absolute errors of a segment: trimmed means, for errors with heavy tails.

References
----------
Yuen, *The two-sample trimmed t for unequal population variances*, Biometrika 1974. Hall, *On the
removal of skewness by transformation*, JRSS B 1992.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy.special import stdtr

from mmon.records.arrays import FloatArray

TRIMMED = 0.05
"""Share of the largest errors that is left out of each mean: with none, a lognormal error's mean of
100 rows is far from normal; with more, less of what got worse is seen. (Wilcox, *Introduction to
Robust Estimation and Hypothesis Testing*, takes up to 0.2 off either tail.)"""
# A mean of 0 has no logarithm; its cube must still be a float.
_LEAST_MEAN = 1e-100
_SMALLEST = float(np.finfo(np.float64).tiny)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Mean:
    """S trimmed means with the variance, third cumulant and degrees of freedom of each."""

    value: FloatArray
    variance: FloatArray
    third: FloatArray
    freedom: FloatArray


def means_p_values(
    values: FloatArray,
    ref: FloatArray,
    cur: FloatArray,
    ref_rest: FloatArray,
    cur_rest: FloatArray,
) -> FloatArray:
    """P-values of "the mean rose by no more than the rest's, added or multiplied, or fell".

    Parameters
    ----------
    values : (K,) float64, ascending
        Losses.
    ref, cur, ref_rest, cur_rest : (S, K) float64
        Rows by loss, of the segments and of what is outside of each; no side is empty.

    Returns
    -------
    (S,) float64 in (0, 1]
    """
    before, after, rest_before, rest_after = (
        _trimmed(values, counts) for counts in (ref, cur, ref_rest, cur_rest)
    )
    added = _p_value((after, 1.0), (before, -1.0), (rest_after, -1.0), (rest_before, 1.0))
    logs = [_logarithm(mean) for mean in (before, after, rest_before, rest_after)]
    multiplied = _p_value((logs[1], 1.0), (logs[0], -1.0), (logs[3], -1.0), (logs[2], 1.0))
    risen = np.maximum(
        _p_value((after, 1.0), (before, -1.0)), _p_value((logs[1], 1.0), (logs[0], -1.0))
    )
    p: FloatArray = np.maximum(np.maximum(risen, added), multiplied)
    return p


def _trimmed(values: FloatArray, counts: FloatArray) -> _Mean:
    rows = counts.sum(axis=1)
    kept_rows = rows * (1 - TRIMMED)
    before = np.cumsum(counts, axis=1) - counts
    kept = np.clip(kept_rows[:, np.newaxis] - before, 0.0, counts)
    # The largest value kept stands for those left out in the (winsorised) variance.
    cap = values[np.argmax(before + counts >= kept_rows[:, np.newaxis] * (1 - 1e-12), axis=1)]
    left = rows - kept_rows
    middle = (kept @ values + left * cap) / rows
    centred = values[np.newaxis, :] - middle[:, np.newaxis]
    second = ((kept * centred**2).sum(axis=1) + left * (cap - middle) ** 2) / rows
    third = ((kept * centred**3).sum(axis=1) + left * (cap - middle) ** 3) / rows
    keep = 1 - TRIMMED
    return _Mean(
        value=kept @ values / kept_rows,
        variance=second / (keep**2 * np.maximum(rows - 1, 1)),
        third=third / (keep**3 * rows**2),
        freedom=np.maximum(kept_rows - 1, 1),
    )


def _logarithm(mean: _Mean) -> _Mean:
    """The means' logarithms, by the delta method to the second order."""
    value = np.maximum(mean.value, _LEAST_MEAN)
    variance = mean.variance / value**2
    # The logarithm's own curvature takes 1.5 squared variances off what a studentised sum feels.
    third = mean.third / value**3 - 1.5 * variance**2
    return _Mean(np.log(value), variance, third, mean.freedom)


def _p_value(*terms: tuple[_Mean, float]) -> FloatArray:
    """P-values of "the weighted sum of means is at most 0", with weights 1 and -1."""
    estimate = np.sum([weight * mean.value for mean, weight in terms], axis=0)
    parts = [mean.variance for mean, _ in terms]
    variance = np.sum(parts, axis=0)
    third = np.sum([weight * mean.third for mean, weight in terms], axis=0)
    # Without any spread nothing is known of the chance.
    has_spread = variance > _SMALLEST
    variance = np.where(has_spread, variance, 1.0)
    # Welch and Satterthwaite's degrees of freedom.
    spread = [part**2 / mean.freedom for part, (mean, _) in zip(parts, terms, strict=True)]
    freedom = variance**2 / np.maximum(np.sum(spread, axis=0), _SMALLEST)
    # Hall's monotone transformation, only where it makes the test more careful: a sum that is
    # skewed to the left, as where the reference is the smaller side, is too often large.
    skewness = np.minimum(third / variance**1.5, 0.0)
    t = estimate / np.sqrt(variance)
    t = t + skewness * t**2 / 3 + skewness**2 * t**3 / 27 + skewness / 6
    p: FloatArray = np.where(has_spread, np.maximum(stdtr(freedom, -t), _SMALLEST), 1.0)
    return p
