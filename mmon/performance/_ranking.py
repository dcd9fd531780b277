"""How well one class's scores rank its rows above the others: the area under the ROC curve."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
from scipy.special import expit, logit, stdtrit

from mmon.chance.skewed_means import LEVEL
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.records.arrays import FloatArray

# Found by simulation: see tests/performance/test_class_coverage.py.
_PRIOR_ROWS, _PRIOR_RATIO = 4.0, 3.5


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The scores of the rows of a class and of all other rows, on one ascending grid."""

    values: FloatArray  # (K,) ascending
    # (K,) rows of the class, and of the others, at each score.
    inside: FloatArray
    outside: FloatArray

    @classmethod
    def of(cls, inside: Ecdf, outside: Ecdf) -> Ranking:
        """Both distributions on the union of their values."""
        both = np.concatenate([inside.values, outside.values]).astype(np.float64)
        values, place = np.unique(both, return_inverse=True)
        cut = len(inside.values)
        return cls(
            values,
            *(
                np.bincount(at, weights=side.mass, minlength=len(values)).astype(np.float64)
                for at, side in ((place[:cut], inside), (place[cut:], outside))
            ),
        )

    @property
    def m(self) -> float:
        """Rows of the class."""
        return float(self.inside.sum())

    @property
    def n(self) -> float:
        """Other rows."""
        return float(self.outside.sum())

    @property
    def inside_from(self) -> FloatArray:
        """(K,) rows of the class with at least each score."""
        return self.inside[::-1].cumsum()[::-1]

    @property
    def outside_from(self) -> FloatArray:
        """(K,) other rows with at least each score."""
        return self.outside[::-1].cumsum()[::-1]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Area:
    """An area under a curve, and how one row moves it."""

    value: float
    variance: float  # sampling variance; 0 where a single row of either kind leaves it unknown
    # (K,) change of the value by one more row at each score, of the class and of the others.
    moved_inside: FloatArray
    moved_outside: FloatArray
    bias: float = 0.0  # how much too large the value is on average


def roc_area(ranking: Ranking) -> Area:
    """P(a row of the class is scored above another row) + P(equal) / 2.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, *Comparing the areas under two or more correlated receiver
    operating characteristic curves*, Biometrics 1988; Sun and Xu, *Fast implementation of DeLong's
    algorithm*, 2014.
    """
    m, n = ranking.m, ranking.n
    # Each row's share of the other side's rows that it is ranked right against.
    right_inside = (n - ranking.outside_from + ranking.outside / 2) / n
    right_outside = (ranking.inside_from - ranking.inside / 2) / m
    value = float(ranking.inside @ right_inside) / m
    moved_inside, moved_outside = right_inside - value, right_outside - value
    variance = 0.0
    if m > 1 and n > 1:
        spread_inside = float(ranking.inside @ moved_inside**2) / (m - 1)
        spread_outside = float(ranking.outside @ moved_outside**2) / (n - 1)
        variance = spread_inside / m + spread_outside / n
    return Area(min(max(value, 0.0), 1.0), variance, moved_inside / m, moved_outside / n)


def roc_error(inside: Ecdf, outside: Ecdf, value: float) -> float:
    """Bound on what compression changed of a ROC area.

    Misplaced rows of the class can only raise it, and misplaced other rows only lower it.
    """
    return max(inside.rank_error, outside.rank_error)


def roc_interval(ranking: Ranking, area: Area, design: float) -> tuple[float, float]:
    """The ROC areas that the sample does not contradict.

    An area is contradicted when it is further from the observed one than Student's quantile of its
    own standard deviation: that of exponential scores with this area, times how much larger than
    theirs the observed variance is, for each side on its own. ``design`` is the factor of the
    variance when rows are not independent; 1 when they are. Above, an area is contradicted only
    where its logarithm of odds is that far away, too: one row that is ranked very badly takes much
    from an area near 1, and says little of how many such rows there are.
    """
    m, n = ranking.m, ranking.n
    t = float(stdtrit(max(1.0, min(m, n) - 1), (1 + LEVEL) / 2))
    expected_inside, expected_outside = _exponential(area.value)
    squares_inside = float(ranking.inside @ (m * area.moved_inside) ** 2)
    squares_outside = float(ranking.outside @ (n * area.moved_outside) ** 2)
    inside = design / m * _ratio(squares_inside, m, expected_inside, area.value)
    outside = design / n * _ratio(squares_outside, n, expected_outside, area.value)

    def contradicts(other: float) -> bool:
        at_inside, at_outside = _exponential(other)
        variance = inside * at_inside + outside * at_outside
        return abs(area.value - other) > t * math.sqrt(max(0.0, variance))

    low, high = _last(contradicts, area.value, 0.0), _last(contradicts, area.value, 1.0)
    wrong = area.value * (1.0 - area.value)
    if wrong > 0.0:
        reach = t * math.sqrt(design * area.variance) / wrong
        high = max(high, float(expit(logit(area.value) + reach)))
    return low, high


def _ratio(squares: float, rows: float, expected: float, area: float) -> float:
    """How much larger than expected the variance of one side is.

    Few rows with a nearly perfect ranking may just not have shown a bad one yet, so that a large
    ratio is presumed there.
    """
    presumed = 1 + (_PRIOR_RATIO - 1) * (2 * area - 1) ** 2
    if rows < 2 or expected <= 0:
        return presumed
    observed = squares / (rows - 1) / expected
    return (rows * observed + _PRIOR_ROWS * presumed) / (rows + _PRIOR_ROWS)


def _last(contradicts: Callable[[float], bool], inside: float, outside: float) -> float:
    """The end between a value that holds and the end of the scale, which may not, by bisection."""
    # To 1e-12.
    for _ in range(40):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if contradicts(middle) else (middle, outside)
    return inside


def _exponential(area: float) -> tuple[float, float]:
    """The variances of both sides' shares of rows ranked right, of exponential scores.

    References
    ----------
    Hanley and McNeil, *The meaning and use of the area under a receiver operating characteristic
    (ROC) curve*, Radiology 1982.
    """
    inside = area / (2 - area) - area * area
    outside = 2 * area * area / (1 + area) - area * area
    return inside, outside
