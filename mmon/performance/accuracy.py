"""Accuracy: the share of rows that were predicted right."""

from __future__ import annotations

from mmon.performance import Estimate, Tables, Variant, labelled_share
from mmon.performance._class_intervals import proportion
from mmon.performance._class_tables import NO_PAIRS, OfPredictions
from mmon.profiles.outcomes.classification import ClassificationTables


class Accuracy(OfPredictions):
    """The share of rows whose predicted class is the true one.

    Measures
    --------
    Right rows / rows, among rows with both a target and a prediction. The interval is Wilson's,
    and a change is tested exactly, as one of two proportions.

    Misleads when
    -------------
    Classes are unequal: with 1 % positives a model that never says positive has 0.99. It also
    moves when the shares of the classes do, though the model is the same: ``balanced_accuracy``
    does not.

    Example
    -------
    {estimate of six predictions}
    ('0.667', '0.300 to 0.903')

    References
    ----------
    Wilson, *Probable inference*, JASA 1927. ``sklearn.metrics.accuracy_score``.
    """

    def known_share(self, tables: Tables, variant: Variant) -> float:
        del variant
        return labelled_share(tables)

    def estimate(self, tables: ClassificationTables) -> Estimate:
        """The share of right rows."""
        confusion = tables.confusion
        return proportion(int(confusion.diagonal().sum()), int(confusion.sum()), NO_PAIRS)
