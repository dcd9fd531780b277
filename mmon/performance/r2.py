"""R²: the share of the target's variance that the predictions explain."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._error_estimates import (
    as_regression,
    left_out_reason,
    reason_for_nothing,
)
from mmon.performance._error_interval import student
from mmon.profiles._error_moments import JointMoments
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class RSquared:
    """The share of the target's variance that the predictions explain.

    Measures
    --------
    1 - (sum of squared errors) / (sum of squared deviations of the target from its mean): 1 for
    perfect predictions, 0 for those that are as good as always saying the mean of these very
    rows, negative for worse ones.

    Misleads when
    -------------
    The spread of the target changes: with the same errors, a narrower target has a smaller R².
    Look at ``rmse`` beside it. A few extreme targets that are predicted well can make up for
    everything else; the interval covers the truth less often than it says then (log-normal
    targets of sigma 1: 0.85 to 0.90 instead of 0.95 at 200 rows).

    Options
    -------
    None.

    Example
    -------
    >>> import numpy as np
    >>> from mmon.performance import metric_class
    >>> from mmon.profiles.regression import RegressionTables
    >>> target = np.arange(1.0, 101.0)
    >>> prediction = target + np.tile([20.0, -10.0, 5.0, -5.0], 25)
    >>> tables = RegressionTables.of_rows(target, prediction)
    >>> estimate = metric_class("r2")().estimates(tables)["r2"]
    >>> f"{estimate.value:.3f} ({estimate.interval[0]:.3f} to {estimate.interval[1]:.3f})"
    '0.835 (0.784 to 0.879)'

    References
    ----------
    ``sklearn.metrics.r2_score`` gives the same value, but for constant targets, where it is
    undefined. The variance is that of the infinitesimal jackknife, with the leading term by which
    the delete-one jackknife exceeds it (Efron and Stein, *The jackknife estimate of variance*,
    1981); the interval is symmetric in the square root of 1 - R², which is the root mean squared
    error in standard deviations of the target.
    """

    name: ClassVar[str] = "r2"
    title: ClassVar[str] = "R²"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "higher"
    bounds: ClassVar[tuple[float, float]] = (-math.inf, 1.0)
    main: ClassVar[str] = "r2"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The value, its interval and its variance."""
        numbers = as_regression(tables)
        joint = numbers.joint
        reason = reason_for_nothing(numbers) or _undefined(joint)
        if reason is not None:
            return {self.name: Estimate(None, rows=joint.n, reason=reason)}
        unexplained = float(joint.sums[1, 0] / joint.sums[0, 2])
        said = [left_out_reason(numbers)]
        interval = variance = None
        scaled = _relative_moments(joint)
        if scaled is None:
            said.append("the numbers are too large for a confidence interval")
        else:
            variance = unexplained**2 * _variance(scaled, joint.n, power=1.0)
            half = student(joint.n - 1) * math.sqrt(_variance(scaled, joint.n, power=0.5)) / 2.0
            interval = (
                1.0 - unexplained * (1.0 + half) ** 2,
                1.0 - unexplained * max(0.0, 1.0 - half) ** 2,
            )
        return {
            self.name: Estimate(
                1.0 - unexplained,
                interval=interval,
                variance=variance,
                rows=joint.n,
                reason="; ".join(part for part in said if part) or None,
            )
        }


def _undefined(joint: JointMoments) -> str | None:
    if joint.n < 2:
        return "the target of one row has no variance"
    if joint.low == joint.high:
        return f"the target is {joint.low:g} in every row"
    errors, spread = float(joint.sums[1, 0]), float(joint.sums[0, 2])
    if not (math.isfinite(errors) and math.isfinite(spread)):
        return "the numbers are too large to be squared"
    if spread == 0.0 or not math.isfinite(errors / spread):
        return "the target varies too little to be divided by"
    return None


def _relative_moments(joint: JointMoments) -> tuple[float, float, float] | None:
    """Means of d², d² u and d² w, where d = w - u, or None where they overflow.

    w is a row's squared error and u its squared deviation from the mean target, each divided by
    its mean, so that d is by how much the row moves the logarithm of their ratio.
    """
    errors, spread = float(joint.sums[1, 0]) / joint.n, float(joint.sums[0, 2]) / joint.n
    if errors == 0.0:
        return 0.0, 0.0, 0.0

    def mean_of(power_w: int, power_u: int) -> float:
        mean: float = float(joint.sums[power_w, 2 * power_u]) / joint.n
        # Divided one by one: the product of the divisors may be out of range.
        for divisor in [errors] * power_w + [spread] * power_u:
            mean /= divisor
        return mean

    w2u, wu2 = mean_of(2, 1), mean_of(1, 2)
    found = (
        mean_of(2, 0) - 2.0 * mean_of(1, 1) + mean_of(0, 2),
        w2u - 2.0 * wu2 + mean_of(0, 3),
        mean_of(3, 0) - 2.0 * w2u + wu2,
    )
    if not all(map(math.isfinite, found)):
        return None
    return max(found[0], 0.0), max(found[1], 0.0), max(found[2], 0.0)


def _variance(scaled: tuple[float, float, float], n: int, *, power: float) -> float:
    """Relative variance of (unexplained share)^power, divided by power².

    To leave out a row moves it by d (1 + (1 + power) u / 2n + (1 - power) w / 2n) / n, to second
    order: extreme rows weigh more than in the delta method, which knows the first term only.
    """
    first, by_target, by_error = scaled
    second = (1.0 + power) * by_target * n / (n - 1) + (1.0 - power) * by_error
    return (first + second / n) / n
