"""The scores of all rows, labelled or not: what performance is estimated from without labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.outcomes.outcomes import Outcome
from mmon.records import require
from mmon.records.arrays import FloatArray, IntArray
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class AnswerScores:
    """The scores of one class in all rows that have scores, labelled or not, by the answer.

    Attributes
    ----------
    said, other, silent : Ecdf
        The class's score in rows that the model said to be of it, to be of another class, and in
        those without an answer.
    """

    label: str
    said: Ecdf
    other: Ecdf
    silent: Ecdf

    @classmethod
    def of(
        cls, label: str, score: FloatArray, answer: IntArray, code: int, points: int | None
    ) -> Self:
        """Of (n,) scores of the class of a code, and (n,) codes of the answers."""
        is_silent, is_said = answer < 0, answer == code
        parts = (score[rows] for rows in (is_said, ~is_said & ~is_silent, is_silent))
        return cls(label, *(Ecdf.of(part, points=points) for part in parts))

    @property
    def rows(self) -> int:
        """All rows that have scores."""
        return self.said.n + self.other.n + self.silent.n

    def check_rows(self, least: int, most: int) -> None:
        """Raise `MisfitError` when what was read back is of fewer or more rows than can be."""
        require(least <= self.rows <= most, "has answers of other rows")


def answer_scores(
    outcome: Outcome, scored: NDArray[np.intp], labels: Sequence[str], points: int | None
) -> tuple[AnswerScores, ...]:
    """Of (k,) places of a batch's rows that have scores: those of the classes that are kept."""
    assert outcome.scores is not None  # noqa: S101 - the caller has looked
    scores, answer = outcome.scores[scored], outcome.prediction[scored].astype(np.int64)
    first = 1 if outcome.task is Task.BINARY else 0
    return tuple(
        AnswerScores.of(label, scores[:, place], answer, first + place, points)
        for place, label in enumerate(labels)
    )


def never_said(answers: Sequence[AnswerScores], least: float) -> AnswerScores:
    """Of a class that the model did not know then, which has the least score in all rows."""
    silent = answers[0].silent.n if answers else 0
    answered = answers[0].rows - silent if answers else 0
    other, unanswered = (Ecdf.of(np.full(rows, least)) for rows in (answered, silent))
    return AnswerScores("", Ecdf.empty(), other, unanswered)
