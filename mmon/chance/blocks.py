"""How probable a value is by what windows do by themselves: blocks of the reference as long as one.

Days differ by nature, and rows of one hour resemble each other; a test of independent rows calls
that a change. The values of B blocks in which nothing changed tell how far a window goes by itself.
Within their range a value is as probable as so large ones were among them. Beyond it their law is
continued: the square of a distance as a multiple of chi-square whose mean and variance are those of
the blocks' squares (Satterthwaite 1946), so that ``v^2 / mean(b^2)`` is F of ``nu`` and ``B * nu``
degrees of freedom with ``nu = 2 mean^2 / variance``, at most 1; a signed value as Student's t of
B - 1. Of a level that is passed, noise must have made what lies beyond it: at most as probable.

Blocks of one hour of the day are about as far as each other from all hours: their distance is the
length of a vector of which a part is the same for all. The root of it has a lighter tail than
Student's t, however large that part is and in how many directions the rest goes.

References
----------
Satterthwaite, *An approximate distribution of estimates of variance components*, Biometrics 1946.
Politis, Romano and Wolf, *Subsampling*, 1999 (the law of a statistic from blocks of the data).
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from scipy.special import fdtrc, stdtr

from mmon.records.arrays import FloatArray

FEWEST = 14
"""Blocks without which nothing is said: two weeks of days."""
_ROUNDING = 1e-12


def of_distance(
    value: float, blocks: FloatArray, level: float = 0.0, sampling: float = 0.0
) -> float:
    """The probability that what blocks do by themselves takes a distance so far beyond a level.

    Parameters
    ----------
    value : float
        Its sign does not matter.
    blocks : (B,) float64
        The distances of blocks that did not change.
    level : float
        A distance that the true one is at most.
    sampling : float
        The variance of a block's distance by chance among its rows. Where the blocks' squares are
        no larger on average, rows alone explain them, and this test has nothing to add to theirs;
        from twice of it on, it counts whole.

    Returns
    -------
    float in [0, 1]
    """
    excess, sizes = abs(value) - level, np.abs(blocks)
    if excess <= 0.0:
        return 1.0
    mean = float((sizes**2).mean())
    sizes = sizes * math.sqrt(min(1.0, max(0.0, mean / sampling - 1.0)) if sampling else 1.0)
    squares = sizes**2
    mean, variance = float(squares.mean()), float(squares.var())
    if mean == 0.0:
        return 0.0
    tail = 0.0 if excess**2 > mean else 1.0
    if variance > 0.0:
        # More than the one of a shift that varies are hardly known of few blocks.
        nu = min(1.0, 2.0 * mean**2 / variance)
        tail = float(fdtrc(nu, len(blocks) * nu, excess**2 / mean))
    return max(tail, _share(sizes, excess))


@dataclasses.dataclass(frozen=True, slots=True)
class Around:
    """What blocks of all hours say of those of one.

    Attributes
    ----------
    spread : float
        The standard deviation of distances in blocks of one hour, over all of these.
    least : float
        The smallest distance of any block that is not 0.
    """

    spread: float
    least: float


def of_like_distances(
    value: float, blocks: FloatArray, around: Around, level: float = 0.0
) -> float:
    """The same of blocks that are as far as each other by nature, as those of one hour of the day.

    A distance that is estimated as 0 may be anything up to the least one that is not, and does not
    tell how it differs: where there are such, the spread of all hours counts, too.

    Parameters
    ----------
    value : float
        Its sign does not matter.
    blocks : (B,) float64
        The distances of blocks that did not change, from the same.
    around : Around
    level : float
        By how much it may be farther than they are.

    Returns
    -------
    float in [0, 1]
    """
    excess, sizes = abs(value) - level, np.abs(blocks)
    if excess <= 0.0:
        return 1.0
    share = _share(sizes, excess)
    if sizes.all():
        roots = np.sqrt(sizes)
        return max(share, of_change(math.sqrt(excess) - float(roots.mean()), roots))
    sizes = np.maximum(sizes, around.least)
    roots = np.sqrt(sizes)
    tail = of_change(math.sqrt(excess) - float(roots.mean()), roots)
    away, spread = excess - float(sizes.mean()), around.spread * math.sqrt(1.0 + 1.0 / len(sizes))
    if spread > 0.0:
        tail = max(tail, float(stdtr(len(sizes) - 1, -away / spread)))
    return max(share, tail)


def of_change(value: float, blocks: FloatArray, *, two_sided: bool = False) -> float:
    """The probability that what blocks do by themselves takes a signed value as far up.

    Parameters
    ----------
    value : float
        Beside the mean of the blocks, or a level.
    blocks : (B,) float64
        The values of blocks that did not change; only how they differ counts.
    two_sided : bool
        As far, up or down.

    Returns
    -------
    float in [0, 1]
    """
    away = blocks - blocks.mean()
    size = abs(value) if two_sided else value
    spread = math.sqrt(float((away**2).sum()) / (len(blocks) - 1) * (1.0 + 1.0 / len(blocks)))
    if spread <= _ROUNDING * float(np.abs(blocks).max()):
        return 0.0 if size > 0.0 else 1.0
    tail = float(stdtr(len(blocks) - 1, -size / spread)) * (2.0 if two_sided else 1.0)
    return min(1.0, max(tail, _share(np.abs(away) if two_sided else away, size)))


def _share(blocks: FloatArray, size: float) -> float:
    """How many of the blocks went as far, and the new one, among all of them; 0 beyond them."""
    reached = int(np.count_nonzero(blocks >= size))
    return (1 + reached) / (1 + len(blocks)) if reached else 0.0
