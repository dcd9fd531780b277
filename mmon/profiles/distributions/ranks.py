"""Rows in order, and which of n a summary retains: an even grid, denser in both tails."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmon.records.arrays import BoolArray, IntArray


def sort(values: NDArray[Any]) -> NDArray[Any]:
    """The same numbers in ascending order, NaN last; may sort ``values`` themselves."""
    if len(values) and np.can_cast(values.dtype, np.int64):
        low, high = int(values.min()), int(values.max())
        # Few whole numbers are faster counted; of 8 and 16 bits NumPy sorts many times slower
        # on processors whose AVX-512 it does not use.
        if high - low < len(values):
            mass = np.bincount(np.subtract(values, low, dtype=np.int64))
            return np.repeat(np.arange(low, high + 1, dtype=np.int64), mass)
    values.sort()
    return values


def choose(
    ordered: NDArray[Any], changes: BoolArray, distinct: int, points: int | None
) -> tuple[IntArray, int]:
    """Ranks of the rows to retain, each the last of its run of equal values, and the error."""
    n = len(ordered)
    if points is None or distinct <= points:
        return np.append(np.flatnonzero(changes) + 1, n), 0
    ranks = retained_ranks(n, points)
    if distinct == n:
        return ranks, int(np.max(np.diff(ranks, prepend=0))) - 1
    # Looked up only where a run of equal values goes on, or began before.
    goes_on = np.flatnonzero(~changes[ranks[:-1] - 1])
    ranks = ranks.copy()
    ranks[goes_on] = np.searchsorted(ordered, ordered[ranks[goes_on] - 1], side="right")
    ranks = ranks[np.append(True, ranks[1:] != ranks[:-1])]
    first = ranks - 1
    began = np.flatnonzero((ranks > 1) & ~changes[ranks - 2])
    first[began] = np.searchsorted(ordered, ordered[first[began]], side="left")
    return ranks, int(np.max(first - np.append(0, ranks[:-1])))


@functools.lru_cache(maxsize=32)
def retained_ranks(n: int, points: int) -> IntArray:
    """Ranks (1-based) to retain out of n: an even grid, and a geometric one in both tails."""
    grid = np.ceil(np.arange(1, points + 1) * (n / points)).astype(np.int64)
    reach = n / points
    # Each step is half as far from the end as the next: extremes stay exact, for about 40 points.
    tail = np.unique(np.floor(1.5 ** np.arange(0.0, math.log(max(reach, 1.0), 1.5) + 1)))
    tail = tail.astype(np.int64)
    ranks = np.concatenate([grid, tail, n + 1 - tail])
    return np.unique(ranks[(ranks >= 1) & (ranks <= n)])
