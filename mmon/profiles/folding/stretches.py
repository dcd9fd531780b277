"""Rows that follow each other in time, a bounded number of each window."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl

from mmon.profiles.folding.keys import WHOLE, Cut
from mmon.records.arrays import BoolArray, IntArray
from mmon.windows.cut import RowCut, WindowCut
from mmon.windows.timestamps import to_us

# Rows of a stretch: of a window ...
_OF_WINDOW = 64
# ... and of one of the batches of which a dataset has a stretch that is one window.
_OF_BATCH = 2048
# Times that are looked at to find it.
_LOOKED_AT = 1 << 13
_FARTHEST = np.iinfo(np.int64).max


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """All rows that were chosen, put in order.

    Attributes
    ----------
    order : (r,) int64
        Places among them as they were chosen: stretch after stretch, each in order of time.
    stretch : (r,) int64, ascending from 0
    is_single : (r,) bool
        Whether no other row of the stretch has its time: of several nothing tells their order.
    windows : tuple of int
        The window of each stretch.
    """

    order: IntArray
    stretch: IntArray
    is_single: BoolArray
    windows: tuple[int, ...]


class StretchChooser:
    """Chooses the rows of successive batches.

    Of a window those that are nearest in time to its middle, or of a window of rows the first ones:
    whatever else is read with them, and in whatever batches. Of a dataset that is one window, a
    stretch of each of some batches: of the first ones, and of fewer and fewer later.
    """

    def __init__(self, cut: WindowCut | RowCut | None) -> None:
        self._cut = None if isinstance(cut, WindowCut) and cut.unit is None else cut
        self._batches = 0
        self._middles: dict[int, int] = {}
        self._nearest: dict[int, IntArray] = {}
        # (3, r) the stretch, time and distance of the rows of each batch.
        self._found: list[IntArray] = []
        self._layout: Layout | None = None

    def is_due(self) -> bool:
        """Whether rows of the next batch are chosen."""
        number, self._batches = self._batches, self._batches + 1
        # Of one window, of batches 0, 1, 2, 4, 8, …
        return self._cut is not None or not number & (number - 1)

    def choose(self, times: pl.Series, cut: Cut, offset: int) -> pl.Series:
        """(r,) the places of rows of a batch that begins at row ``offset``."""
        is_timed = times.is_not_null().to_numpy()
        rows = self._chosen(times.fill_null(0).to_numpy(), is_timed, cut, offset)
        return pl.Series(rows, dtype=pl.UInt32)

    def _chosen(self, times: IntArray, is_timed: BoolArray, cut: Cut, offset: int) -> IntArray:
        if self._cut is None:
            rows = _stretch(times, is_timed)
            batch = np.full(len(rows), self._batches)
            self._found.append(np.stack([batch, times[rows], np.zeros_like(rows)]))
            return rows
        places, found = [], []
        for key, first, past in cut.parts:
            own = np.arange(first, past) if cut.order is None else cut.order[first:past]
            own = own.astype(np.int64)[is_timed[own]]
            away = self._distances(key.window, times[own], own + offset)
            is_near = self._enter(key.window, away)
            own, away = own[is_near], away[is_near]
            places.append(own)
            found.append(np.stack([np.full(len(own), key.window), times[own], away]))
        self._found.append(np.concatenate(found, axis=1))
        return np.concatenate(places)

    def layout(self) -> Layout:
        """The rows of all batches, once all are chosen."""
        # Columns ask in several threads: what two work out is the same.
        if self._layout is None:
            self._layout = self._laid_out()
        return self._layout

    def _laid_out(self) -> Layout:
        stretch, times, distance = np.concatenate(self._found, axis=1)
        keys, place = np.unique(stretch, return_inverse=True)
        kept = np.flatnonzero(distance < self._bounds(keys)[place])
        order = kept[np.lexsort((times[kept], place[kept]))]
        of, at = place[order], times[order]
        is_like = (of[1:] == of[:-1]) & (at[1:] == at[:-1])
        is_single = ~(np.append(is_like, False) | np.append(False, is_like))[: len(of)]
        windows = tuple(keys.tolist()) if self._cut is not None else (WHOLE,) * len(keys)
        return Layout(order, of, is_single, windows)

    def _bounds(self, windows: IntArray) -> IntArray:
        """(w,) the distance from the middle below which rows are kept of each of some windows."""
        nearest = (self._nearest.get(window, _NONE) for window in windows.tolist())
        bounds = [one[_OF_WINDOW] if len(one) > _OF_WINDOW else _FARTHEST for one in nearest]
        return np.array(bounds, dtype=np.int64)

    def _distances(self, window: int, times: IntArray, numbers: IntArray) -> IntArray:
        if isinstance(self._cut, RowCut):
            return numbers % self._cut.rows
        if window not in self._middles and self._cut is not None:
            start, end = self._cut.bounds(window)
            last = window if end is None else to_us(end)
            self._middles[window] = ((window if start is None else to_us(start)) + last) // 2
        away: IntArray = np.abs(times - self._middles[window])
        return away

    def _enter(self, window: int, away: IntArray) -> BoolArray:
        """(n,) whether rows may be among the nearest of their window."""
        known = self._nearest.get(window, _NONE)
        bound = known[_OF_WINDOW] if len(known) > _OF_WINDOW else _FARTHEST
        is_near: BoolArray = away < bound
        every = np.concatenate([known, away[is_near]])
        if len(every) > _OF_WINDOW + 1:
            every = np.partition(every, _OF_WINDOW)[: _OF_WINDOW + 1]
        self._nearest[window] = np.sort(every)
        if len(every) > _OF_WINDOW:
            is_near &= away < self._nearest[window][_OF_WINDOW]
        return is_near


def _stretch(times: IntArray, is_timed: BoolArray) -> IntArray:
    """The places of some rows of a batch that no other lies between in time."""
    places = np.flatnonzero(is_timed)
    if len(places) <= _OF_BATCH:
        return places
    # Few of the times, in order, tell between which two of them enough rows lie.
    looked_at = np.sort(times[places[:: max(1, len(places) // _LOOKED_AT)]])
    span = max(1, round(_OF_BATCH * len(looked_at) / len(places)))
    middle = (len(looked_at) - span) // 2
    low, high = looked_at[middle], looked_at[min(middle + span, len(looked_at) - 1)]
    found = np.flatnonzero((times >= low) & (times < high) & is_timed)
    # Of more rows some have one time, and so no order.
    return found if len(found) <= 4 * _OF_BATCH else _NONE


_NONE = np.empty(0, dtype=np.int64)
