"""F1: the harmonic mean of precision and recall."""

from __future__ import annotations

import numpy as np

from mmon.chance.proportions import wilson
from mmon.performance import Estimate
from mmon.performance._class_intervals import undefined, variance_or_width
from mmon.performance._class_rates import Cells, Counts, OfCounts


class F1(OfCounts):
    """The harmonic mean of precision and recall.

    Measures
    --------
    2 * true positives / (2 * true positives + false positives + false negatives): 1 for a model
    without errors, 0 when no positive was found. True negatives play no part. The interval is
    Wilson's for the share of hits among the rows that are or are said to be positive, from
    which F1 follows. With several classes: of each class against all others, and averaged with
    equal weights (macro), over all rows taken together (micro), and weighted by the classes' rows
    (weighted). A class for which it is undefined counts as 0 in the averages. That with equal
    weights decides nothing where some class has fewer than ten rows or predictions.

    Misleads when
    -------------
    Positives become rarer: precision and F1 fall though the model is the same. One threshold is
    judged, not the ranking (``roc_auc``, ``average_precision``). Which class is the positive
    one matters.

    Example
    -------
    {estimate of six predictions}
    ('0.667', '0.261 to 0.919')

    References
    ----------
    van Rijsbergen, *Information Retrieval*, 1979. Takahashi et al., *Confidence interval for
    micro-averaged F1 and macro-averaged F1 scores*, Applied Intelligence 2022.
    ``sklearn.metrics.f1_score``.
    """

    counted = "rows, or predictions,"
    why_undefined = "no row is of class {label}, nor predicted to be"

    @staticmethod
    def parts(cells: Cells) -> tuple[Counts, Counts]:
        return 2 * cells.hits, cells.actual + cells.predicted

    def basis(self, cells: Cells) -> Counts:
        return np.minimum(cells.actual, cells.predicted)

    def of_class(self, top: int, bottom: int, reason: str) -> Estimate:
        if not bottom:
            return undefined(reason)
        value = top / bottom
        # F1 = 2J / (1 + J), where J, hits among rows that are or are said to be of the class, is a
        # proportion; hence its interval and variance.
        jaccard, rows = value / (2 - value), bottom - top // 2
        low, high = wilson(top // 2, rows)
        interval = 2 * low / (1 + low), 2 * high / (1 + high)
        variance = jaccard * (1 - jaccard) / rows * (2 / (1 + jaccard) ** 2) ** 2
        return Estimate(value, interval, variance_or_width(variance, interval), rows)
