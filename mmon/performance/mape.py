"""The mean absolute percentage error: how far off, as a share of the target."""

from mmon.performance._error_estimates import MeanLoss


class MeanAbsolutePercentageError(MeanLoss):
    """How far predictions are off as a share of the target, on average: 0.1 is ten percent.

    Measures
    --------
    The mean of |prediction - target| / |target| over the rows whose target is not 0; the result
    says how many rows that leaves out. Negative targets are divided by their magnitude.

    Misleads when
    -------------
    Targets come near 0: a single such row can be most of the value. It also forgives predicting
    too little (at most 1 where all is positive) more than too much: a model tuned by it predicts
    too low. ``smape`` is bounded, and ``mae`` in the target's unit.

    Example
    -------
    {estimate of a hundred numbers}
    '0.060 (0.033 to 0.258)'

    References
    ----------
    ``sklearn.metrics.mean_absolute_percentage_error`` gives the same value where no target is 0;
    as there, targets nearer to 0 than 2.2e-16 are divided by that. The interval is Student's,
    corrected for skewness: Hall, *On the removal of skewness by transformation*, 1992.
    """

    loss = "relative"
    undefined_for = "with target 0"
