"""R²: the share of the target's variance that the predictions explain."""

from __future__ import annotations

import math

from mmon.performance import Estimate
from mmon.performance._error_estimates import OfErrors, left_out
from mmon.performance._error_ratio import RatioError
from mmon.profiles.outcomes.error_moments import JointMoments
from mmon.profiles.outcomes.regression import RegressionTables


class RSquared(OfErrors):
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
    everything else.

    Example
    -------
    {a hundred targets}
    >>> prediction = target + np.tile([20.0, -10.0, 5.0, -5.0], 25)
    >>> tables = RegressionTables.of(target, prediction)
    {estimate}
    '0.835 (0.778 to 0.877)'

    References
    ----------
    ``sklearn.metrics.r2_score`` gives the same value, but for constant targets, where it is
    undefined. The interval is corrected for the skewness of both sums, as in Hall, *The Bootstrap
    and Edgeworth Expansion*, 1992, ch. 2.
    """

    better = "higher"
    bounds = (-math.inf, 1.0)

    def estimate(self, tables: RegressionTables) -> Estimate:
        joint = tables.joint
        reason = _undefined(joint)
        if reason is not None:
            return Estimate(None, rows=joint.n, reason=reason)
        unexplained = float(joint.sums[1, 0] / joint.sums[0, 2])
        said = left_out(tables)
        interval, variance = _uncertainty(joint, unexplained)
        if interval is None:
            said.append("the numbers are too large for a confidence interval")
        return Estimate(
            1.0 - unexplained,
            interval=interval,
            variance=variance,
            rows=joint.n,
            reason="; ".join(said) or None,
        )


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


def _uncertainty(
    joint: JointMoments, unexplained: float
) -> tuple[tuple[float, float] | None, float | None]:
    """Interval and variance of 1 - ``unexplained``."""
    if unexplained == 0.0:
        return (1.0, 1.0), 0.0
    error = RatioError.of(joint)
    if error is None:
        return None, None
    low, high = error.factors()
    return (1.0 - unexplained * high, 1.0 - unexplained * low), (
        unexplained**2 * error.variance(1.0)
    )
