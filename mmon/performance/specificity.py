"""Specificity: the share of the other rows that were left alone."""

from __future__ import annotations

from mmon.performance import Estimate
from mmon.performance._class_intervals import undefined, variance_or_width
from mmon.performance._class_rates import Cells, Counts, Ratios
from mmon.performance._class_tables import PerClass
from mmon.profiles.outcomes.classification import ClassificationTables


class Specificity(PerClass):
    """The share of the negative rows that were predicted to be negative.

    Measures
    --------
    True negatives / (true negatives + false positives), the recall of the negative class. The
    interval is Wilson's. With several classes: of each class against all others, and averaged
    with equal weights (macro), over all rows taken together (micro), and weighted by the
    classes' rows (weighted). A class for which it is undefined counts as 0 in the averages.

    Misleads when
    -------------
    Positives are rare: then 0.99 may still mean that most alarms are false (see ``precision``).
    With many classes it is near 1 for any model, since most rows are none of a class's
    business.

    Example
    -------
    {estimate of six predictions}
    ('0.667', '0.208 to 0.939')

    References
    ----------
    Wilson, *Probable inference*, JASA 1927. ``sklearn.metrics.recall_score`` with
    ``pos_label=0``; ``multilabel_confusion_matrix`` for several classes.
    """

    def values(self, tables: ClassificationTables) -> Ratios:
        return _Specificities.of(tables)


class _Specificities(Ratios):
    why_undefined = "all rows are of class {label}"

    @staticmethod
    def parts(cells: Cells) -> tuple[Counts, Counts]:
        return cells.rows - cells.actual - cells.predicted + cells.hits, cells.rows - cells.actual

    def micro(self) -> Estimate:
        found, others = super().micro(), len(self.labels) - 1
        if found.value is None or found.interval is None or found.variance is None:
            return found
        if not others:
            return undefined("there is one class only")
        low, high = found.interval
        interval = 1 - (1 - low) / others, 1 - (1 - high) / others
        value = 1 - (1 - found.value) / others
        variance = variance_or_width(found.variance / others**2, interval)
        return Estimate(value, interval, variance, found.rows)
