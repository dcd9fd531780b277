"""Matthews correlation coefficient: how far predicted and true classes go together."""

from __future__ import annotations

import numpy as np

from mmon.chance.skewed_means import student
from mmon.performance import Estimate
from mmon.performance._class_intervals import variance_or_width
from mmon.performance._class_tables import OfPredictions
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.records.arrays import FloatArray

# One row more, spread over the cells: a matrix without errors does not prove that there are none.
_PRIOR_ROWS = 1.0


class MatthewsCorrcoef(OfPredictions):
    """The correlation of predicted and true classes.

    Measures
    --------
    For two classes the correlation of the 0/1 target with the 0/1 prediction: 1 for a model
    without errors, 0 for one that knows nothing, negative for one that is mostly wrong. All
    four cells of the confusion matrix count. Several classes use Gorodkin's extension. A
    constant prediction (or target) has 0, as in scikit-learn. The interval comes from the delta
    method on Fisher's z scale, with Student's quantile for the rows of the rarer class.

    Misleads when
    -------------
    The shares of the classes change: it moves though recall and specificity do not. It judges
    one threshold, not the ranking.

    Example
    -------
    {estimate of six predictions}
    ('0.333', '-0.886 to 0.963')

    References
    ----------
    Matthews, *Comparison of the predicted and observed secondary structure of T4 phage
    lysozyme*, 1975. Gorodkin, *Comparing two K-category assignments by a K-category correlation
    coefficient*, 2004. Itaya et al., *Asymptotic properties of Matthews correlation
    coefficient*, 2024. ``sklearn.metrics.matthews_corrcoef``.
    """

    bounds = (-1.0, 1.0)

    def estimate(self, tables: ClassificationTables) -> Estimate:
        """The correlation, 0 where one side is constant."""
        confusion = tables.confusion.astype(np.float64)
        occurs = (confusion.sum(axis=0) + confusion.sum(axis=1)) > 0
        confusion = confusion[np.ix_(occurs, occurs)]
        rows = int(confusion.sum())
        if not _spreads(confusion).all():
            why = "there is one class only" if len(confusion) == 1 else "one side is constant"
            return Estimate(0.0, rows=rows, reason=f"0 by convention: {why}")
        value, variance = _correlation(confusion)
        around, spread = _correlation(confusion + _PRIOR_ROWS / confusion.size)
        # On Fisher's z scale the error depends little on the value.
        # Of a rare class as many rows as it has, and as many others, tell how large.
        degrees = max(1.0, _spreads(confusion)[0] / rows - 1)
        half = student(degrees) * np.sqrt(spread) / (1 - around**2)
        center = np.arctanh(around)
        low, high = float(np.tanh(center - half)), float(np.tanh(center + half))
        interval = min(low, value), max(high, value)
        return Estimate(value, interval, variance_or_width(variance, interval), rows)


def _spreads(confusion: FloatArray) -> FloatArray:
    """(2,) how far from constant the targets and the predictions are; 0 where they are."""
    rows = confusion.sum()
    return np.array([rows**2 - np.sum(confusion.sum(axis=axis) ** 2) for axis in (1, 0)])


def _correlation(confusion: FloatArray) -> tuple[float, float]:
    """The coefficient, and its variance by the delta method on the cells' shares."""
    shares = confusion / confusion.sum()
    actual, predicted = shares.sum(axis=1), shares.sum(axis=0)
    hits = np.trace(shares)
    spread_actual, spread_predicted = _spreads(shares)
    shared = hits - actual @ predicted
    scale = np.sqrt(spread_actual * spread_predicted)
    value = shared / scale
    # How one more row of each cell moves numerator and denominators.
    moved = hits + np.eye(len(shares)) - predicted[:, None] - actual[None, :]
    moved = moved / scale - value * (
        (1 - actual[:, None]) / spread_actual + (1 - predicted[None, :]) / spread_predicted
    )
    variance = np.sum(shares * moved**2) / confusion.sum()
    return float(np.clip(value, -1.0, 1.0)), float(variance)
