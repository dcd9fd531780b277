"""Log-loss: how surprised the model is by what came true."""

from __future__ import annotations

import math

from mmon.performance import Estimate, Tables, Variant, labelled_share
from mmon.performance._class_intervals import mean_of
from mmon.performance._class_tables import OfScores
from mmon.profiles.outcomes.classification import ClassificationTables


class LogLoss(OfScores):
    """The mean of -log(probability given to the true class), in nats.

    Measures
    --------
    0 for a model that is always sure and right. Predicting 0.5 for every row of two classes has
    0.693. Probabilities are kept 2.2e-16 away from 0 and 1, as in scikit-learn, so that one
    sure mistake costs at most 36. It rewards calibrated probabilities: the true ones have the
    smallest expected value. The interval is Student's, corrected for skewness (Hall).

    Misleads when
    -------------
    Few very sure mistakes dominate the mean: see ``brier_score``, which is bounded. It has no
    fixed scale: it depends on how predictable the target is, so values of two models compare on
    the same rows only.

    Example
    -------
    {estimate of six scores}
    ('0.437', '0.098 to 0.962')

    References
    ----------
    Good, *Rational decisions*, JRSS B 1952. Hall, *On the removal of skewness by
    transformation*, JRSS B 1992. ``sklearn.metrics.log_loss``.
    """

    bounds = (0.0, math.inf)

    def known_share(self, tables: Tables, variant: Variant) -> float:
        del variant
        return labelled_share(tables)

    def estimate(self, tables: ClassificationTables) -> Estimate:
        return mean_of(tables.sums.rows, tables.sums.log_loss, self.bounds)
