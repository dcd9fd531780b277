"""The bias: by how much predictions are too high on average."""

import math

from mmon.performance._error_estimates import MeanLoss


class Bias(MeanLoss):
    """By how much predictions are too high on average, in the target's unit.

    Measures
    --------
    The mean of prediction - target: 0 where errors cancel, positive where the model predicts too
    much, negative where it predicts too little. A change means that the level of the target or of
    the predictions moved.

    Misleads when
    -------------
    The model is too high for some rows and too low for others: then it is 0 and nothing is well.
    Read it beside ``mae``, and per feature.

    Example
    -------
    {estimate of a hundred numbers}
    '0.250 (0.030 to 0.487)'

    References
    ----------
    Willmott, *Some comments on the evaluation of model performance*, Bulletin of the American
    Meteorological Society 63, 1982 (mean bias error). The interval is Student's, corrected for
    skewness: Hall, *On the removal of skewness by transformation*, 1992.
    """

    better = "zero"
    bounds = (-math.inf, math.inf)
    loss = "bias"
