"""The tables of how good predictions are, of whichever task."""

from __future__ import annotations

from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.error_plane import Grid
from mmon.profiles.outcomes.outcomes import Outcome
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.results import Task


def performance_of(
    outcome: Outcome, points: int | None, grid: Grid | None
) -> ClassificationTables | RegressionTables:
    """The tables of one batch, with so many points of each distribution."""
    if outcome.task is not Task.REGRESSION:
        return ClassificationTables.of(outcome, points)
    target, prediction = outcome.target, outcome.prediction
    interval = outcome.lower, outcome.upper
    return RegressionTables.of(target, prediction, *interval, points=points, grid=grid)
