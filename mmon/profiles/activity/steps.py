"""Steps of time: the ladder of their lengths, and counting rows by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mmon.records.arrays import IntArray
from mmon.windows.timestamps import DAY_US

_Keys = TypeVar("_Keys", IntArray, NDArray[np.uint64])

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US

LADDER_US = (
    *(SECOND_US, 10 * SECOND_US),
    *(MINUTE_US, 5 * MINUTE_US, 15 * MINUTE_US),
    *(HOUR_US, 6 * HOUR_US, DAY_US),
)
"""Lengths of a step; each divides the next, so that going up is exact."""

CLOSE = 4
"""Where keys span at most so many times their number, counting them beats sorting them."""

# Beyond a day there are no natural lengths that divide each other (a month is none).
_BEYOND = 4


def coarser(step_us: int) -> int:
    """The next longer step."""
    return next((step for step in LADDER_US if step > step_us), step_us * _BEYOND)


def tally(keys: IntArray) -> tuple[IntArray, IntArray]:
    """(K,) distinct keys in ascending order, and how often each occurs."""
    low = int(keys.min()) if len(keys) else 0
    if not len(keys) or int(keys.max()) - low > CLOSE * len(keys):
        return np.unique(keys, return_counts=True)
    counts = np.bincount(keys - low)
    found = np.flatnonzero(counts)
    return found + low, counts[found]


def joined(keys: Sequence[_Keys], counts: Sequence[IntArray]) -> tuple[_Keys, IntArray]:
    """Counts by key of several parts, as one; keys ascend."""
    every, rows = np.concatenate(keys), np.concatenate(counts)
    if not len(every):
        return every, rows
    # A stable sort is fast on what is sorted in runs.
    order = np.argsort(every, kind="stable")
    every, rows = every[order], rows[order]
    starts = np.flatnonzero(np.append(True, every[1:] != every[:-1]))
    return every[starts], np.add.reduceat(rows, starts)
