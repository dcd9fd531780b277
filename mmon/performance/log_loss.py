"""Log-loss: how surprised the model is by what came true."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._class_intervals import mean_of, undefined
from mmon.performance._class_tables import classified, why_no_scores
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class LogLoss:
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

    Options
    -------
    None.

    Example
    -------
    >>> from mmon.profiles.classification import ClassificationTables
    >>> target, prediction = [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0]
    >>> score = [0.1, 0.2, 0.6, 0.7, 0.9, 0.4]
    >>> rows = ClassificationTables.of_rows(target, prediction, score)
    >>> estimate = LogLoss().estimates(rows)["log_loss"]
    >>> f"{estimate.value:.3f}", "{:.3f} to {:.3f}".format(*estimate.interval)
    ('0.437', '0.098 to 0.962')

    References
    ----------
    Good, *Rational decisions*, JRSS B 1952. Hall, *On the removal of skewness by
    transformation*, JRSS B 1992. ``sklearn.metrics.log_loss``.
    """

    name: ClassVar[str] = "log_loss"
    title: ClassVar[str] = "log-loss"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)
    main: ClassVar[str] = "log_loss"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The mean loss of rows with a target and usable scores."""
        found = classified(tables)
        if not found.sums.rows:
            return {self.name: undefined(why_no_scores(found))}
        return {self.name: mean_of(found.sums.rows, found.sums.log_loss, self.bounds)}
