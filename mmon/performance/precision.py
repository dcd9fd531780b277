"""Precision: the share of rows predicted to be of a class that are."""

from __future__ import annotations

from mmon.performance._class_rates import Cells, Counts, OfCounts


class Precision(OfCounts):
    """The share of the rows predicted to be positive that are.

    Measures
    --------
    True positives / (true positives + false positives), also called positive predictive value.
    The interval is Wilson's. With several classes: of each class against all others, and
    averaged with equal weights (macro), over all rows taken together (micro), and weighted by
    the classes' rows (weighted). A class for which it is undefined counts as 0 in the averages;
    that with equal weights decides nothing where some class has fewer than ten predictions.

    Misleads when
    -------------
    It falls when positives become rarer, though the model is the same: compare ``recall`` and
    ``specificity``, which do not depend on the shares of the classes. With few predicted
    positives it is noise, as its interval shows.

    Example
    -------
    {estimate of six predictions}
    ('0.667', '0.208 to 0.939')

    References
    ----------
    Wilson, *Probable inference*, JASA 1927. ``sklearn.metrics.precision_score``.
    """

    counted = "predictions"
    why_undefined = "no row was predicted to be of class {label}"

    @staticmethod
    def parts(cells: Cells) -> tuple[Counts, Counts]:
        return cells.hits, cells.predicted
