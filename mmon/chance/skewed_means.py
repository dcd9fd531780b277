"""The confidence interval of a mean of skewed numbers, such as squared errors.

It is Student's, corrected by Hall's transformation: squared errors are so skewed that Student's
interval lies too low, and misses in that direction only. Without skewness the two are the same.
Towards the long tail the quantile is that of fewer degrees of freedom: as many as the variance is
known to, 2 n / (kurtosis - 1) by Satterthwaite, where the kurtosis less 1 of skewed numbers is
about twice the square of their skewness (1.5 times for gamma distributions, 16/9 and more for
log-normal ones).

References
----------
Hall, *On the removal of skewness by transformation*, Journal of the Royal Statistical Society B
54, 1992 (the third, monotone transformation). Satterthwaite, *An approximate distribution of
estimates of variance components*, Biometrics Bulletin 2, 1946.
"""

from __future__ import annotations

import math

from scipy.special import cbrt, stdtrit

LEVEL = 0.95
"""Confidence level of every interval."""

TAIL = (1.0 - LEVEL) / 2.0
"""Probability beyond either end of an interval."""

# Constants of the transformation for a Studentised mean.
_SQUARE, _SHIFT = 1.0 / 3.0, 1.0 / 6.0


def mean_interval(
    mean: float, deviation: float, skewness: float, rows: int, *, heaviest: float = 0.0
) -> tuple[float, float]:
    """The interval at `LEVEL`, from the mean's standard error and the skewness of its rows.

    These are at least 2; ``heaviest`` is the skewness of what they are made of, where it is larger.
    """
    t = student(rows - 1)
    # Of one row that is all of the spread the square of the skewness is as large as the rows.
    square = max(skewness**2, heaviest**2)
    longer = student(min(rows - 1, max(1.0, rows / square))) if square else t
    below, above = (t, longer) if skewness > 0.0 else (longer, t)
    low = mean - deviation * _untransformed(below, skewness, rows)
    high = mean - deviation * _untransformed(-above, skewness, rows)
    return low, high


def student(degrees: float) -> float:
    """The quantile of Student's distribution that leaves `TAIL` above it."""
    return float(stdtrit(degrees, 1.0 - TAIL))


def _untransformed(t: float, skewness: float, rows: int) -> float:
    """The Studentised mean that Hall's transformation takes to ``t``.

    The transformation is x + b g / n + a g x² / √n + (a g)² x³ / (3 n), g / √n the skewness: a
    cube completed, hence the cubic root.
    """
    slope = _SQUARE * skewness / math.sqrt(rows)
    if abs(slope) < 1e-9:
        return t
    inner = 3.0 * slope * (t - _SHIFT * skewness / math.sqrt(rows))
    if inner <= -1.0:
        return float(cbrt(1.0 + inner) - 1.0) / slope
    # The cubic root less 1, without losing the digits of a small argument.
    return math.expm1(math.log1p(inner) / 3.0) / slope
