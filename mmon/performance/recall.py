"""Recall: the share of a class's rows that were found."""

from __future__ import annotations

from mmon.performance._class_rates import Cells, Counts, OfCounts


class Recall(OfCounts):
    """The share of the positive rows that were predicted to be positive.

    Measures
    --------
    True positives / (true positives + false negatives), also called sensitivity or true
    positive rate: 1 when no positive row was missed. The interval is Wilson's. With several
    classes: of each class against all others, and averaged with equal weights (macro), over all
    rows taken together (micro), and weighted by the classes' rows (weighted). A class for which
    it is undefined counts as 0 in the averages.

    Misleads when
    -------------
    The price is not looked at: a model that calls everything positive has a recall of 1. Read
    it with ``precision``. It depends on the decision threshold, so a changed score distribution
    moves it though the ranking is as good as before.

    Example
    -------
    {estimate of six predictions}
    ('0.667', '0.208 to 0.939')

    References
    ----------
    Wilson, *Probable inference*, JASA 1927. ``sklearn.metrics.recall_score``.
    """

    why_undefined = "no row is of class {label}"
    is_right_by_rows = True

    @staticmethod
    def parts(cells: Cells) -> tuple[Counts, Counts]:
        return cells.hits, cells.actual
