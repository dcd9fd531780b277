"""The standardised difference of means: how many reference standard deviations the mean moved."""

from __future__ import annotations

import functools
import math

import numpy as np

from mmon.chance.ranks import largest_gap as two_values
from mmon.chance.ranks import means as null
from mmon.chance.ranks.pool import mean_and_std, pool
from mmon.metrics._ranked import Ranked
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.records.arrays import dot
from mmon.results import Score

_EPSILON = float(np.finfo(np.float64).eps)


class MeanShift(Ranked):
    """The change of the mean in standard deviations of the reference, with its sign.

    Measures
    --------
    ``(mean of production - mean of reference) / standard deviation of reference``: positive when
    values rose. Thresholds are compared with its magnitude. Means and deviations are carried
    exactly in every summary, so compression adds no error beyond rounding.

    The p-value is that of the permutation test of the difference of means, two-sided, given the
    pooled values: the most extreme rows (up to ten) are dealt to either side explicitly and the
    others are taken as normal, so it holds under heavy tails, where Welch's t does not.
    With two distinct values it is exact.

    Misleads when
    -------------
    Not robust: one outlier in the reference inflates the standard deviation and hides a shift;
    one in production shifts the mean by itself (its p-value then says that this is no evidence).
    Blind to changes of spread or shape that keep the mean. Undefined for a constant reference.

    Example
    -------
    {numbers}
    >>> reference = Ecdf.of(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    >>> production = Ecdf.of(np.array([2.0, 3.0, 4.0, 5.0, 6.0]))
    >>> score = load("mean_shift").score(reference, production)
    >>> round(score.value, 4), f"{score.p_value:.2f}"
    (0.6325, '0.44')

    References
    ----------
    Cohen, *Statistical Power Analysis*, 1988 (0.2 is small, 0.5 medium, 0.8 large). Glass,
    *Primary, secondary, and meta-analysis of research*, 1976 (the control group's deviation).
    Pitman, *Significance tests which may be applied to samples from any populations*, 1937.
    """

    is_symmetric = False
    bounds = (-math.inf, math.inf)

    def why_undefined(self, ref: Ecdf, cur: Ecdf) -> str | None:
        """Why no shift can be told: no values, or nothing to measure it by."""
        reason = super().why_undefined(ref, cur)
        if reason is not None:
            return reason
        if ref.n < 2 or mean_and_std(ref)[1] == 0.0:
            return "the reference has no spread to measure a shift by"
        if not math.isfinite(mean_and_std(ref)[1]):
            return "the values are too large for a standard deviation"
        return None

    def measure(self, ref: Ecdf, cur: Ecdf) -> Score:
        """The shift with its sign."""
        (ref_mean, unit), (cur_mean, _) = mean_and_std(ref), mean_and_std(cur)
        value = (cur_mean - ref_mean) / unit
        if not math.isfinite(value):
            return Score(None, reason="the values are too large for a difference of means")
        error = 0.0
        if not (ref.is_exact and cur.is_exact):
            # Exact sums in another order: only rounding differs.
            error = 64 * _EPSILON * (abs(value) + (abs(ref_mean) + abs(cur_mean)) / unit)
        return Score(value, error)

    def chance(self, value: float, ref: Ecdf, cur: Ecdf, m: int) -> float | None:
        difference = abs(value) * mean_and_std(ref)[1]
        both = pool(ref, cur)
        if len(both.values) <= 2:
            width = float(both.values[-1] - both.values[0])
            return two_values.tail(min(difference / width, 1.0), both.pooled_below, ref.n, m)
        size, pooled = _population(ref, cur)
        return null.tail(difference / size, pooled, ref.n, m)


@functools.lru_cache(maxsize=8)
def _population(ref: Ecdf, cur: Ecdf) -> tuple[float, null.Population]:
    """Both sides' cells around the pooled mean, in units of the first number."""
    rows = ref.n + cur.n
    (ref_mean, ref_std), (cur_mean, cur_std) = mean_and_std(ref), mean_and_std(cur)
    mass = np.concatenate([ref.mass, cur.mass])
    mean = ref_mean * (ref.n / rows) + cur_mean * (cur.n / rows)
    deviation = np.concatenate([ref.total, cur.total]) / mass - mean
    # Squares of huge deviations would overflow.
    size = float(np.max(np.abs(deviation))) or 1.0
    deviation = deviation / size
    within = 0.0
    cur_std = cur_std if cur.n > 1 else 0.0
    if not (ref.is_exact and cur.is_exact) and math.isfinite(cur_std):
        # Cell means leave out the spread within cells; the exact deviations have it.
        within = (ref_std / size) ** 2 * (ref.n - 1) + (cur_std / size) ** 2 * (cur.n - 1)
        within += ((cur_mean - ref_mean) / size) ** 2 * (ref.n / rows) * cur.n
        within = max(within - dot(mass, deviation * deviation), 0.0)
    return size, null.population(deviation, mass, within)
