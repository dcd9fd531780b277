"""A Shiryaev-Roberts detector of one column against all rows before: has it changed for good?

For each alternative the likelihood ratios of windows against the pooled past are multiplied, from
every window on in which the change may have begun, and added up: ``R <- (R + 1) * e``. Where
nothing changed ``R`` after t windows is t on average, whenever one looks, so that it takes at least
``limit`` windows on average until it passes a limit. The weighted mean over alternatives does the
same.

References
----------
Shin, Ramdas and Rinaldo, *E-detectors: a nonparametric framework for sequential change detection*,
New England Journal of Statistics in Data Science 2024. Pollak, *Average run lengths of an optimal
method of detecting a change in distribution*, Ann. Statist. 1987 (the mean time until an alarm).
Vovk, Gammerman and Shafer, *Algorithmic Learning in a Random World*, 2nd ed., 2022, ch. 8 (past and
present are exchangeable, whatever the distribution).
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from mmon.chance.sequential.cells import Cells
from mmon.chance.sequential.likelihood import log_overdispersed, log_tilted
from mmon.records import require
from mmon.records.arrays import FloatArray, IntArray

# So much evidence is enough for a limit of a year over thousands of columns; what is beyond would
# only keep an alarm up after its cause is gone.
_MOST = float(np.log(1e7))
# Windows that are twenty times likelier without the change than with it show that it is over: what
# there was of it before is then no evidence any more.
_OVER = float(np.log(20.0))
# With fewer rows of either side, after the design effect, a window says nothing.
_FEWEST = 3.0


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Detector:
    """What is known of one column after some windows.

    Attributes
    ----------
    pooled : (C,) int64
        Rows by cell of the reference and of all windows that were taken into it.
    log_sums : (J,) float64 >= 0
        log(1 + R) of each alternative.
    log_products : (J,) float64
        Log of the product of its likelihood ratios since the likely change in its direction.
    log_losses : (J,) float64 <= 0
        By how much that product is below the largest that it was.
    since : (D,) int64
        The place of the window in which that product begins, by direction of change.
    windows : (D,) int64
        How many windows it is of.
    trailing : (D, C) int64
        The rows of these, by cell.
    """

    pooled: IntArray
    log_sums: FloatArray
    log_products: FloatArray
    log_losses: FloatArray
    since: IntArray
    windows: IntArray
    trailing: IntArray

    def check(self) -> None:
        """Raise `MisfitError` when what was read back is no such state."""
        kinds, cells = len(self.since), len(self.pooled)
        logs = (self.log_sums, self.log_products, self.log_losses)
        shapes = {self.log_sums.shape}, (kinds,), (kinds, cells)
        found = {one.shape for one in logs}, self.windows.shape, self.trailing.shape
        require(found == shapes, "is ragged")
        is_real = all(np.isfinite(one).all() for one in logs) and (self.log_sums >= 0.0).all()
        require(bool(is_real), "has evidence that is no number")
        are_rows = (self.pooled >= 0).all() and (self.trailing >= 0).all()
        require(bool(are_rows), "has counts below 0")

    @classmethod
    def start(cls, of: Cells) -> Detector:
        """Before the first window: the pool is the reference."""
        kinds = len(of.starts)
        none = np.zeros(kinds, dtype=np.int64)
        trailing = np.zeros((kinds, len(of.reference)), dtype=np.int64)
        zeros = np.zeros(len(of.weights))
        return cls(of.reference, zeros, zeros, zeros, none, none, trailing)

    def fits(self, of: Cells) -> bool:
        """Whether it is a state of those cells and alternatives."""
        same = len(self.pooled) == len(of.reference) and len(self.log_sums) == len(of.weights)
        return same and len(self.since) == len(of.starts)

    def log_gains(self, of: Cells) -> FloatArray:
        """(D,) log of the mean product of each direction's alternatives."""
        weighted = self.log_products + np.log(of.weights)
        found: FloatArray = np.logaddexp.reduceat(weighted, of.starts)
        return found - np.log(np.add.reduceat(of.weights, of.starts))

    def likeliest(self, of: Cells) -> int:
        """The direction of change that explains the windows best."""
        return int(np.argmax(self.log_gains(of)))

    def is_gone(self, of: Cells) -> bool:
        """Whether of two windows of a likely change the second one speaks against it.

        Of more windows single ones may: they are judged together.
        """
        place = self.likeliest(of)
        return bool(self.windows[place] == 2 and self.log_losses[_best(self, of)[place]] < 0.0)

    def log_evidence(self, of: Cells) -> float:
        """Log of the Shiryaev-Roberts sum over all alternatives; -inf before there is any."""
        found = float(of.weights @ np.expm1(self.log_sums))
        return math.log(found) if found > 0.0 else -math.inf


def advance(
    state: Detector, of: Cells, window: IntArray, *, at: int, design_effect: float = 1.0
) -> Detector:
    """The state after one more window, which is not yet taken into the pool: see `pooling`.

    Parameters
    ----------
    state : Detector
    of : Cells
    window : (C,) int64, its rows by cell
    at : int
        The place of the window, in any unit in which windows ascend.
    design_effect : float >= 1
        So many rows tell as much as one that is independent of all others.
    """
    logs = log_ratios(of, state.pooled / design_effect, window / design_effect)
    if logs is None:
        return state
    goes_on = state.log_gains(of) > 0.0
    losses = np.minimum(state.log_losses + logs, 0.0)
    is_over = goes_on & (losses[_best(state, of)] < -_OVER)
    goes_on &= ~is_over
    keeps = goes_on[of.directions]
    before = np.where(is_over[of.directions], 0.0, state.log_sums)
    return Detector(
        state.pooled,
        np.minimum(np.logaddexp(0.0, before + logs), _MOST),
        np.where(keeps, state.log_products, 0.0) + logs,
        np.where(keeps, losses, 0.0),
        np.where(goes_on, state.since, at),
        np.where(goes_on, state.windows, 0) + 1,
        np.where(goes_on[:, None], state.trailing, 0) + window,
    )


def _best(state: Detector, of: Cells) -> IntArray:
    """(D,) the alternative of each direction that explains the windows since the change best."""
    order = np.lexsort((state.log_products, of.directions))
    found: IntArray = order[np.append(of.starts[1:], len(order)) - 1]
    return found


def pooling(state: Detector, window: IntArray) -> Detector:
    """The state with a window taken into the pool: what it has is normal from then on."""
    return dataclasses.replace(state, pooled=state.pooled + window)


def log_ratios(of: Cells, pool: FloatArray, window: FloatArray) -> FloatArray | None:
    """(T + S,) log likelihood ratios of a window; None where it says nothing."""
    if min(pool.sum(), window.sum()) < _FEWEST:
        return None
    used = int(np.count_nonzero(pool + window))
    if used < 2:
        return None
    parts = [log_tilted(of.scores, pool, window)] if len(of.scores) else []
    if len(of.excesses):
        parts.append(log_overdispersed(of.excesses / (used - 1), pool, window))
    return np.concatenate(parts)
