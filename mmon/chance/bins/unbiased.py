"""The total variation distance without what chance adds to it, and how well it is known.

Of two samples of one distribution the plug-in distance is far from 0 where there are many
categories and few rows. Categories whose share surely changed (a deviance residual beyond chance
among all categories) count as they are. Of the others' sum chance adds about in squares, for it
moves each share either way: what is left is ``sqrt(T^2 - E[T]^2)``, and nothing where T is what one
in ten samples reaches by chance. Simulated in ``tests/statistics/test_unbiased.py``.

References
----------
De Moivre's mean absolute deviation of a count: Diaconis and Zabell, *Closed form summation for
classical distributions*, Statistical Science 1991. Jiao, Han and Weissman, *Minimax estimation of
the L1 distance*, IEEE Trans. Inf. Theory 2018 (why a small change spread over very many categories
cannot be estimated from few rows).
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from scipy.special import gammaln, ndtr, ndtri, pdtr, xlogy

from mmon.chance.levels import is_powerful
from mmon.records.arrays import BoolArray, FloatArray, IntArray

# Chance goes as far as this many deviations in one sample of ten.
_ONE_IN_TEN = float(ndtri(0.9))
# A category is told apart when chance would single out any of them once in so many samples.
_SINGLED_OUT = 0.01


@dataclasses.dataclass(frozen=True, slots=True)
class Excess:
    """A total variation distance less what chance adds.

    Attributes
    ----------
    value : float in [0, 1]
    deviation : float
        Of the value, were it at the level that it was estimated for, or as it is: the larger one.
    """

    value: float
    deviation: float


def excess(ref: IntArray, cur: IntArray, level: float = 0.0) -> Excess:
    """The distance between two rows of counts.

    Parameters
    ----------
    ref, cur : (C,) int64, rows by category; each side has some
    level : float
        A distance that it will be compared with.
    """
    n, m = float(ref.sum()), float(cur.sum())
    change = cur / m - ref / n
    spread, absolute = _noise((ref + cur) / (n + m), n, m)
    is_certain = _is_certain(change, spread, 1.0 / (1.0 / n + 1.0 / m))
    certain = 0.5 * float(np.abs(change[is_certain]).sum())
    change, absolute = np.where(is_certain, 0.0, change), np.where(is_certain, 0.0, absolute)
    total, by_chance = 0.5 * float(np.abs(change).sum()), 0.5 * float(absolute.sum())
    variance = float((spread**2)[~is_certain].sum() - (absolute**2).sum())
    left = 0.0
    grown = cur * n > ref * m
    plain = np.where(grown, 0.5, -0.5)
    # How much the distance moves with the change of each category.
    slope = plain.copy()
    if total > by_chance + _ONE_IN_TEN * 0.5 * math.sqrt(max(variance, 0.0)):
        left = math.sqrt(total**2 - by_chance**2)
        slope[~is_certain] *= total / left
    # All that the certain ones lost the others won.
    lost = 0.5 * float(change.sum())
    if is_certain.any() and abs(lost) > left:
        left = abs(lost)
        slope[~is_certain] = math.copysign(0.5, lost)
    value = certain + left
    # One row more in and out of them, as Agresti and Caffo: a few rows that are all alike prove
    # little.
    before, after = (
        (float(ref[grown].sum()) + 1.0) / (n + 2.0),
        (float(cur[grown].sum()) + 1.0) / (m + 2.0),
    )
    of_cur = max(_of_share(after), _of_share(min(before + level, 1.0)))
    deviation = math.sqrt(_of_share(before) / n + of_cur / m)
    as_plain, as_it_is = (_variance(one, ref / n, cur / m, n, m) for one in (plain, slope))
    if as_plain > 0.0:
        deviation *= math.sqrt(as_it_is / as_plain)
    return Excess(min(value, 1.0), deviation)


def left(pooled: IntArray, n: int, m: int, distance: float) -> tuple[float, float]:
    """What is found of a true distance where it is hardest to see, and with what deviation.

    That is where every share changes in proportion to itself.

    Parameters
    ----------
    pooled : (C,) int64, rows of both sides by category
    n, m : int, rows of the reference and of production
    distance : float in [0, 1]
    """
    shares = pooled / pooled.sum()
    spread, absolute = _noise(shares, float(n), float(m))
    part = min(2.0 * distance, 1.0)
    change = part * shares
    away = np.divide(change, spread, out=np.zeros_like(change), where=spread > 0.0)
    # Of rare categories the counts are Poisson, and hide more than normal noise does. A common one
    # has less noise than those: its rows are all but those of the others.
    as_poisson = _growth(np.maximum(shares * m, 1e-300), part) / np.sqrt(
        np.maximum(1.0 - shares, 1e-300)
    )
    growth = np.minimum(_mean_size(away) / _mean_size(0.0), as_poisson)
    size = np.where(spread > 0.0, absolute * growth, change)
    total = 0.5 * float(size.sum()) + max(0.0, distance - 0.5)
    found = math.sqrt(max(0.0, total**2 - (0.5 * float(absolute.sum())) ** 2))
    return found, 0.5 * math.sqrt(1.0 / n + 1.0 / m) * total / max(found, 1e-300)


def is_found(pooled: IntArray, n: int, m: int, level: float, alpha: float) -> bool:
    """Whether twice a distance is told from it in four samples of five, wherever the change is.

    For ``level`` and ``alpha`` see `mmon.verdict.evidence.Evidence.is_found`; the others are those
    of `left`.
    """
    found, deviation = left(pooled, n, m, min(2.0 * level, 0.5 * (1.0 + level)))
    return is_powerful(found - level, deviation, alpha)


def _variance(slope: FloatArray, ref: FloatArray, cur: FloatArray, n: float, m: float) -> float:
    """The variance of a sum of shares of the rows of two sides, each times its slope."""
    sides = ((ref, n), (cur, m))
    return sum(
        max(0.0, float(shares @ slope**2) - float(shares @ slope) ** 2) / rows
        for shares, rows in sides
    )


def _of_share(share: float) -> float:
    return share * (1.0 - share)


def _noise(shares: FloatArray, n: float, m: float) -> tuple[FloatArray, FloatArray]:
    """Deviation and mean absolute deviation of the difference of each share, by chance."""
    spread = np.sqrt(shares * (1.0 - shares) * (1.0 / n + 1.0 / m))
    # De Moivre's formula for the rows of production among all of a category.
    rows, part = np.maximum(shares * (n + m), 1e-300), m / (n + m)
    least = np.floor(rows * part) + 1.0
    ways = gammaln(rows + 1.0) - gammaln(least + 1.0) - gammaln(np.maximum(rows - least, 0.0) + 1.0)
    log_size = ways + least * math.log(part) + (rows - least + 1.0) * math.log1p(-part)
    ratio = 2.0 * least * np.exp(log_size) / np.sqrt(rows * part * (1.0 - part))
    return spread, spread * ratio


def _is_certain(change: FloatArray, spread: FloatArray, size: float) -> BoolArray:
    """Which categories changed by more than chance changes any, as Poisson counts of ``size``."""
    mean = (spread**2) * size * size
    seen = np.maximum(mean + change * size, 0.0)
    deviance = 2.0 * (xlogy(seen, seen / np.maximum(mean, 1e-300)) - (seen - mean))
    return np.sqrt(np.maximum(deviance, 0.0)) > -ndtri(_SINGLED_OUT / 2 / len(change))


def _growth(mean: FloatArray, part: float) -> FloatArray:
    """How much larger the mean absolute deviation of Poisson counts becomes, as half of them rise
    and half of them fall by a part of themselves."""

    def away(true: FloatArray) -> FloatArray:
        last = np.floor(mean)
        below = mean * pdtr(last, true) - true * np.where(last > 0, pdtr(last - 1, true), 0.0)
        size: FloatArray = 2.0 * below + true - mean
        return size

    return 0.5 * (away(mean * (1.0 + part)) + away(mean * (1.0 - part))) / away(mean)


def _mean_size(mean: FloatArray | float) -> FloatArray:
    """E|Z| of a normal number with that mean and deviation 1."""
    size: FloatArray = np.sqrt(2.0 / np.pi) * np.exp(-(mean**2) / 2.0)
    return size + mean * (2.0 * ndtr(mean) - 1.0)
