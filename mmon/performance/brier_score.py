"""Brier score: the mean squared error of the probabilities."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._class_intervals import mean_of, undefined
from mmon.performance._class_tables import classified, why_no_scores
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class BrierScore:
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

    Options
    -------
    None.

    Example
    -------
    >>> from mmon.profiles.classification import ClassificationTables
    >>> target, prediction = [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0]
    >>> score = [0.1, 0.2, 0.6, 0.7, 0.9, 0.4]
    >>> rows = ClassificationTables.of_rows(target, prediction, score)
    >>> estimate = BrierScore().estimates(rows)["brier_score"]
    >>> f"{estimate.value:.3f}", "{:.3f} to {:.3f}".format(*estimate.interval)
    ('0.145', '0.000 to 0.392')

    References
    ----------
    Brier, *Verification of forecasts expressed in terms of probability*, 1950. Hall, *On the
    removal of skewness by transformation*, JRSS B 1992. ``sklearn.metrics.brier_score_loss``.
    """

    name: ClassVar[str] = "brier_score"
    title: ClassVar[str] = "Brier score"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, 2.0)
    main: ClassVar[str] = "brier_score"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The mean loss of rows with a target and usable scores."""
        found = classified(tables)
        if not found.sums.rows:
            return {self.name: undefined(why_no_scores(found))}
        largest = 1.0 if found.task is Task.BINARY else 2.0
        return {self.name: mean_of(found.sums.rows, found.sums.brier, (0.0, largest))}
