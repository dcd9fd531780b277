"""Specificity: the share of the other rows that were left alone."""

from __future__ import annotations

from mmon.performance import Estimate
from mmon.performance._class_intervals import undefined, variance_or_width
from mmon.performance._class_rates import Cells, Counts, OfCounts


class Specificity(OfCounts):
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

    why_undefined = "all rows are of class {label}"

    @staticmethod
    def parts(cells: Cells) -> tuple[Counts, Counts]:
        return cells.rows - cells.actual - cells.predicted + cells.hits, cells.rows - cells.actual

    def of_all(self, right: Estimate, classes: int) -> Estimate:
        others = classes - 1
        if right.value is None or right.interval is None or right.variance is None:
            return right
        if not others:
            return undefined("there is one class only")
        low, high = right.interval
        interval = 1 - (1 - low) / others, 1 - (1 - high) / others
        value = 1 - (1 - right.value) / others
        variance = variance_or_width(right.variance / others**2, interval)
        return Estimate(value, interval, variance, right.rows)
