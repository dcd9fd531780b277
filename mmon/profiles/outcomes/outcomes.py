"""What the model said and what came true, row by row, of one batch: codes, numbers and scores."""

from __future__ import annotations

import dataclasses
import enum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mmon.records.arrays import BoolArray, FloatArray, IntArray
from mmon.results import Task

GROUPS = 32
"""Groups of rows that the jackknife leaves out in turn."""

UNKNOWN = -1
"""The class code of a row whose class is not known."""


class Fault(enum.IntEnum):
    """Why a row's outcome cannot be used, though it is there; the worst of a row counts."""

    NONE = 0
    SCORE_OUTSIDE = 1
    """A score that is not in [0, 1], among probabilities."""
    UNREADABLE_SCORE = 2
    """A score that is not a number, or infinite."""
    UNKNOWN_PREDICTION = 3
    """A predicted class that the task does not have, or a prediction that is not a number."""
    UNKNOWN_TARGET = 4
    """A true class that the task does not have, or a target that is not a number."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One batch of rows, or a part of one.

    Attributes
    ----------
    classes : tuple of str
        (C,) classes seen so far: binary always (negative, positive), the negative one "" until a
        row has it; several classes in order of their appearance, the reference's first; empty for
        a regression. The list only ever grows, so codes stay valid from batch to batch.
    target : (n,) int16 class codes, `UNKNOWN` where missing; or float64, NaN where missing
    prediction : (n,) likewise
        With no prediction column: the class that the scores say (binary: positive where the score
        is at least ``threshold``; else the best-scored class).
    scores : (n, S) float64 or None
        S = 1 (of the positive class) for binary, S = C for several classes, in the order of
        ``classes``. Probabilities are inside [0, 1], NaN where missing or outside; other scores are
        finite, NaN where missing. None without scores.
    lower, upper : (n,) float64 or None
        Prediction interval of a regression; NaN where missing.
    group : (n,) uint8
        A pseudo-random number below `GROUPS`, drawn from the row's identity.
    half : (n,) bool
        A pseudo-random coin, independent of ``group``.
    key : (n,) uint64 or None
        The row's pseudo-random key: rows with the smallest make a uniform sample.
    fault : (n,) uint8 or None
        The `Fault` of each row, 0 where there is none.
    score_edges : tuple of float
        Of scores that are no probabilities: see `OutcomePlan`.
    place : (n,) int64 or None
        When the row was: see `mmon.profiles.outcomes.loss_steps.LossSteps`.
    clock : {"rows", "time", "dates"}
        What tells the place; dates stand for whole days.
    is_answered : bool
        Whether it is known what the model answers, beside its scores.
    """

    task: Task
    classes: tuple[str, ...]
    target: NDArray[np.int16] | FloatArray
    prediction: NDArray[np.int16] | FloatArray
    scores: FloatArray | None
    lower: FloatArray | None
    upper: FloatArray | None
    group: NDArray[np.uint8]
    half: BoolArray
    key: NDArray[np.uint64] | None = None
    fault: NDArray[np.uint8] | None = None
    score_edges: tuple[float, ...] = ()
    place: IntArray | None = None
    clock: Literal["rows", "time", "dates"] = "rows"
    is_answered: bool = True

    def __len__(self) -> int:
        return len(self.target)


def is_known(codes: NDArray[np.int16] | FloatArray) -> BoolArray:
    """(n,) whether class codes, or numbers, are not missing."""
    known: BoolArray = ~np.isnan(codes) if codes.dtype.kind == "f" else codes != UNKNOWN
    return known
