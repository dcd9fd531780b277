"""The root mean squared logarithmic error: relative errors of positive numbers."""

from __future__ import annotations

from mmon.performance import Estimate
from mmon.performance._error_estimates import MeanLoss, count
from mmon.profiles.outcomes.regression import RegressionTables


class RootMeanSquaredLogarithmicError(MeanLoss):
    """The root mean square of the difference of logarithms, log(1 + x).

    Measures
    --------
    For large numbers the typical ratio between prediction and target: 0.1 is about ten percent,
    up or down alike. For numbers near 0 it is the plain error. It suits counts and prices that
    span orders of magnitude.

    Misleads when
    -------------
    Numbers are measured in another unit: the 1 in log(1 + x) makes it depend on that. It is not
    defined, and says so, as soon as one target or prediction is -1 or less.

    Example
    -------
    {estimate of a hundred numbers}
    '0.096 (0.050 to 0.241)'

    References
    ----------
    ``sklearn.metrics.root_mean_squared_log_error`` gives the same value. The interval is that of
    the mean of squares, with its square root taken; see ``mse``.
    """

    loss = "log_square"
    is_root = True

    def estimate(self, tables: RegressionTables) -> Estimate:
        undefined = tables.used - tables.log_square.n
        if undefined:
            reason = f"{count(undefined, 'row')} with a target or prediction of -1 or less"
            return Estimate(None, rows=tables.used, reason=reason)
        return super().estimate(tables)
