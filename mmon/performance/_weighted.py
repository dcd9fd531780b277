"""What scores mean where rows of the reference are weighted towards production (PAPE)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from scipy.special import chdtrc

from mmon.performance import WeightedRows
from mmon.performance._calibration import Calibration, weighted_cells
from mmon.performance._expected import ExpectedScores, expected_tables
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.records.arrays import BoolArray, FloatArray
from mmon.results import Task

# Cells of equal weight in which chances are compared with what came true.
_CELLS = 10


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ScoredClass:
    """One class in rows that are labelled and weighted.

    Attributes
    ----------
    label : str
    score, weight : (n,) float64
    is_of, is_said, is_answered : (n,) bool
        Whether a row is of the class, whether the model says so, and whether it says anything.
    """

    label: str
    score: FloatArray
    weight: FloatArray
    is_of: BoolArray
    is_said: BoolArray
    is_answered: BoolArray

    def told_by(self, calibration: Calibration) -> ExpectedScores:
        """What chances by the score let expect of the rows."""
        return self._with(calibration.at(self.score))

    def came_true(self) -> ExpectedScores:
        """What the labels say of them."""
        return self._with(self.is_of.astype(np.float64))

    def p_value(self, calibration: Calibration) -> float:
        """Of "the chances by the score are those of the rows as they are weighted".

        By the squares of what came true beyond the chances, cell by cell of the score.
        """
        beyond = self.weight * (self.is_of - calibration.at(self.score))
        cell = weighted_cells(self.score, self.weight, _CELLS)
        sums, squares = np.bincount(cell, beyond), np.bincount(cell, beyond**2)
        is_there = squares > 0.0
        return float(chdtrc(is_there.sum(), (sums[is_there] ** 2 / squares[is_there]).sum()))

    def _with(self, chances: FloatArray) -> ExpectedScores:
        order = np.argsort(
            np.where(self.is_said, 0, np.where(self.is_answered, 1, 2)), kind="stable"
        )
        return ExpectedScores(
            label=self.label,
            values=self.score[order],
            rows=self.weight[order],
            chances=chances[order],
            said=int(self.is_said.sum()),
            answered=int(self.is_answered.sum()),
            uncertain=0.0,
            calibration=None,
        )


def scored_classes(rows: WeightedRows, like: ClassificationTables) -> list[ScoredClass] | None:
    """The classes that ``like`` has scores of; None where the rows have no scores of one."""
    outcome = rows.outcome
    first = 1 if outcome.task is Task.BINARY else 0
    codes = {label: code for code, label in enumerate(outcome.classes) if code >= first}
    labels = [one.label for one in like.scores]
    if outcome.scores is None or not {*labels} <= codes.keys():
        return None
    used = np.flatnonzero((outcome.target >= 0) & ~np.isnan(outcome.scores).any(axis=1))
    if not len(used):
        return None
    target, answer = outcome.target[used], outcome.prediction[used]
    return [
        ScoredClass(
            label,
            score=outcome.scores[used, codes[label] - first],
            weight=rows.weights[used],
            is_of=target == codes[label],
            is_said=answer == codes[label],
            is_answered=answer >= 0,
        )
        for label in labels
    ]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Recalibrated:
    """What scores mean towards production, and what that lets expect of the weighted rows.

    Attributes
    ----------
    calibrations : tuple of Calibration
        One for each class with scores.
    own, realised : ClassificationTables
        Of these rows: what the chances let expect, and what came true.
    """

    calibrations: tuple[Calibration, ...]
    own: ClassificationTables
    realised: ClassificationTables


def recalibrated(
    known: Sequence[Calibration],
    rows: WeightedRows,
    like: ClassificationTables,
    alpha: float = 0.05,
) -> Recalibrated | None:
    """What scores mean among weighted rows; None where that is surely no other than is known."""
    classes = scored_classes(rows, like)
    if classes is None:
        return None
    p_values = [one.p_value(before) for one, before in zip(classes, known, strict=True)]
    if min(p_values) * len(p_values) > alpha:
        return None
    fitted = tuple(Calibration.weighted(one.score, one.is_of, one.weight) for one in classes)
    pairs = [*zip(classes, fitted, strict=True)]
    own = expected_tables([one.told_by(by) for one, by in pairs], like)
    return Recalibrated(fitted, own, expected_tables([one.came_true() for one in classes], like))
