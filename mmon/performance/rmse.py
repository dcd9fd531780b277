"""The root mean squared error: large errors count more, in the target's unit."""

from mmon.performance._error_estimates import MeanLoss


class RootMeanSquaredError(MeanLoss):
    """The square root of the mean squared error, in the target's unit.

    Measures
    --------
    The quadratic mean of the errors: 0 for perfect predictions, never below the mean absolute
    error, and equal to the standard deviation of the errors where these have mean 0.

    Misleads when
    -------------
    Errors have heavy tails: a handful of rows then is most of the value (see ``mse``; the interval
    is its square root).

    Example
    -------
    {estimate of a hundred numbers}
    '1.173 (1.043 to 1.308)'

    References
    ----------
    ``sklearn.metrics.root_mean_squared_error`` gives the same value.
    """

    loss = "mse"
    is_root = True
