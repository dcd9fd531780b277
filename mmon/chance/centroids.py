"""How far apart the centroids of two sides lie, and how likely chance alone sets them so far.

The squared distance of two mean vectors is never 0, and the more numbers a vector has the larger
chance makes it: its mean under no change, the trace of the covariances of both means, is taken off.
The test deals the groups of rows of both sides anew: where nothing changed, any half of them may be
production's. Both sides have as many groups, so that this holds of sides of unequal size and
spread, too, and for vectors of more numbers than there are rows.

References
----------
Bai and Saranadasa, *Effect of high dimension*, Statistica Sinica 1996; Chen and Qin, *A two-sample
test for high-dimensional data*, Annals of Statistics 2010; Anderson, *A new method for
non-parametric multivariate analysis of variance*, Austral Ecology 2001.
"""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np
from scipy.special import gammaincc, ndtr, stdtr

from mmon.chance.proportions import Z
from mmon.profiles.distributions.vector_sums import VectorSums
from mmon.records.arrays import FloatArray

# Groups of fewer rows vary in size too much to be dealt; of fewer groups there are too few deals.
_ROWS_OF_GROUP, _FEWEST_GROUPS = 4, 8
FEWEST = _ROWS_OF_GROUP * _FEWEST_GROUPS
"""Rows of either side below which nothing is tested."""
_DEALS = 2_000


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Centroids:
    """The centroids of both sides, in the units of the vectors.

    Attributes
    ----------
    squared : float
        The squared distance less what it is by chance; below 0 where it is less than usual.
    spread : float
        Root of the reference's total variance.
    noise : float
        Sum of the squared entries of the covariance of the difference of both means.
    own_noise : (float, float)
        The part of it that is of each side's mean alone.
    along : float
        Variance of the distance in the direction in which the means differ.
    usual_along : float
        The same in the direction that chance prefers.
    size : float
        The squared distance as it is.
    products : (2 G, 2 G) float64
        Scalar products of what each group of either side adds to the distance.
    degrees : int
        Degrees of freedom of the variances.
    n, m : int
        Rows.
    """

    squared: float
    spread: float
    noise: float
    own_noise: tuple[float, float]
    along: float
    usual_along: float
    size: float
    products: FloatArray
    degrees: int
    n: int
    m: int

    @property
    def shift(self) -> float:
        """The distance as a share of the spread; 0 where chance explains all of it."""
        return math.sqrt(max(self.squared, 0.0)) / self.spread

    def p_value(self) -> float:
        """Of "both sides have one centroid"."""
        return _dealt_anew(self.products, self.size)

    def interval(self) -> tuple[float, float]:
        """Of the shift, at 95 %: the squared distance is normal, with the variance at each end."""
        middle = self.squared + 2.0 * Z * Z * self.along
        half = math.sqrt(max(middle**2 - self.squared**2 + 2.0 * Z * Z * self.noise, 0.0))
        low, high = (math.sqrt(max(one, 0.0)) for one in (middle - half, middle + half))
        return low / self.spread, high / self.spread

    def p_value_against(self, level: float) -> float:
        """One-sided, of "the shift is at most the level"."""
        if level <= 0.0:
            return self.p_value()
        at = level * self.spread
        deviation = math.sqrt(self.along + self.noise / (2.0 * at * at))
        away = math.sqrt(max(self.squared, 0.0)) - at
        if deviation == 0.0:
            return 0.0 if away > 0.0 else 1.0
        return float(stdtr(self.degrees, -away / deviation))

    def deviation(self, shift: float, rows: int) -> float:
        """Of the estimate of a shift, with so many rows of production."""
        less = self.m / rows
        own_ref, own_cur = self.own_noise
        shared = self.noise - own_ref - own_cur
        noise = own_ref + shared * less + own_cur * less * less
        along = self.usual_along * (noise / self.noise) ** 0.5 if self.noise else 0.0
        at = shift * self.spread
        return math.sqrt(along + noise / (2.0 * at * at)) / self.spread


