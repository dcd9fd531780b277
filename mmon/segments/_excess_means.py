"""The test of excess absolute errors of a segment: trimmed means, for errors with heavy tails.

References
----------
Yuen, *The two-sample trimmed t for unequal population variances*, Biometrika 1974. Hall, *On the
removal of skewness by transformation*, JRSS B 1992.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

_FloatArray = NDArray[np.float64]

# Share of the largest errors that is left out of each mean. TODO cite
TRIMMED = 0.05
_SMALLEST = float(np.finfo(np.float64).tiny)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Mean:
    """S trimmed means with the variance, third cumulant and degrees of freedom of each."""

    value: _FloatArray
    variance: _FloatArray
    third: _FloatArray
    freedom: _FloatArray


def means_p_values(
    values: _FloatArray,
    ref: _FloatArray,
    cur: _FloatArray,
    ref_rest: _FloatArray,
    cur_rest: _FloatArray,
) -> _FloatArray:
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
    one = np.ones(len(ref))
    risen = _p_value((after, one), (before, -one))
    added = _p_value((after, one), (before, -one), (rest_after, -one), (rest_before, one))
    safe = np.where(rest_before.value > 0, rest_before.value, np.inf)
    ratio = rest_after.value / safe
    factor = before.value / safe
    multiplied = _p_value(
        (after, one), (before, -ratio), (rest_after, -factor), (rest_before, factor * ratio)
    )
    return np.maximum(np.maximum(risen, added), multiplied)


def _trimmed(values: _FloatArray, counts: _FloatArray) -> _Mean:
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


def _p_value(*terms: tuple[_Mean, _FloatArray]) -> _FloatArray:
    """P-values of "the weighted sum of means is at most 0"."""
    estimate = np.sum([weight * mean.value for mean, weight in terms], axis=0)
    parts = [weight**2 * mean.variance for mean, weight in terms]
    variance = np.maximum(np.sum(parts, axis=0), _SMALLEST)
    # Welch and Satterthwaite's degrees of freedom.
    spread = [part**2 / mean.freedom for part, (mean, _) in zip(parts, terms, strict=True)]
    freedom = variance**2 / np.maximum(np.sum(spread, axis=0), _SMALLEST)
    skewness = np.sum([weight**3 * mean.third for mean, weight in terms], axis=0) / variance**1.5
    # Hall's monotone transformation, only where it makes the test more careful: a sum that is
    # skewed to the left, as where the reference is the smaller side, is too often large.
    skewness = np.minimum(skewness, 0.0)
    t = estimate / np.sqrt(variance)
    t = t + skewness * t**2 / 3 + skewness**2 * t**3 / 27 + skewness / 6
    p: _FloatArray = np.maximum(stdtr(freedom, -t), _SMALLEST)
    return p
