"""Which of n ordered rows a summary retains: an even grid, denser in both tails."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

_IntArray = NDArray[np.int64]


def choose(
    ordered: NDArray[Any], changes: NDArray[np.bool_], distinct: int, points: int | None
) -> tuple[_IntArray, int]:
    """Ranks of the rows to retain, each the last of its run of equal values, and the error."""
    n = len(ordered)
    if points is None or distinct <= points:
        return np.append(np.flatnonzero(changes) + 1, n), 0
    ranks = retained_ranks(n, points)
    if distinct == n:
        return ranks, int(np.max(np.diff(ranks, prepend=0))) - 1
    wanted = ordered[ranks - 1]
    ranks = np.searchsorted(ordered, wanted, side="right")
    ranks = ranks[np.append(True, ranks[1:] != ranks[:-1])]
    first = np.searchsorted(ordered, ordered[ranks - 1], side="left")
    return ranks, int(np.max(first - np.append(0, ranks[:-1])))


@functools.lru_cache(maxsize=32)
def retained_ranks(n: int, points: int) -> _IntArray:
    """Ranks (1-based) to retain out of n: an even grid, and a geometric one in both tails."""
    grid = np.ceil(np.arange(1, points + 1) * (n / points)).astype(np.int64)
    reach = n / points
    # Each step is half as far from the end as the next: extremes stay exact, for about 40 points.
    tail = np.unique(np.floor(1.5 ** np.arange(0.0, math.log(max(reach, 1.0), 1.5) + 1)))
    tail = tail.astype(np.int64)
    ranks = np.concatenate([grid, tail, n + 1 - tail])
    return np.unique(ranks[(ranks >= 1) & (ranks <= n)])
