"""Whether the numbers of consecutive windows surely differ by where in a season these lie.

Blocks of a season, as the hours of a day, are a cycle. Where their numbers do not depend on it, a
cycle is as probable as the same one turned by any number of places; how alike neighbouring windows
are, and how days differ as a whole, does not matter for that. So each cycle is turned by chance,
all keys alike, and how far the mean ranks of places differ is compared with what that leaves: with
the largest among all keys that are not surely seen yet, which makes one correction of many tests
(Westfall and Young). A season is seen where it is surely there and also worth it: blocks of one
place are fewer than all, which costs more than it gains where places explain little of how blocks
differ, by numbers or ranks.

References
----------
Kruskal and Wallis, *Use of ranks in one-criterion variance analysis*, JASA 1952 (the statistic).
Westfall and Young, *Resampling-based multiple testing*, 1993 (the largest of all keys).
"""

from __future__ import annotations

import numpy as np

from mmon.records.arrays import BoolArray, FloatArray, IntArray

_DRAWS = 199
# At a p-value of 1e-4 Student's t of 20 degrees is 1.25 times as far out as that of hundreds, and a
# third of the variance less makes up for most of that.
WORTH = 0.3
"""The share of the variance that a season explains at least, to be seen."""
_CHUNK = 1_000
"""Keys that are looked at together: bounds the memory."""


def differing(
    values: FloatArray, cycles: IntArray, places: IntArray, parts: IntArray, level: float
) -> BoolArray:
    """Which keys surely differ by place, beyond what differs by part.

    Parameters
    ----------
    values : (F, B) float64
        One row a key; NaN where a block has none.
    cycles, places, parts : (B,) int64, from 0
        Of each block, which cycle it is of, where in it, and which part of that place; a cycle is
        turned by whole places. Without parts all are 0.
    level : float
        The probability that any key is said to differ where none does.

    Returns
    -------
    (F,) bool
    """
    shape = int(cycles.max()) + 1, int(places.max()) + 1, int(parts.max()) + 1
    turns = np.random.default_rng(0).integers(0, shape[1], (_DRAWS, shape[0]))
    worth, found = np.zeros(len(values), dtype=bool), np.zeros(len(values))
    drawn = np.zeros((_DRAWS, len(values)))
    for first in range(0, len(values), _CHUNK):
        some = slice(first, first + _CHUNK)
        ranks = np.stack([_ranks(one) for one in values[some]])
        for one in (values[some], ranks):
            cells = np.full((len(one), *shape), np.nan)
            cells[:, cycles, places, parts] = one
            known = ~np.isnan(cells)
            cells = _centred(cells, known)
            worth[some] |= _explained(cells, known) >= WORTH
        found[some], drawn[:, some] = _ratios(cells, turns)
    return np.asarray(worth & _sure(found, drawn, level))


def _sure(found: FloatArray, drawn: FloatArray, level: float) -> BoolArray:
    """Which of (F,) statistics are beyond chance, of which (N, F) draws tell; step by step."""
    sure = np.zeros(len(found), dtype=bool)
    while not sure.all():
        largest = drawn[:, ~sure].max(axis=1)
        beyond = (largest[:, None] >= found).sum(axis=0)
        now = sure | ((1 + beyond) / (1 + len(drawn)) <= level)
        if (now == sure).all():
            break
        sure = now
    return sure


def _ranks(values: FloatArray) -> FloatArray:
    """The ranks of numbers around 0, ties by their mean; NaN stays."""
    found = np.full(len(values), np.nan)
    known = ~np.isnan(values)
    _, which, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    found[known] = (np.cumsum(counts) - (counts - 1) / 2.0)[which] - (known.sum() + 1) / 2.0
    return found


def _centred(cells: FloatArray, known: BoolArray) -> FloatArray:
    """Numbers beside the mean of their part; 0 where there is none."""
    filled = np.where(known, cells, 0.0)
    means = filled.sum((1, 2)) / np.maximum(known.sum((1, 2)), 1)
    return np.where(known, filled - means[:, None, None], 0.0)


def _explained(cells: FloatArray, known: BoolArray) -> FloatArray:
    """(F,) the share of the variance that places explain, without what chance explains."""
    counts = known.sum(axis=1)
    between = (cells.sum(axis=1) ** 2 / np.maximum(counts, 1)).sum((1, 2))
    whole = (cells**2).sum((1, 2, 3))
    free = counts.sum((1, 2)) - cells.shape[3]
    within = free - (counts > 0).sum((1, 2)) + cells.shape[3]
    is_known = (whole > 0.0) & (within > 0)
    left = (whole - between) / np.where(is_known, whole, 1.0)
    return np.where(is_known, 1.0 - left * free / np.maximum(within, 1), 0.0)


def _ratios(cells: FloatArray, turns: IntArray) -> tuple[FloatArray, FloatArray]:
    """(F,) and (N, F) how much more places differ than in cycles turned by chance, on average."""
    waves = np.fft.rfft(cells, axis=2)
    size = cells.shape[2]
    found, usual = np.zeros(len(cells)), np.zeros(len(cells))
    drawn = np.zeros((len(turns), len(cells)))
    for wave in range(1, waves.shape[2]):
        # Of the last one of an even number there is no mirrored one.
        weight = 1.0 if 2 * wave == size else 2.0
        one = waves[:, :, wave]
        usual += weight * (np.abs(one) ** 2).sum((1, 2))
        found += weight * (np.abs(one.sum(axis=1)) ** 2).sum(axis=1)
        turned = np.tensordot(np.exp(-2j * np.pi * wave * turns / size), one, (1, 1))
        drawn += weight * (np.abs(turned) ** 2).sum(axis=2)
    usual = np.where(usual > 0.0, usual, np.inf)
    return found / usual, drawn / usual
