"""The mean absolute error: how far predictions are off on average."""

from mmon.performance._error_estimates import MeanLoss


class MeanAbsoluteError(MeanLoss):
    """How far predictions are off on average, in the target's unit.

    Measures
    --------
    The mean of |prediction - target|: 0 for perfect predictions. Every unit of error counts the
    same, so it is what a typical row is off by, and large errors have no extra say.

    Misleads when
    -------------
    A few very large errors matter most (``rmse`` weighs them up), or targets of very different
    size are mixed: then the large ones make up the mean (``smape`` is relative).

    Example
    -------
    {estimate of a hundred numbers}
    '1.000 (0.885 to 1.130)'

    References
    ----------
    ``sklearn.metrics.mean_absolute_error`` gives the same value. The interval is Student's,
    corrected for skewness: Hall, *On the removal of skewness by transformation*, 1992.
    """

    loss = "mae"
