"""What each labelled row is counted by in a feature's bins: its joint outcome and its losses."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mmon.profiles.features import Layout
from mmon.profiles.outcomes import Outcome
from mmon.results import Task

_FloatArray = NDArray[np.float64]
_IntArray = NDArray[np.int64]

_SCORE_CELLS = 48
# As scikit-learn's log_loss: a certain and wrong answer has a finite loss.
_LEAST = float(np.finfo(np.float64).eps)


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
        What squares of losses need besides: see `squares_of`.
    wrong : (n,) float64
        0 or 1 (classes), or the absolute error; NaN where unlabelled.
    """

    codes: _IntArray
    losses: _FloatArray
    extra: _FloatArray
    wrong: _FloatArray


class LossCells:
    """Sums of squared losses by joint outcome, window by window.

    Adding up squares bin by bin would cost each feature as much as the losses themselves. Within a
    cell of the score a loss is nearly constant, so the mean square of a cell stands for that of its
    rows in any bin: the error of the variance is far below its sampling noise.
    """

    def __init__(self) -> None:
        self._windows: dict[int, tuple[_IntArray, _FloatArray]] = {}

    def add(self, parts: tuple[tuple[int, int, int], ...], joint: Joint, layout: Layout) -> None:
        """Take one batch; ``parts`` holds (window, first, past)."""
        if len(layout.joint) == 1:
            return
        size, losses = layout.size, len(layout.losses)
        for window, first, past in parts:
            if window not in self._windows:
                empty = np.zeros(size, dtype=np.int64), np.zeros((size, losses))
                self._windows[window] = empty
            rows, squares = self._windows[window]
            codes = joint.codes[first:past]
            rows += np.bincount(codes, minlength=size + 1)[:size]
            for index in range(losses):
                square = joint.losses[index, first:past] ** 2
                squares[:, index] += np.bincount(codes, square, size + 1)[:size]

    def means(self, window: int, layout: Layout) -> _FloatArray:
        """(J, L) mean square of each loss in each cell; 0 in empty ones."""
        empty = np.zeros(layout.size, dtype=np.int64), np.zeros((layout.size, len(layout.losses)))
        rows, squares = self._windows.get(window, empty)
        return squares / np.maximum(rows, 1)[:, None]


def squares_of(
    layout: Layout, outcomes: _IntArray, sums: _FloatArray, extra: _FloatArray, cells: _FloatArray
) -> _FloatArray:
    """(B, L) sums of squared losses in each bin.

    Parameters
    ----------
    layout : Layout
    outcomes : (B, J) int64
    sums : (B, L) float64
    extra : (B, X) float64
        Sums of `Joint.extra`: of fourth powers of the error, or of the squares themselves.
    cells : (J, L) float64
        See `LossCells.means`; for layouts of score cells.
    """
    if layout.losses[:3] == _REGRESSION:
        square = sums[:, 1]
        return np.column_stack([square, extra[:, 0], square])
    if len(layout.joint) > 1:
        return outcomes @ cells
    return extra


_REGRESSION = ("mae", "mse", "bias")


def layout_of(outcome: Outcome) -> Layout:
    """The layout that a first batch of the reference suggests."""
    if outcome.task is Task.REGRESSION:
        return Layout(None, (1,), _REGRESSION)
    losses = () if outcome.scores is None else ("log_loss", "brier_score")
    if outcome.task is Task.MULTICLASS:
        return Layout(None, (2,), losses)
    if outcome.scores is None:
        return Layout(None, (2, 2, 1), losses)
    edges = _score_edges(outcome.scores[:, 0], outcome.target)
    return Layout(edges, (2, 2, len(edges) + 1), losses)


def _score_edges(scores: _FloatArray, target: NDArray[np.generic]) -> _FloatArray:
    """Cells of the score: quantiles of either class, so that a rare one has cells of its own."""
    shares = np.arange(1, _SCORE_CELLS // 2 + 1) / (_SCORE_CELLS // 2 + 1)
    known = ~np.isnan(scores)
    sides = [scores[known & (target == code)] for code in (0, 1)]
    edges = [np.quantile(side, shares) for side in sides if len(side)]
    return np.unique(np.concatenate(edges)) if edges else np.empty(0)


def joint_of(outcome: Outcome, layout: Layout) -> Joint:
    """The joint outcomes and losses of a batch."""
    if outcome.task is Task.REGRESSION:
        return _of_numbers(outcome, layout)
    target, prediction = outcome.target.astype(np.int64), outcome.prediction.astype(np.int64)
    usable = (target >= 0) & (prediction >= 0)
    losses = np.zeros((len(layout.losses), len(target)))
    if layout.losses:
        if outcome.scores is None:
            usable[:] = False
        else:
            usable &= ~np.isnan(outcome.scores).any(axis=1)
            losses = np.where(usable, _of_scores(outcome, np.maximum(target, 0)), 0.0)
    is_wrong = target != prediction
    if outcome.task is Task.MULTICLASS:
        codes = (~is_wrong).astype(np.int64)
    else:
        codes = (target * 2 + prediction) * layout.joint[2] + _score_cells(outcome, layout)
    return Joint(
        codes=np.where(usable, codes, layout.size),
        losses=losses,
        extra=losses**2 if len(layout.joint) == 1 else np.empty((0, len(target))),
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
    with np.errstate(over="ignore"):
        fourth = square[np.newaxis] ** 2
    losses = np.stack([size, square, error])
    return Joint(codes, losses, fourth, np.where(usable, size, np.nan))


def _of_scores(outcome: Outcome, target: _IntArray) -> _FloatArray:
    """(2, n) logarithmic loss and Brier score of each row."""
    scores = outcome.scores if outcome.scores is not None else np.empty((len(target), 0))
    if outcome.task is Task.BINARY:
        of_target = np.where(target == 1, scores[:, 0], 1.0 - scores[:, 0])
        brier = (1.0 - of_target) ** 2
    else:
        of_target = np.take_along_axis(scores, target[:, None], axis=1)[:, 0]
        brier = (scores**2).sum(axis=1) - of_target**2 + (1.0 - of_target) ** 2
    with np.errstate(invalid="ignore"):
        log_loss = -np.log(np.clip(of_target, _LEAST, 1.0 - _LEAST))
    return np.stack([log_loss, brier])


def _score_cells(outcome: Outcome, layout: Layout) -> _IntArray:
    cells = np.zeros(len(outcome), dtype=np.uint8)
    if layout.score_edges is not None and outcome.scores is not None:
        scores = outcome.scores[:, 0]
        for edge in layout.score_edges:
            cells += (scores > edge).view(np.uint8)
    return cells.astype(np.int64)
