"""Balanced accuracy: the mean of the classes' recalls."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from mmon.chance.proportions import Z
from mmon.chance.skewed_means import LEVEL
from mmon.performance import Estimate
from mmon.performance._class_intervals import (
    average_variance,
    proportion,
    share_interval,
    undefined,
    variance_or_width,
)
from mmon.performance._class_tables import NO_PAIRS, OfPredictions
from mmon.profiles.outcomes.classification import ClassificationTables


class BalancedAccuracy(OfPredictions):
    """The mean recall of the classes that occur.

    Measures
    --------
    The mean, over the classes of the targets, of the share of their rows that was predicted
    right: for two classes, of recall and specificity. It does not depend on how common each
    class is; a guess that ignores the row has 1 / number of classes. The interval
    is Wilson's, for as many rows as would give a proportion the same variance.

    Misleads when
    -------------
    A rare class has as much weight as a common one: with few rows of it, the value is mostly
    its noise, as the interval shows. The decision threshold is judged with the model.

    Example
    -------
    {estimate of six predictions}
    ('0.667', '0.112 to 0.969')

    References
    ----------
    Brodersen et al., *The balanced accuracy and its posterior distribution*, ICPR 2010. Korn and
    Graubard, *Confidence intervals for proportions with small expected number of positive counts
    estimated from survey data*, Survey Methodology 1998.
    ``sklearn.metrics.balanced_accuracy_score``.
    """

    def estimate(self, tables: ClassificationTables) -> Estimate:
        """The mean recall; undefined while only one class occurs."""
        confusion = tables.confusion
        actual = confusion.sum(axis=1)
        occurs = actual > 0
        size = int(occurs.sum())
        if size < 2:
            return undefined("all rows are of one class")
        hits, rows = confusion.diagonal()[occurs], actual[occurs]
        counts = zip(hits.tolist(), rows.tolist(), strict=True)
        recalls = [proportion(hit, row, NO_PAIRS) for hit, row in counts]
        value = float(np.mean(hits / rows))
        # Given the targets, the classes' rows have nothing to do with each other.
        variance = sum(one.variance or 0.0 for one in recalls) / size**2
        variance = average_variance(variance, np.full(size, 1 / size), recalls)
        # The variance is known as well as that of the class with the fewest rows.
        wider = (float(stdtrit(max(1.0, float(rows.min()) - 1.0), (1 + LEVEL) / 2)) / Z) ** 2
        rested = size**2 / float(np.sum(1 / rows)) / wider
        interval = share_interval(value, variance * wider, rested)
        return Estimate(value, interval, variance_or_width(variance, interval), int(rows.sum()))
