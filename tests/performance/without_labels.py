"""Rows of models whose calibration is known, for what is to be expected without labels."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.outcomes import GROUPS, Outcome
from mmon.records.arrays import FloatArray, IntArray
from mmon.results import Task

NAMES = (
    "accuracy",
    "average_precision",
    "balanced_accuracy",
    "brier_score",
    "f1",
    "log_loss",
    "matthews_corrcoef",
    "precision",
    "recall",
    "roc_auc",
    "specificity",
)


def binary_world(
    rng: np.random.Generator, rows: int, shift: float = 0.0, *, slope: float = 1.0
) -> tuple[FloatArray, IntArray]:
    """(n,) scores and (n,) labels; the inputs move by ``shift``, what they mean stays.

    With a ``slope`` of 1 the scores are the chances themselves, else badly calibrated.
    """
    truth = 1.6 * rng.normal(shift, 0.9, rows) - 1.0
    target = (rng.random(rows) < expit(truth)).astype(np.int64)
    return expit(slope * truth + (1.0 - slope)), target


def tables_of(
    score: FloatArray, target: IntArray, *, is_labelled: bool = True
) -> ClassificationTables:
    """Their tables, answered by a threshold of 0.5."""
    known = target if is_labelled else np.full(len(target), -1)
    answer = np.where(np.isnan(score), -1, score >= 0.5)
    return ClassificationTables.of_rows(known, answer, score)


def outcome_of(score: FloatArray, target: IntArray) -> Outcome:
    """The rows themselves, all labelled and answered likewise."""
    group = np.arange(len(score)) % GROUPS
    return Outcome(
        task=Task.BINARY,
        classes=("0", "1"),
        target=target.astype(np.int16),
        prediction=(score >= 0.5).astype(np.int16),
        scores=score[:, None],
        lower=None,
        upper=None,
        group=group.astype(np.uint8),
        half=group % 2 == 0,
    )
