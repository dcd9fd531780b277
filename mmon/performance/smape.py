"""The symmetric mean absolute percentage error: relative, and bounded."""

from mmon.performance._error_estimates import MeanLoss


class SymmetricMeanAbsolutePercentageError(MeanLoss):
    """How far predictions are off relative to target and prediction, on average.

    Measures
    --------
    The mean of |prediction - target| / ((|target| + |prediction|) / 2): 0 for perfect predictions,
    at most 2. A row whose target and prediction are both 0 is a perfect one and counts as 0.
    No row is left out, and none can count more than 2.

    Misleads when
    -------------
    Targets are often 0: any other prediction for such a row counts 2, however near. So do all
    predictions of the wrong sign. Other definitions divide by the sum (at most 1) or leave out the
    magnitude signs: compare with care.

    Example
    -------
    {estimate of a hundred numbers}
    '0.051 (0.033 to 0.177)'

    References
    ----------
    Makridakis, *Accuracy measures: theoretical and practical concerns*, 1993; Hyndman and Koehler,
    *Another look at measures of forecast accuracy*, 2006. The interval is Student's, corrected for
    skewness: Hall, *On the removal of skewness by transformation*, 1992.
    """

    bounds = (0.0, 2.0)
    loss = "symmetric"
