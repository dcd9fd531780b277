"""The median absolute error: half of the rows are off by less."""

from __future__ import annotations

import math

from mmon.chance.proportions import Z
from mmon.chance.skewed_means import LEVEL, TAIL
from mmon.performance import Estimate
from mmon.performance._error_estimates import OfErrors, left_out
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.outcomes.regression import RegressionTables


class MedianAbsoluteError(OfErrors):
    """What half of the rows are off by at most, in the target's unit.

    Measures
    --------
    The median of |prediction - target|: what a typical row is off by, whatever the worst ones
    are; up to half of the rows can be arbitrarily wrong without moving it. On compressed
    summaries it is known to within the reported error.

    Misleads when
    -------------
    Large errors are what costs: it does not see them (``rmse`` does, and ``mae`` in proportion).
    A part of less than half of the rows got worse: see ``mae`` per feature.

    Example
    -------
    {a hundred targets}
    >>> prediction = target + np.sqrt(target)
    >>> tables = RegressionTables.of(target, prediction)
    >>> metric = metric_class("median_absolute_error")()
    >>> estimate = metric.estimates(tables)["median_absolute_error"]
    >>> f"{estimate.value:.3f} ({estimate.interval[0]:.3f} to {estimate.interval[1]:.3f})"
    '7.106 (6.385 to 7.761)'

    References
    ----------
    ``sklearn.metrics.median_absolute_error`` gives the same value. The interval is between two
    order statistics, interpolated to its level: Hettmansperger and Sheather, *Confidence intervals
    based on interpolated order statistics*, Statistics & Probability Letters 4, 1986.
    """

    def estimate(self, tables: RegressionTables) -> Estimate:
        """The median, its interval and its variance."""
        distances, n = tables.absolute, tables.used
        lows, highs = zip(*(_between(distances, rank) for rank in _middle(n)), strict=True)
        low, high = _half_way(lows[0], lows[-1]), _half_way(highs[0], highs[-1])
        interval = _interval(distances)
        variance, said = None, left_out(tables)
        if interval is None:
            said.append(f"{n} rows are too few for a confidence interval of a median")
        else:
            # That of a normal estimate with this interval; compression makes both a little wide.
            deviation = (interval[1] - interval[0]) / (2.0 * Z)
            variance = deviation * deviation
            if variance == math.inf:
                interval = variance = None
                said.append("the errors are too large for a confidence interval")
        return Estimate(
            _half_way(low, high),
            interval=interval,
            variance=variance,
            rows=n,
            error=high / 2 - low / 2,
            reason="; ".join(said) or None,
        )


def _middle(n: int) -> tuple[int, ...]:
    return (n // 2 + 1,) if n % 2 else (n // 2, n // 2 + 1)


def _half_way(low: float, high: float) -> float:
    # Halved first: the sum may be beyond the largest double.
    return low if low == high else low / 2 + high / 2


def _between(ecdf: Ecdf, rank: int) -> tuple[float, float]:
    """Two values that the value of a rank (from 1) lies between; equal when the summary is exact.

    The distribution function is underestimated, by ``uncertain`` rows at most.
    """
    below = ecdf.cumulative.searchsorted([max(1, rank - ecdf.uncertain), rank], side="left")
    return float(ecdf.values[below[0]]), float(ecdf.values[below[1]])


def _interval(ecdf: Ecdf) -> tuple[float, float] | None:
    """The interval between two order statistics, interpolated to its level; None below 6 rows."""
    from scipy.special import bdtr, bdtrik

    n = ecdf.n
    # The d-th smallest and d-th largest row hold the median with probability 1 - 2 P(B < d).
    d = max(int(bdtrik(TAIL, n, 0.5)), 0) + 1 if n > 1 else 0
    while d and bdtr(d - 1, n, 0.5) > TAIL:
        d -= 1
    if d == 0:
        return None
    wide = 1.0 - 2.0 * float(bdtr(d - 1, n, 0.5))
    narrow = 1.0 - 2.0 * float(bdtr(d, n, 0.5))
    outer = _between(ecdf, d)[0], _between(ecdf, n + 1 - d)[1]
    inner = _between(ecdf, d + 1)[0], _between(ecdf, n - d)[1]
    part = (wide - LEVEL) / (wide - narrow)
    # Hettmansperger and Sheather's weight of the inner interval.
    weight = (n - d) * part / (d + (n - 2 * d) * part)
    low = outer[0] * (1.0 - weight) + inner[0] * weight
    high = outer[1] * (1.0 - weight) + inner[1] * weight
    return low, high
