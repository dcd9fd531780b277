"""The mean squared error: large errors count more than in proportion."""

from mmon.performance._error_estimates import MeanLoss


class MeanSquaredError(MeanLoss):
    """The mean of the squared errors, in the square of the target's unit.

    Measures
    --------
    The mean of (prediction - target)²: 0 for perfect predictions, and smallest for a model that
    predicts the mean target of each kind of row. An error twice as large counts four times.

    Misleads when
    -------------
    Errors have heavy tails: a handful of rows then is most of the value, it jumps from window to
    window, and its interval, though corrected for skewness, covers the truth less often than it
    says: for errors that are log-normal with sigma 1, 0.89 to 0.91 instead of 0.95 at 200 to 5,000
    rows.
    Use ``mae`` there.

    Example
    -------
    {estimate of a hundred numbers}
    '1.375 (1.088 to 1.710)'

    References
    ----------
    ``sklearn.metrics.mean_squared_error`` gives the same value. The interval is Student's,
    corrected for skewness: Hall, *On the removal of skewness by transformation*, 1992.
    """

    loss = "mse"
