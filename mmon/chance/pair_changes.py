"""How much the association of pairs of columns changed, and how surely, of many pairs at once."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np
from scipy.special import chdtrc, chdtri, ndtr, ndtri

from mmon.chance.associations import TableChange
from mmon.chance.levels import TAIL
from mmon.chance.multiplicity import benjamini_hochberg
from mmon.records.arrays import FloatArray

# Chance makes the square of one normal number larger than its mean so often.
_BEYOND_MEAN = float(chdtrc(1.0, 1.0))
# Where one column tells the other without fault nothing varies.
_ALMOST_ONE, _SMALLEST = 1.0 - 1e-9, 1e-18


@dataclasses.dataclass(frozen=True, eq=False)
class PairChanges:
    """Pairs of columns, on two samples.

    Attributes
    ----------
    ref, cur : (P,) float64
        The association on each side: a correlation in [-1, 1], or Cramér's V in [0, 1].
    size : (P,) float64, at least 0
        How much it changed.
    squared, unit, freedom : (P,) float64
        The squared change as it is in the samples; over its unit it is distributed as chi square
        with so many degrees of freedom where nothing changed.
    variances : (2, P) float64
        What each side adds to the variance of the change.
    p_values : (P,) float64
        Of "nothing changed".
    """

    ref: FloatArray
    cur: FloatArray
    size: FloatArray
    squared: FloatArray
    unit: FloatArray
    freedom: FloatArray
    variances: FloatArray
    p_values: FloatArray

    def __len__(self) -> int:
        return len(self.ref)

    @functools.cached_property
    def change(self) -> FloatArray:
        """(P,) how much each changed, less what chance alone makes of the largest of so many."""
        chance = self.unit * chdtri(self.freedom, _BEYOND_MEAN / max(len(self), 1))
        return np.sqrt(np.maximum(self.squared - chance, 0.0))

    @property
    def p_value(self) -> float:
        """Of "no pair changed", corrected for their number (Simes)."""
        return float(self.q_values.min(initial=1.0))

    @functools.cached_property
    def q_values(self) -> FloatArray:
        """(P,) the p-values, corrected for their number (Benjamini and Hochberg)."""
        return benjamini_hochberg(self.p_values)

    def p_value_against(self, level: float) -> float:
        """Of "no pair changed by more than the level", corrected likewise."""
        return float(self.q_values_against(level).min(initial=1.0))

    def q_values_against(self, level: float) -> FloatArray:
        """(P,) of "it changed by no more than the level", corrected likewise."""
        beyond = ndtr((level - self.size) / np.sqrt(self.variances.sum(axis=0)))
        # What is surely beyond a level surely changed.
        return benjamini_hochberg(np.maximum(beyond, self.p_values))

    def interval(self) -> tuple[float, float]:
        """Of the largest change, at 95 % for all pairs together."""
        reach = -ndtri(TAIL / max(len(self), 1)) * np.sqrt(self.variances.sum(axis=0))
        low, high = (self.size + side * reach for side in (-1.0, 1.0))
        return float(low.max(initial=0.0)), float(high.max(initial=0.0))

    @classmethod
    def joined(cls, parts: Sequence[PairChanges]) -> PairChanges:
        """Pairs of several kinds."""
        fields = [one.name for one in dataclasses.fields(cls)]
        return cls(*(np.concatenate([getattr(one, name) for one in parts], -1) for name in fields))


def of_correlations(
    ref: FloatArray, cur: FloatArray, variances: tuple[FloatArray, FloatArray]
) -> PairChanges:
    """Changes of (P,) correlations with their variances, tested by Fisher's z."""
    sides = np.stack([ref, cur]).clip(-_ALMOST_ONE, _ALMOST_ONE)
    spread = np.maximum(np.stack(variances), _SMALLEST)
    z = np.arctanh(sides)
    deviation = np.sqrt((spread / (1.0 - sides**2) ** 2).sum(axis=0))
    p_values = 2.0 * ndtr(-np.abs(z[1] - z[0]) / deviation)
    change = np.abs(cur - ref)
    freedom = np.ones(len(ref))
    unit = spread.sum(axis=0)
    return PairChanges(ref, cur, change, change**2, unit, freedom, spread, p_values)


def of_tables(changes: Sequence[TableChange]) -> PairChanges:
    """Changes of tables of two categories."""
    ref, cur, squared, unit, freedom = (
        np.array([getattr(one, name) for one in changes], dtype=np.float64)
        for name in ("ref", "cur", "squared", "unit", "freedom")
    )
    variances = np.array([one.variances for one in changes]).reshape(len(changes), 2).T
    variances = np.maximum(variances, _SMALLEST)
    size = np.sqrt(np.maximum(squared - unit * freedom, 0.0))
    p_values = chdtrc(freedom, squared / unit)
    return PairChanges(ref, cur, size, squared, unit, freedom, variances, p_values)