def centroids(ref: VectorSums, cur: VectorSums) -> Centroids | None:
    """Compare two sides of at least `FEWEST` rows; None where the reference's vectors are all one,
    or sums are beyond the largest double."""
    groups = min(len(ref.rows), len(cur.rows))
    while groups > _FEWEST_GROUPS and min(ref.n, cur.n) < groups * _ROWS_OF_GROUP:
        groups //= 2
    sides = ref.folded(groups), cur.folded(groups)
    with np.errstate(over="ignore", invalid="ignore"):
        variances = [one.total_variance for one in sides]
        if not (np.isfinite(variances).all() and variances[0] > 0.0):
            return None
        return _compared(*sides, variances)


def _compared(ref: VectorSums, cur: VectorSums, variances: list[float]) -> Centroids:
    n, m, groups = ref.n, cur.n, len(ref.rows)
    apart, middle = ref.mean - cur.mean, (ref.mean + cur.mean) / 2.0
    size = float(apart @ apart)
    squared = size - variances[0] / n - variances[1] / m
    dealt = np.concatenate([_parts(one, middle) for one in (ref, cur)])
    # The groups' parts of each mean: what their sums of products are is the covariance of the mean.
    own = [_parts(one, one.mean) * math.sqrt(groups / (groups - 1)) for one in (ref, cur)]
    noises = [_squared_trace(one, groups - 1) for one in own]
    noise = sum(noises) + 2.0 * float(np.sum((own[0] @ own[1].T) ** 2))
    along = sum(float(np.sum((one @ apart) ** 2)) for one in own) - noise
    trace = variances[0] / n + variances[1] / m
    return Centroids(
        squared=squared,
        spread=math.sqrt(variances[0]),
        noise=noise,
        own_noise=(noises[0], noises[1]),
        along=max(along, 0.0) / squared if squared > 0.0 else 0.0,
        usual_along=noise / trace,
        size=size,
        products=dealt @ dealt.T,
        degrees=2 * (groups - 1),
        n=n,
        m=m,
    )


def _parts(side: VectorSums, centre: FloatArray) -> FloatArray:
    """(G, d) what each group adds to the distance of the side's mean from a centre."""
    found: FloatArray = (side.sums - side.rows[:, None] * centre) / side.n
    return found


def _squared_trace(parts: FloatArray, degrees: int) -> float:
    """Trace of the square of a covariance, unbiased of normal parts (Bai and Saranadasa 1996)."""
    products = parts @ parts.T
    trace, f = float(np.trace(products)), degrees
    found = f * f / ((f - 1) * (f + 2)) * (float(np.sum(products**2)) - trace * trace / f)
    # It is least where all numbers vary alike and alone.
    return float(max(found, trace * trace / parts.shape[1]))


def _dealt_anew(products: FloatArray, size: float) -> float:
    """The p-value of a squared distance among those of groups that are dealt to the sides anew.

    By Pearson's type III curve of the mean, deviation and skewness of the deals, which is that of a
    weighted sum of squares nearly, and tells smaller chances than a number of deals can.
    """
    signs = _deals(len(products) // 2)
    dealt = np.einsum("bi,bi->b", signs @ products, signs)
    mean, deviation = float(dealt.mean()), float(dealt.std())
    if deviation == 0.0:
        return 1.0
    away = (size - mean) / deviation
    skewness = float(np.mean((dealt - mean) ** 3)) / deviation**3
    # Of so little skewness the curve is the normal one.
    if skewness < 0.01:
        return float(ndtr(-away))
    shape = 4.0 / skewness**2
    return float(gammaincc(shape, max(shape + away * math.sqrt(shape), 0.0)))


@functools.cache
def _deals(groups: int) -> FloatArray:
    """(B, 2 G) halves of the groups of both sides, as 1 and -1."""
    order = np.random.default_rng(0).random((_DEALS, 2 * groups)).argsort(axis=1)
    return np.where(order < groups, 1.0, -1.0)
