"""What an answer of a learner costs, by what came true: the metrics that are a mean over rows."""

from __future__ import annotations

import enum

import numpy as np

from mmon.profiles.outcomes.loss_steps import LEAST
from mmon.records.arrays import FloatArray


class Loss(enum.StrEnum):
    """By the name of the performance metric; 0 or 1 of the accuracy, which is its complement."""

    WRONG = "accuracy"
    BRIER = "brier_score"
    LOG = "log_loss"
    ABSOLUTE = "mae"

    @property
    def words(self) -> str:
        """What it is a mean of, as results say it."""
        return _WORDS[self]

    @property
    def is_of_numbers(self) -> bool:
        """Whether answers are numbers, and not chances of classes."""
        return self is Loss.ABSOLUTE


_WORDS = {
    Loss.WRONG: "share of wrong answers",
    Loss.BRIER: "Brier score",
    Loss.LOG: "log loss",
    Loss.ABSOLUTE: "mean absolute error",
}


def by_class(chances: FloatArray, loss: Loss) -> FloatArray:
    """(n, C) the loss of (n, C) chances, for each class that may come true."""
    if loss is Loss.WRONG:
        wrong: FloatArray = 1.0 - np.eye(chances.shape[1])[chances.argmax(axis=1)]
        return wrong
    if loss is Loss.LOG:
        logs: FloatArray = -np.log(np.clip(chances, LEAST, 1.0 - LEAST))
        return logs
    missed: FloatArray = (1.0 - chances) ** 2
    # Of two classes that of the positive one alone counts.
    is_binary = chances.shape[1] == 2
    others = 0.0 if is_binary else (chances**2).sum(axis=1, keepdims=True) - chances**2
    return missed + others
