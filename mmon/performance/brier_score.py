"""Brier score: the mean squared error of the probabilities."""

from __future__ import annotations

from mmon.performance import Estimate, Tables, Variant, labelled_share
from mmon.performance._class_intervals import mean_of
from mmon.performance._class_tables import OfScores
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.results import Task


class BrierScore(OfScores):
    """The mean squared difference between probability and outcome.

    Measures
    --------
    For two classes the mean of (probability of the positive class - outcome)²: 0 for a model
    that is always sure and right, 0.25 for one that says 0.5 every time, 1 for one that is sure
    and wrong. For several classes the squares of all classes are added, so that the range is 0
    to 2, as in scikit-learn. It rewards calibrated probabilities. The interval is Student's,
    corrected for skewness (Hall).

    Misleads when
    -------------
    Positives are rare: saying the mean rate every time already has a small value (0.01 at 1 %).
    Compare with the reference, not with 0.

    Example
    -------
    {estimate of six scores}
    ('0.145', '0.000 to 0.392')

    References
    ----------
    Brier, *Verification of forecasts expressed in terms of probability*, 1950. Hall, *On the
    removal of skewness by transformation*, JRSS B 1992. ``sklearn.metrics.brier_score_loss``.
    """

    bounds = (0.0, 2.0)

    def known_share(self, tables: Tables, variant: Variant) -> float:
        del variant
        return labelled_share(tables)

    def estimate(self, tables: ClassificationTables) -> Estimate:
        largest = 1.0 if tables.task is Task.BINARY else 2.0
        return mean_of(tables.sums.rows, tables.sums.brier, (0.0, largest))
