"""Draws the rows whose bins are kept together, for what no single feature shows.

The rows with the smallest pseudo-random keys are a uniform sample, whatever the order in which they
come, and merging two samples is keeping the smallest keys of both (bottom-k sampling).
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mmon.profiles.features.losses import Joint
from mmon.profiles.features.tables import SAMPLED_ROWS, RowSample
from mmon.profiles.outcomes.outcomes import Outcome
from mmon.records.arrays import BoolArray, FloatArray, IntArray

# So many rows of all windows together: a row takes a byte a feature.
_MOST_ROWS = 8 * SAMPLED_ROWS
_FEWEST_ROWS = 5_000
# Beyond this many windows not even these.
_VERY_MANY_WINDOWS = 512


@dataclasses.dataclass
class _Drawn:
    """One window's sample so far; a few more rows than are kept in the end."""

    keys: list[NDArray[np.uint64]] = dataclasses.field(default_factory=list)
    loss: list[FloatArray] = dataclasses.field(default_factory=list)
    half: list[BoolArray] = dataclasses.field(default_factory=list)
    smallest: NDArray[np.uint64] = dataclasses.field(
        default_factory=lambda: np.empty(0, dtype=np.uint64)
    )
    seen: int = 0


class RowSampler:
    """Chooses, batch by batch, the labelled rows that enter each window's sample."""

    def __init__(self) -> None:
        self._windows: dict[int, _Drawn] = {}

    def draw(
        self, parts: tuple[tuple[int, int, int], ...], outcome: Outcome, joint: Joint
    ) -> dict[int, IntArray]:
        """Window to the positions, in the batch, of its rows that enter the sample.

        Parameters
        ----------
        parts : tuple of (window, first, past)
        outcome, joint
            Of the batch's rows in order of their windows.
        """
        for window, _, _ in parts:
            self._windows.setdefault(window, _Drawn())
        size = self._size
        return {
            window: self._enter(self._windows[window], slice(first, past), outcome, joint, size)
            for window, first, past in parts
        }

    @property
    def _size(self) -> int:
        windows = max(len(self._windows), 1)
        fewest = _FEWEST_ROWS * min(1.0, _VERY_MANY_WINDOWS / windows)
        return min(SAMPLED_ROWS, max(int(fewest), _MOST_ROWS // windows))

    @staticmethod
    def _enter(drawn: _Drawn, rows: slice, outcome: Outcome, joint: Joint, size: int) -> IntArray:
        if outcome.key is None:
            raise TypeError("sampling needs the rows' keys")
        keys = outcome.key[rows]
        is_labelled = ~np.isnan(joint.wrong[rows])
        drawn.seen += int(is_labelled.sum())
        if len(drawn.smallest) >= size:
            is_labelled &= keys < drawn.smallest[size - 1]
        chosen = np.flatnonzero(is_labelled)
        if len(chosen) > size:
            # No more of one batch than could stay: memory must not grow with the rows.
            chosen = np.sort(chosen[np.argpartition(keys[chosen], size - 1)[:size]])
        positions: IntArray = chosen + rows.start
        if drawn.keys and not len(positions):
            return positions
        drawn.keys.append(keys[chosen])
        drawn.loss.append(joint.wrong[positions])
        drawn.half.append(outcome.half[positions])
        drawn.smallest = np.sort(np.concatenate([drawn.smallest, keys[chosen]]))[:size]
        return positions

    def finish(self, window: int, bins: list[NDArray[np.uint8]]) -> RowSample | None:
        """A window's sample.

        Parameters
        ----------
        window : int
        bins : list of (k',) uint8
            Each feature's bins of the rows that entered, in the order in which they did.
        """
        drawn = self._windows.get(window)
        if drawn is None or not drawn.keys or not bins:
            return None
        keys = np.concatenate(drawn.keys)
        order = np.argsort(keys, kind="stable")[: self._size]
        return RowSample(
            keys=keys[order],
            bins=np.column_stack([one[order] for one in bins]),
            loss=np.concatenate(drawn.loss)[order],
            half=np.concatenate(drawn.half)[order],
            seen=drawn.seen,
        )
