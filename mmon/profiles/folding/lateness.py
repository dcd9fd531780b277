"""Which rows came late: after their window had closed, as far as the data tells.

The clock is the data itself: when a row is read, the newest event time read before it is what time
it is at least. A row is late when the end of its window, and the allowed lateness after it, are
over by then. So the data must be in the order in which it arrived; without windows of event time
nothing closes, and nothing is late. A single time from the future makes every row after it late:
limit the windows by ``windows.end``, for rows outside of all windows do not move the clock.

References
----------
Akidau et al., *The dataflow model*, VLDB 2015 (watermarks and allowed lateness).
"""

from __future__ import annotations

import numpy as np

from mmon.records.arrays import BoolArray, IntArray
from mmon.windows.cut import WindowCut
from mmon.windows.timestamps import to_us

_NEVER = np.iinfo(np.int64).max
_BEFORE_ALL = np.iinfo(np.int64).min


class Lateness:
    """Finds late rows, batch after batch in reading order."""

    def __init__(self, cut: WindowCut, allowed_us: int = 0) -> None:
        self._cut = cut
        self._allowed_us = allowed_us
        self._closes: dict[int, int] = {}
        self._newest = _BEFORE_ALL

    def late(self, instants: IntArray, keys: IntArray, inside: BoolArray) -> BoolArray:
        """(n,) whether each row is late.

        Of event times in reading order, in microseconds since 1970-01-01 UTC, and each row's
        window; rows that are not ``inside`` one, or have no time, say nothing.
        """
        seen = np.where(inside, instants, _BEFORE_ALL)
        newest = np.maximum.accumulate(np.append(self._newest, seen))
        self._newest = int(newest[-1])
        late = np.zeros(len(keys), dtype=np.bool_)
        late[inside] = newest[:-1][inside] >= self._closing(keys[inside])
        return late

    def _closing(self, keys: IntArray) -> IntArray:
        """When each row's window closes."""
        # Rows of one window mostly follow each other.
        is_first = np.append(True, keys[1:] != keys[:-1])[: len(keys)]
        distinct = np.unique(keys[is_first])
        closes = np.array([self._closes_at(key) for key in distinct.tolist()], dtype=np.int64)
        return closes[np.searchsorted(distinct, keys)]

    def _closes_at(self, key: int) -> int:
        if key not in self._closes:
            end = self._cut.bounds(key)[1]
            self._closes[key] = _NEVER if end is None else to_us(end) + self._allowed_us
        return self._closes[key]
