"""Rows of models whose calibration is known, for what is to be expected without labels."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.records.arrays import FloatArray, IntArray

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
