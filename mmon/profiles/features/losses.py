"""What each labelled row is counted by in a feature's bins: its joint outcome and its losses."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.profiles.features.tables import Layout
from mmon.profiles.merging import rounded
from mmon.profiles.outcomes.loss_steps import LEAST, LOSS_BITS, SQUARE_BITS
from mmon.profiles.outcomes.outcomes import Outcome
from mmon.records.arrays import FloatArray, IntArray
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """One batch, by joint outcome.

    Attributes
    ----------
    codes : (n,) int64
        The joint outcome below ``layout.size``; ``layout.size`` where there is no label, or no
        usable answer.
    losses : (L, n) float64
        0 where unlabelled.
    extra : (X, n) float64
        What is summed besides: see `FeatureTable.extra`.
    wrong : (n,) float64
        0 or 1 (classes), or the absolute error; NaN where unlabelled.
    """

    codes: IntArray
    losses: FloatArray
    extra: FloatArray
    wrong: FloatArray


def joint_of(outcome: Outcome, layout: Layout) -> Joint:
    """The joint outcomes and losses of a batch."""
    if outcome.task is Task.REGRESSION:
        return _of_numbers(outcome, layout)
    target, prediction = outcome.target.astype(np.int64), outcome.prediction.astype(np.int64)
    usable = (target >= 0) & (prediction >= 0)
    losses = np.zeros((len(layout.losses), len(target)))
    if layout.losses or layout.score_edges is not None:
        if outcome.scores is None:
            usable[:] = False
        else:
            usable &= ~np.isnan(outcome.scores).any(axis=1)
    if layout.losses and outcome.scores is not None:
        losses = np.where(usable, _of_scores(outcome, np.maximum(target, 0)), 0.0)
        losses = rounded(losses, LOSS_BITS)
    is_wrong = target != prediction
    if outcome.task is Task.MULTICLASS:
        # Of classes that the reference does not have there is no cell of their own.
        codes = ~is_wrong * layout.joint[1] + np.minimum(target, layout.joint[1] - 1)
    else:
        codes = (target * 2 + prediction) * layout.joint[2] + _score_cells(outcome, layout)
    return Joint(
        codes=np.where(usable, codes, layout.size),
        losses=losses,
        extra=rounded(losses**2, SQUARE_BITS),
        wrong=np.where(usable, is_wrong * 1.0, np.nan),
    )


def _of_numbers(outcome: Outcome, layout: Layout) -> Joint:
    # A prediction of infinity has no error that could be averaged.
    with np.errstate(over="ignore", invalid="ignore"):
        error = outcome.prediction.astype(np.float64) - outcome.target
        square = error * error
    usable = np.isfinite(square)
    error, square = np.where(usable, error, 0.0), np.where(usable, square, 0.0)
    codes = np.where(usable, 0, layout.size)
    size = np.abs(error)
    target = np.where(usable, outcome.target, 0.0)
    with np.errstate(over="ignore"):
        extra = np.stack([square**2, target, target**2])
    losses = np.stack([size, square, error])
    return Joint(codes, losses, extra, np.where(usable, size, np.nan))


def _of_scores(outcome: Outcome, target: IntArray) -> FloatArray:
    """(2, n) logarithmic loss and Brier score of each row."""
    scores = outcome.scores if outcome.scores is not None else np.empty((len(target), 0))
    if outcome.task is Task.BINARY:
        of_target = np.where(target == 1, scores[:, 0], 1.0 - scores[:, 0])
        brier = (1.0 - of_target) ** 2
    else:
        of_target = np.take_along_axis(scores, target[:, None], axis=1)[:, 0]
        brier = (scores**2).sum(axis=1) - of_target**2 + (1.0 - of_target) ** 2
    with np.errstate(invalid="ignore"):
        log_loss = -np.log(np.clip(of_target, LEAST, 1.0 - LEAST))
    return np.stack([log_loss, brier])


def _score_cells(outcome: Outcome, layout: Layout) -> IntArray:
    cells = np.zeros(len(outcome), dtype=np.uint8)
    if layout.score_edges is not None and outcome.scores is not None:
        scores = outcome.scores[:, 0]
        for edge in layout.score_edges:
            cells += (scores > edge).view(np.uint8)
    return cells.astype(np.int64)
