"""How far mean outcomes lie apart in the cells of a table, less what chance adds to that.

In each cell the outcomes of both sides are two samples; when nothing changed in any of them the
squared changes, each over the variance that it has by chance, add up to a number whose first two
moments are known exactly for counts (the hypergeometric's), however few they are: a gamma
distribution of the same moments tells how probable a larger one is. Where an outcome goes with a
covariate that moved inside the cell, as the score does, both sides are compared at the same value
of it (the analysis of covariance). Of the mean size of the changes chance adds in squares, as to a
total variation distance (`mmon.chance.bins.unbiased`).

References
----------
Cochran, *Some methods for strengthening the common chi-square tests*, Biometrics 1954, and
*Analysis of covariance: its nature and uses*, Biometrics 1957. Kendall and Stuart, *The Advanced
Theory of Statistics* 1, 5.19 (moments of the hypergeometric distribution).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincc, ndtr, ndtri

from mmon.chance.levels import is_powerful
from mmon.chance.proportions import Z
from mmon.records.arrays import BoolArray, FloatArray, IntArray

# Chance goes as far as this many deviations in one sample of ten.
_ONE_IN_TEN = float(ndtri(0.9))
# A cell is told apart when chance would single out any of them once in so many samples.
_SINGLED_OUT = 0.01
# E|Z| of a standard normal number.
_MEAN_SIZE = math.sqrt(2.0 / math.pi)
# A covariate that varies by less than this share of the outcome's cell is constant.
_ROUNDING = 1e-12


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums over the rows of one side in each of C cells, of an outcome y and a covariate s.

    Attributes
    ----------
    rows, outcome, square : (C,) float64
        Rows, and sums of y and y².
    covariate, covariate_square, product : (C,) float64
        Sums of s, s² and s·y; all 0 where there is no covariate.
    """

    rows: FloatArray
    outcome: FloatArray
    square: FloatArray
    covariate: FloatArray
    covariate_square: FloatArray
    product: FloatArray

    @classmethod
    def of(cls, rows: ArrayLike, outcome: ArrayLike, square: ArrayLike) -> Sums:
        """Sums without a covariate."""
        count, first, second = (np.asarray(one, np.float64) for one in (rows, outcome, square))
        nothing = np.zeros_like(count)
        return cls(count, first, second, nothing, nothing, nothing)

    def take(self, cells: BoolArray) -> Sums:
        """Some of the cells."""
        values = (getattr(self, field.name)[cells] for field in dataclasses.fields(self))
        return Sums(*values)

    def runs(self, first: IntArray) -> Sums:
        """The cells from each of the first ones on, up to the next, as one."""
        names = [field.name for field in dataclasses.fields(self)]
        return Sums(*(np.add.reduceat(getattr(self, name), first) for name in names))

    def plus(self, other: Sums) -> Sums:
        """Both sides' rows together."""
        names = [field.name for field in dataclasses.fields(self)]
        return Sums(*(getattr(self, name) + getattr(other, name) for name in names))

    def spreads(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Sums of (s - mean)², (s - mean)(y - mean) and (y - mean)² in each cell."""
        rows = np.maximum(self.rows, 1.0)
        own = self.covariate_square - self.covariate**2 / rows
        # What is left of equal covariates is rounding.
        own = np.where(own > _ROUNDING * self.covariate_square, own, 0.0)
        both = np.where(own > 0.0, self.product - self.covariate * self.outcome / rows, 0.0)
        return own, both, np.maximum(self.square - self.outcome**2 / rows, 0.0)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """Both sides' mean outcomes in C cells; each has rows of both.

    Attributes
    ----------
    cells : (C,) int64, which cells of the sums these are
    weight : (C,) float64, production's share of the rows in each cell; sums to 1
    change : (C,) float64, production's mean outcome less the reference's
    chance : (C,) float64, variance of the change when nothing changed
    kurtosis : (C,) float64, excess kurtosis of the change when nothing changed
    ref, cur : (C,) float64, variance of either side's mean as it is
    rows : int, production's rows in these cells
    left_out : int, production's rows in cells in which the reference has none
    in_common : int, how many numbers were taken out of the changes that all cells have in common
    """

    cells: IntArray
    weight: FloatArray
    change: FloatArray
    chance: FloatArray
    kurtosis: FloatArray
    ref: FloatArray
    cur: FloatArray
    rows: int
    left_out: int = 0
    in_common: int = 0

    @classmethod
    def of(cls, ref: Sums, cur: Sums, *, are_counts: bool, fewest: float = 1) -> Strata | None:
        """Compare two sides; None where no cell has the ``fewest`` rows of both.

        ``are_counts`` says that outcomes are 0 or 1.
        """
        both = (ref.rows >= fewest) & (cur.rows >= fewest)
        left_out = int(cur.rows[~both].sum())
        ref, cur = ref.take(both), cur.take(both)
        if not len(ref.rows):
            return None
        n, m = ref.rows, cur.rows
        every = ref.plus(cur)
        inside = [side.spreads() for side in (ref, cur)]
        own, product = inside[0][0] + inside[1][0], inside[0][1] + inside[1][1]
        slope = np.divide(product, own, out=np.zeros_like(own), where=own > 0.0)
        away = cur.covariate / m - ref.covariate / n
        change = cur.outcome / m - ref.outcome / n - slope * away
        # What the slope is not known by.
        tilt = np.divide(away**2, own, out=np.zeros_like(own), where=own > 0.0)
        chance = _chance(ref, cur, inside, tilt, are_counts=are_counts)
        sides = [
            _variance(side, one, slope, are_counts=are_counts) / side.rows
            for side, one in zip((ref, cur), inside, strict=True)
        ]
        hits = every.outcome if are_counts else None
        return cls(
            cells=np.flatnonzero(both),
            weight=m / m.sum(),
            change=change,
            chance=chance,
            kurtosis=_kurtosis(n, m, hits),
            ref=sides[0] * (1.0 + tilt * n * m / (n + m)),
            cur=sides[1] * (1.0 + tilt * n * m / (n + m)),
            rows=int(m.sum()),
            left_out=left_out,
        )

    def p_value(self) -> float:
        """Probability of changes at least as large when the outcome changed in no cell."""
        known = self.chance > 0.0
        if not known.any():
            return 1.0 if not self.change.any() else 0.0
        freedom = int(known.sum()) - self.in_common
        if not freedom:
            return 1.0
        size = float((self.change[known] ** 2 / self.chance[known]).sum())
        # Each number in common takes as much of the spread as a cell.
        spread = float((2.0 + self.kurtosis[known]).sum()) * freedom / int(known.sum())
        spread = max(spread, 1e-3)
        return float(gammaincc(freedom**2 / spread, size * freedom / spread))

    def excess(self) -> tuple[float, float]:
        """The mean size of the changes less what chance adds, and its standard deviation."""
        size, by_chance = np.abs(self.change), np.sqrt(self.chance)
        is_certain = size > -ndtri(_SINGLED_OUT / 2 / len(size)) * by_chance
        certain = float((self.weight * size)[is_certain].sum())
        weight = np.where(is_certain, 0.0, self.weight)
        total = float((weight * size).sum())
        usual = float((weight * by_chance).sum()) * _MEAN_SIZE
        spread = math.sqrt(float((weight**2 * self.chance).sum()) * (1.0 - _MEAN_SIZE**2))
        left = 0.0
        if total > usual + _ONE_IN_TEN * spread:
            left = math.sqrt(total**2 - usual**2)
        deviation = math.sqrt(float((self.weight**2 * (self.ref + self.cur)).sum()))
        return certain + left, deviation * (total / left if left else 1.0)

    def is_below(self, level: float) -> bool:
        """Whether a change of that size in all cells would surely, at 95 %, have been larger."""
        deviation = np.sqrt(self.ref + self.cur)
        mean = _mean_size(level, deviation)
        noise = self.weight**2 * np.maximum(level**2 + deviation**2 - mean**2, 0.0)
        short = float((self.weight * (mean - np.abs(self.change))).sum())
        return short > Z * math.sqrt(float(noise.sum()))

    def left(self, size: float, growth: float = 1.0) -> tuple[float, float]:
        """What is found of a change of that size in all cells, and with what deviation.

        ``growth`` is by how much more rows of production there are.
        """
        variance = self.ref + self.cur / growth
        deviation = np.sqrt(variance)
        total = float((self.weight * _mean_size(size, deviation)).sum())
        usual = float((self.weight * deviation).sum()) * _MEAN_SIZE
        found = math.sqrt(max(total**2 - usual**2, 0.0))
        spread = math.sqrt(float((self.weight**2 * variance).sum()))
        return found, spread * total / max(found, 1e-300)

    def is_found(self, level: float, alpha: float, rows: int) -> bool:
        """Whether twice the level is told from it in four samples of five, of so many rows."""
        found, deviation = self.left(2.0 * level, rows / max(self.rows, 1))
        return is_powerful(found - level, deviation, alpha)


def _variance(
    side: Sums,
    spreads: tuple[FloatArray, FloatArray, FloatArray],
    slope: FloatArray,
    *,
    are_counts: bool,
) -> FloatArray:
    """(C,) variance of one row's outcome, besides what the covariate explains of it."""
    if are_counts:
        # One hit and one miss more, as Agresti and Caffo: a few rows that are all alike prove
        # little.
        share = (side.outcome + 1.0) / (side.rows + 2.0)
        return share * (1.0 - share)
    own, both, total = spreads
    rest = np.maximum(total - 2.0 * slope * both + slope**2 * own, 0.0)
    variance: FloatArray = rest / np.maximum(side.rows - 1.0, 1.0)
    return variance


_Spreads = tuple[FloatArray, FloatArray, FloatArray]


def _chance(
    ref: Sums, cur: Sums, inside: Sequence[_Spreads], tilt: FloatArray, *, are_counts: bool
) -> FloatArray:
    """(C,) variance of the change when the outcome goes with the covariate on both sides alike."""
    every, n, m = ref.plus(cur), ref.rows, cur.rows
    own, both, total = every.spreads()
    is_line = own > 0.0
    slope = np.divide(both, own, out=np.zeros_like(own), where=is_line)
    freedom = np.maximum(n + m - 1.0 - is_line, 1.0)
    row = np.maximum(total - slope * both, 0.0) / freedom
    chance: FloatArray = row * (1.0 / n + 1.0 / m + tilt)
    if not are_counts:
        return chance
    # Where one side's scores lie nearer to an end its outcomes vary less.
    before, after = (
        _on_line(every, side, one[0], slope) for side, one in zip((ref, cur), inside, strict=True)
    )
    mixed = (n * before + m * after) / (n + m)
    uneven = before / n + after / m + mixed * tilt
    known = is_line & (mixed > 0.0)
    return np.where(known, row * uneven / np.where(known, mixed, 1.0), chance)


def _on_line(every: Sums, side: Sums, own: FloatArray, slope: FloatArray) -> FloatArray:
    """(C,) variance of a 0 or 1 of one side, whose share goes with the covariate as in all rows."""
    rows = np.maximum(every.rows, 1.0)
    away = side.covariate / side.rows - every.covariate / rows
    least = 0.5 / rows
    share = np.clip(every.outcome / rows + slope * away, least, 1.0 - least)
    spread: FloatArray = np.maximum(share * (1.0 - share) - slope**2 * own / side.rows, 0.0)
    return spread


def _kurtosis(n: FloatArray, m: FloatArray, hits: FloatArray | None) -> FloatArray:
    """(C,) excess kurtosis of the change when all rows are dealt to both sides at random.

    Of counts it is the hypergeometric's; of numbers, that of normal ones.
    """
    rows = n + m
    if hits is None:
        normal: FloatArray = 2.0 * (rows - 2.0) / (rows + 1.0) - 2.0
        return normal
    misses, few = rows - hits, rows < 4
    safe = np.where(few, 4.0, rows)
    middle = hits * misses * m * n
    known = ~few & (middle > 0)
    part = (safe - 1.0) * safe**2 * (safe * (safe + 1.0) - 6.0 * hits * misses - 6.0 * m * n)
    part = part + 6.0 * middle * (5.0 * safe - 6.0)
    whole = np.where(known, middle, 1.0) * (safe - 2.0) * (safe - 3.0)
    return np.where(known, part / whole, -2.0)


def _mean_size(mean: float, deviation: FloatArray) -> FloatArray:
    """(C,) E|X| of normal numbers of that mean."""
    safe = np.where(deviation > 0.0, deviation, 1.0)
    away = mean / safe
    size = safe * _MEAN_SIZE * np.exp(-(away**2) / 2.0) + mean * (2.0 * ndtr(away) - 1.0)
    return np.where(deviation > 0.0, size, abs(mean))
