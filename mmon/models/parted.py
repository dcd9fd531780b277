"""An honest area of scores that were learnt from the rows themselves, for any kind of score."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mmon.chance.ranks.areas import Area, area, mean_area
from mmon.records.arrays import FloatArray, IntArray

_PARTS = 4
FEWEST = 40
"""Rows of either side below which nothing is fitted: ten would be left to learn from."""
# Rows of the larger side beyond so many of the smaller one say little, and cost as much.
_LARGER = 4

Score = Callable[[Any], FloatArray]
"""Gives (k,) scores of k rows, the higher the more they look like production's."""


def parted_area(ref: Any, cur: Any, learnt: Callable[[Any, Any], Score]) -> Area:
    """The mean area of scores of three parts of the rows, each learnt from the parts before it.

    The rows come in an order that says nothing of them, and are cut into four parts. So what one
    part says is unbiased whatever the others came to, and the mean of the areas has the variance of
    independent ones. In cross-validation each part is scored by what the others taught and teaches
    them in turn: its areas vary together, and a test that takes them as independent raises too many
    alarms.

    Parameters
    ----------
    ref, cur : (n, F) and (m, F) arrays or sparse matrices
    learnt : callable
        Learns a score from some rows of either side.

    References
    ----------
    Dawid, *Present position and potential developments: the prequential approach*, JRSS A 1984;
    Bengio and Grandvalet, *No unbiased estimator of the variance of K-fold cross-validation*, JMLR
    2004.
    """
    sides = [(side, cuts_of(side.shape[0])) for side in (ref, cur)]
    found = []
    for part in range(1, _PARTS):
        score = learnt(*(side[: cuts[part]] for side, cuts in sides))
        tested = (side[cuts[part] : cuts[part + 1]] for side, cuts in sides)
        found.append(area(*map(score, tested)))
    return mean_area(found)


def cuts_of(rows: int) -> IntArray:
    """Where the parts of so many rows begin, and the last one ends."""
    return np.arange(_PARTS + 1) * rows // _PARTS


def rows_taken(n: int, m: int, room: int) -> tuple[int, int]:
    """How many rows of each side are looked at, ``room`` in all: the larger side gives up first."""
    n, m = min(n, _LARGER * m), min(m, _LARGER * n)
    room = max(room, 4 * FEWEST)
    if n + m <= room:
        return n, m
    few = min(n, m, room // 2)
    many = min(max(n, m), room - few)
    return (few, many) if n < m else (many, few)
