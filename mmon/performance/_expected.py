"""The tables that are to be expected of rows whose scores are known, and whose labels are not."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from mmon.performance._calibration import Calibration
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.presence import Presence
from mmon.profiles.outcomes.answer_scores import AnswerScores
from mmon.profiles.outcomes.class_scores import SMALLEST, ClassScores, ScoreSums
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.records.arrays import FloatArray, IntArray
from mmon.results import Task

SCALE = 1 << 20
"""Rows of the tables that stand for one: tables count whole rows, and fractions are expected."""
# Rounds in which the cells beside the diagonal are fitted to their sums.
_ROUNDS = 20


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ExpectedScores:
    """The scores of one class in all rows, and the chance that a row is of it.

    Attributes
    ----------
    label : str
    values, rows, chances : (K,) float64
        First those of rows that are said to be of the class, then of others, then without answer.
    said, answered : int
        How many of the values are of the first, and of the first two.
    uncertain : float
        Rows that may be misplaced.
    calibration : Calibration or None
        Where the chances are from; None where they are no more than those of known rows.
    """

    label: str
    values: FloatArray
    rows: FloatArray
    chances: FloatArray
    said: int
    answered: int
    uncertain: float
    calibration: Calibration | None

    @classmethod
    def of(cls, one: AnswerScores, calibration: Calibration) -> ExpectedScores:
        """Of production's scores, and what scores mean in the reference."""
        parts = (one.said, one.other, one.silent)
        values = np.concatenate([part.values for part in parts]).astype(np.float64)
        mass = np.concatenate([part.mass for part in parts]).astype(np.float64)
        said = len(one.said.values)
        uncertain = sum(part.uncertain for part in parts) + mass.sum() * calibration.rank_error
        return cls(
            label=one.label,
            values=values,
            rows=mass,
            chances=calibration.at(values),
            said=said,
            answered=said + len(one.other.values),
            uncertain=float(uncertain),
            calibration=calibration,
        )

    @property
    def is_silent(self) -> bool:
        """Whether the model gave some rows no answer."""
        return self.answered < len(self.values)

    @property
    def hits(self) -> float:
        """Rows that are rightly said to be of the class."""
        return float(self.rows[: self.said] @ self.chances[: self.said])

    @property
    def actual(self) -> float:
        """Rows of the class among those with an answer."""
        return float(self.rows[: self.answered] @ self.chances[: self.answered])

    @property
    def curves(self) -> ClassScores:
        """The scores of rows of the class, and of the others."""
        sides = (_distribution(self.values, self.rows * p) for p in (self.chances, self.misses))
        return ClassScores(self.label, *sides)

    @property
    def misses(self) -> FloatArray:
        """(K,) the chances that a row is not of the class."""
        return 1.0 - self.chances

    def constant(self, said: float, other: float) -> FloatArray:
        """(K,) a number for each value, by the rows' answers; 0 where there is none."""
        numbers = np.zeros(len(self.values))
        numbers[: self.said], numbers[self.said : self.answered] = said, other
        return numbers


def losses(name: str, task: Task, scores: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """What a row with a score loses where it is not of the class, and how much more where it is.

    Of several classes a row loses the sum over all. None for what is no such sum.
    """
    clipped = np.clip(scores, SMALLEST, 1.0 - SMALLEST)
    if name == "brier_score":
        return scores * scores, 1.0 - 2.0 * scores
    if name != "log_loss":
        return None
    if task is Task.BINARY:
        return -np.log1p(-clipped), np.log1p(-clipped) - np.log(clipped)
    return np.zeros(len(scores)), -np.log(clipped)


def expected_tables(
    classes: Sequence[ExpectedScores], like: ClassificationTables
) -> ClassificationTables:
    """The tables of `SCALE` times as many rows as are expected, of the classes of ``like``."""
    rows = round(float(classes[0].rows.sum()))
    sums = np.zeros((2, 36))
    for place, name in ((0, "log_loss"), (3, "brier_score")):
        for one in classes:
            found = losses(name, like.task, one.values)
            if found is not None and not like.score_edges:
                sums[0, place] += SCALE * float(one.rows @ (found[0] + one.chances * found[1]))
    own = ScoreSums.empty(len(like.classes) * (like.task is not Task.BINARY))
    return dataclasses.replace(
        like,
        rows=rows * SCALE,
        labelled=rows * SCALE,
        has_scores=rows > 0,
        confusion=expected_confusion(
            classes, np.array([one.hits for one in classes]), np.array([o.actual for o in classes])
        ),
        scores=tuple(one.curves for one in classes),
        sums=dataclasses.replace(own, rows=rows * SCALE, parts=sums),
    )


def expected_confusion(
    classes: Sequence[ExpectedScores], hits: FloatArray, actual: FloatArray
) -> IntArray:
    """(C, C) rows by class and answer, of (C,) right ones and (C,) rows of each class.

    Of several classes only the diagonal and the sums of rows and columns are known: the other
    cells are those that go with them and are nearest to independence.
    """
    one = classes[0]
    answered = float(one.rows[: one.answered].sum())
    said = np.array([float(one.rows[: one.said].sum()) for one in classes])
    if len(classes) == 1:
        (hit,), (all_of,), (named,) = hits, actual, said
        matrix = np.array([[answered - named - all_of + hit, named - hit], [all_of - hit, hit]])
        return _scaled(matrix)
    missed = np.maximum(actual * (answered / max(actual.sum(), 1e-300)) - hits, 0.0)
    wrong = np.maximum(said - hits, 0.0)
    matrix = np.outer(missed, wrong)
    np.fill_diagonal(matrix, 0.0)
    for _ in range(_ROUNDS):
        matrix *= wrong / np.maximum(matrix.sum(axis=0), 1e-300)
        matrix *= (missed / np.maximum(matrix.sum(axis=1), 1e-300))[:, None]
    return _scaled(matrix + np.diag(hits))


def _scaled(rows: FloatArray) -> IntArray:
    return np.asarray(np.rint(np.maximum(rows, 0.0) * SCALE), dtype=np.int64)


def _distribution(values: FloatArray, rows: FloatArray) -> Ecdf:
    """An exact distribution of `SCALE` times as many rows."""
    scaled = np.rint(rows * SCALE).astype(np.int64)
    order = np.argsort(values[scaled > 0], kind="stable")
    distinct, starts = np.unique(values[scaled > 0][order], return_index=True)
    if not len(distinct):
        return Ecdf.empty()
    mass = np.add.reduceat(scaled[scaled > 0][order], starts)
    total = int(mass.sum())
    moments = np.array([[total, float(mass @ distinct) / total, 0.0]])
    presence = Presence(present=total)
    return Ecdf(distinct, mass, distinct * mass, moments, presence, 0, total - len(distinct))
