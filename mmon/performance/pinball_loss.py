"""The pinball loss: how good a prediction of a quantile is."""

from __future__ import annotations

import dataclasses

from mmon.performance._error_estimates import MeanLoss
from mmon.profiles.outcomes.error_moments import Moments
from mmon.profiles.outcomes.regression import RegressionTables


@dataclasses.dataclass(frozen=True)
class PinballLoss(MeanLoss):
    """How good a prediction of a quantile is, in the target's unit.

    Measures
    --------
    The mean of ``quantile`` times what a prediction is too low by, and of (1 - ``quantile``) times
    what it is too high by: smallest for a model that predicts this quantile of each kind of row.
    At 0.5 it is half the mean absolute error.

    Misleads when
    -------------
    The model does not predict this quantile: the value then mixes its bias with its precision.
    It does not say whether the predictions are calibrated: see ``interval_coverage``.

    Options
    -------
    quantile : float
        The quantile that the model predicts, between 0 and 1; 0.5 by default.

    Example
    -------
    {a hundred numbers}
    >>> estimate = metric_class("pinball_loss")(quantile=0.9).estimates(tables)["pinball_loss"]
    >>> f"{estimate.value:.3f} ({estimate.interval[0]:.3f} to {estimate.interval[1]:.3f})"
    '0.400 (0.338 to 0.467)'

    References
    ----------
    Koenker and Bassett, *Regression quantiles*, Econometrica 46, 1978.
    ``sklearn.metrics.mean_pinball_loss`` gives the same value. The interval is Student's, corrected
    for skewness: Hall, *On the removal of skewness by transformation*, 1992.
    """

    quantile: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 < self.quantile < 1.0:
            raise ValueError(f"quantile must be between 0 and 1, not {self.quantile!r}")

    def moments(self, tables: RegressionTables) -> Moments:
        return _tilted(tables.under, tables.over, self.quantile)


def _tilted(under: Moments, over: Moments, quantile: float) -> Moments:
    """Moments of quantile · under + (1 - quantile) · over, of which one is 0 in every row."""
    a, b = quantile, 1.0 - quantile
    n, low, high = under.n, a * under.mean, b * over.mean
    low_m2, high_m2 = a * a * under.m2, b * b * over.m2
    # As their product is 0 in every row, their covariance is minus the product of their means.
    m2 = low_m2 + high_m2 - 2.0 * n * low * high
    # Likewise the mixed third moments: with deviations u' and o', E[u'² o'] = -E[o] (V[u] - E[u]²).
    mixed = -high * (low_m2 / n - low * low) - low * (high_m2 / n - high * high)
    m3 = a**3 * under.m3 + b**3 * over.m3 + 3.0 * n * mixed
    # Rounding may leave a little less than nothing.
    return Moments(n, low + high, 0.0 if m2 < 0.0 else m2, m3)
