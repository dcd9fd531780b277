"""Moments that merge without losing digits: of one number a row, and of targets with their errors.

References
----------
Chan, Golub and LeVeque, *Updating formulae and a pairwise algorithm for computing sample
variances*, 1982; Pébay, *Formulas for robust, one-pass parallel computation of covariances and
arbitrary-order statistical moments*, Sandia report SAND2008-6212.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Self

import numpy as np

from mmon.records import Count, Unbounded, require
from mmon.records.arrays import FloatArray, dot


@dataclasses.dataclass(frozen=True, slots=True)
class Moments:
    """Rows, mean, spread and skew of one number a row; infinite or NaN where they overflow.

    Attributes
    ----------
    n : int
        Rows.
    mean : float
        0 when there are no rows.
    m2, m3 : float
        Sums of squared and of cubed deviations from the mean.
    """

    n: Count = 0
    mean: Unbounded = 0.0
    m2: Unbounded = 0.0
    m3: Unbounded = 0.0

    @classmethod
    def of(cls, values: FloatArray) -> Self:
        """The moments of (n,) float64 values."""
        n = len(values)
        if n == 0:
            return cls()
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            mean = float(np.mean(values))
            deviations = values - mean
            squares = deviations * deviations
            return cls(n, mean, float(np.sum(squares)), dot(squares, deviations))

    @classmethod
    def merge(cls, parts: Sequence[Self]) -> Self:
        """The moments of all parts' rows together, to rounding in any order and grouping."""
        filled = [part for part in parts if part.n]
        if len(filled) <= 1:
            return filled[0] if filled else cls()
        table = np.array([dataclasses.astuple(part) for part in filled])
        rows, means, m2, m3 = table.T
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            mean = float(np.sum(means * (rows / rows.sum())))
            shift = means - mean
            return cls(
                sum(part.n for part in filled),
                mean,
                float(np.sum(m2 + rows * shift**2)),
                float(np.sum(m3 + 3.0 * shift * m2 + rows * shift**3)),
            )

    @property
    def variance(self) -> float:
        """Sample variance with n - 1 in the denominator; NaN below two rows."""
        return self.m2 / (self.n - 1) if self.n > 1 else math.nan

    @property
    def skewness(self) -> float:
        """Third moment of the standardised values; 0 without spread, or where it overflows."""
        if self.n == 0 or not 0.0 < self.m2 < math.inf:
            return 0.0
        scale = math.sqrt(self.m2 / self.n)
        # Divided one by one: the cube of the scale may underflow.
        skewness = self.m3 / self.n / scale / scale / scale if scale else 0.0
        return skewness if math.isfinite(skewness) else 0.0


# Powers of the squared error and of the deviation that are kept: their weights sum to 6 at most.
_ORDER = 6


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class JointMoments:
    """Targets and squared errors together: what R² and its sampling variance are made of.

    Attributes
    ----------
    n : int
        Rows.
    low, high, mean : float
        Smallest, largest and mean target; 0 when there are no rows.
    sums : (4, 7) float64
        ``sums[i, j]`` is the sum of error^(2 i) (target - mean)^j, for 2 i + j <= 6; else 0.
    """

    n: Count
    low: Unbounded
    high: Unbounded
    mean: Unbounded
    sums: FloatArray

    def check(self) -> None:
        """Raise `MisfitError` when what was read back are no such sums."""
        require(self.sums.shape == (_ORDER // 2 + 1, _ORDER + 1), "has other sums")

    @classmethod
    def of(cls, target: FloatArray, square: FloatArray) -> Self:
        """The moments of (n,) finite targets and squared errors."""
        n = len(target)
        sums = np.zeros((_ORDER // 2 + 1, _ORDER + 1))
        if n == 0:
            return cls(0, 0.0, 0.0, 0.0, sums)
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            mean = float(np.mean(target))
            one = target - mean
            two = one * one
            three = two * one
            weighted = square * two
            sums[0] = [n, one.sum(), two.sum(), three.sum(), 0.0, 0.0, 0.0]
            sums[0, 4:] = [dot(two, two), dot(two, three), dot(three, three)]
            sums[1, :3] = [square.sum(), dot(square, one), weighted.sum()]
            sums[1, 3:5] = [dot(square, three), dot(weighted, two)]
            fourth = square * square
            sums[2, :3] = [fourth.sum(), dot(fourth, one), dot(square, weighted)]
            sums[3, 0] = dot(fourth, square)
        return cls(n, float(target.min()), float(target.max()), mean, sums)

    @classmethod
    def merge(cls, parts: Sequence[Self]) -> Self:
        """The moments of all parts' rows together, to rounding in any order and grouping."""
        filled = [part for part in parts if part.n]
        if len(filled) <= 1:
            return filled[0] if filled else cls.of(np.empty(0), np.empty(0))
        n = sum(part.n for part in filled)
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            mean = float(np.sum([part.mean * (part.n / n) for part in filled]))
            sums = np.sum([_moved(part.sums, part.mean - mean) for part in filled], axis=0)
        low, high = min(part.low for part in filled), max(part.high for part in filled)
        return cls(n, low, high, mean, sums)


def _moved(sums: FloatArray, shift: float) -> FloatArray:
    """Sums of w^i (x + shift)^j from those of w^i x^j, by the binomial theorem."""
    powers = [np.float64(shift) ** exponent for exponent in range(_ORDER + 1)]
    moved = np.zeros_like(sums)
    for i, row in enumerate(sums):
        for j in range(_ORDER - 2 * i + 1):
            moved[i, j] = sum(math.comb(j, k) * row[k] * powers[j - k] for k in range(j + 1))
    return moved
