"""How improbable a large sum over categories is by chance, far beyond what can be drawn.

Dealt rows per category are independent binomials given their sum. The saddlepoint approximation
follows the whole distribution of each count, so that rare categories and terms that jump at an
empty category weigh in as they should.

References
----------
Skovgaard, *Saddlepoint expansions for conditional distributions*, J. Appl. Probab. 1987. Robinson,
*Saddlepoint approximations for permutation tests and confidence intervals*, JRSS B 1982 (the form
of the tail used here). Butler, *Saddlepoint Approximations with Applications*, 2007.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable

import numpy as np
from scipy.special import log_ndtr

from mmon.metrics._bins import FloatArray, IntArray
from mmon.metrics._null_tables import NullTables
from mmon.metrics._proportions import log_binomial

Terms = Callable[[FloatArray, FloatArray, float], FloatArray]

# Counts considered per category: all of them up to so many, then points that spread out.
_POINTS = 128
# The points are a quarter of a deviation apart this many deviations to both sides.
_DENSE = 6.0
_STEPS = 60
_RIDGE = 1e-12
# Share of all variance from which a category is dominant, and how many are held to one side.
_DOMINANT = 0.25
_SPLIT = 3
# log of the smallest positive float, and a little beyond.
_LOWEST = -760.0


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """The distinct sizes of categories, and the production rows that each may get.

    Attributes
    ----------
    rows, repeats : (D,) float64
    count, log_mass : (D, P) float64
    """

    rows: FloatArray
    repeats: FloatArray
    count: FloatArray
    log_mass: FloatArray


def log_tail(terms: Terms, total: float, null: NullTables) -> float:
    """Log of the probability that a sum of terms over all categories reaches ``total``.

    Parameters
    ----------
    terms : function of (p, q, weight), one term a category
    total : float, above the sum's mean
    null : NullTables

    Returns
    -------
    float; -inf when it is beyond the range of floats.
    """
    cells = _cells(null)
    term = terms((cells.rows[:, None] - cells.count) / null.n, cells.count / null.m, null.weight)
    # A sum of terms that are not negative reaches the total as soon as one of them does; without
    # the excess, one improbable count no longer passes for a likely way to a moderate total.
    term = np.minimum(term, total)
    sides = [_search(half, term, total, float(null.m)) for half in _halves(cells, null)]
    return float(np.logaddexp.reduce(sides))


def _halves(cells: _Cells, null: NullTables) -> list[_Cells]:
    """The same cells, with each dominant one held to one side of its mean, in turn.

    A dominant category moves up or down with all the others against it, which a tilt of
    independent counts would not know.
    """
    mean = cells.rows * (1 - null.weight)
    variance = mean * null.weight * cells.repeats
    is_dominant = (variance > _DOMINANT * variance.sum()) & (cells.repeats == 1)
    halves = [cells]
    for index in np.flatnonzero(is_dominant)[-_SPLIT:]:
        is_above = cells.count[index] >= mean[index]
        parted = []
        for half in halves:
            for side in (is_above, ~is_above):
                log_mass = half.log_mass.copy()
                log_mass[index, ~side] = -np.inf
                parted.append(dataclasses.replace(half, log_mass=log_mass))
        halves = parted
    return halves


def _search(cells: _Cells, term: FloatArray, total: float, rows: float) -> float:
    """Newton's method for the saddlepoint, and the tail there."""
    point = np.zeros(2)
    value, slope, curve = _tilted(cells, term, point, total, rows)
    # Where the total is out of reach the curvature vanishes: then the step only has to be long.
    ridge = _RIDGE * np.diag(np.diag(curve)) + np.diag([np.finfo(np.float64).tiny] * 2)
    for _ in range(_STEPS):
        step = -np.linalg.solve(curve + ridge, slope)
        decrement = float(-slope @ step)
        if decrement < 1e-9 or value < _LOWEST:
            break
        size = 1.0
        while True:
            tried = point + size * step
            found = _tilted(cells, term, tried, total, rows)
            if found[0] <= value - 0.25 * size * decrement or size < 1e-6:
                break
            size /= 2
        point, (value, slope, curve) = tried, found
    if value < _LOWEST:
        return -math.inf
    spread = curve[0, 0] - curve[0, 1] ** 2 / curve[1, 1]
    root = max(point[0], 0.0) * math.sqrt(max(float(spread), 0.0))
    return float(value + root * root / 2 + log_ndtr(-root))


def _tilted(
    cells: _Cells, term: FloatArray, point: FloatArray, total: float, rows: float
) -> tuple[float, FloatArray, FloatArray]:
    """The cumulant function minus its linear part, its gradient and its curvature."""
    exponent = cells.log_mass + point[0] * term + point[1] * cells.count
    top = exponent.max(axis=1, keepdims=True)
    mass = np.exp(exponent - top)
    sums = mass.sum(axis=1)
    mass /= sums[:, None]
    value = float(cells.repeats @ (top[:, 0] + np.log(sums))) - point[0] * total - point[1] * rows
    mean_term, mean_count = (mass * term).sum(axis=1), (mass * cells.count).sum(axis=1)
    off_term, off_count = term - mean_term[:, None], cells.count - mean_count[:, None]
    weighted = mass * off_term
    both = float(cells.repeats @ (weighted * off_count).sum(axis=1))
    curve = np.array(
        [
            [float(cells.repeats @ (weighted * off_term).sum(axis=1)), both],
            [both, float(cells.repeats @ (mass * off_count**2).sum(axis=1))],
        ]
    )
    slope = np.array(
        [float(cells.repeats @ mean_term) - total, float(cells.repeats @ mean_count) - rows]
    )
    return value, slope, curve


@functools.lru_cache(maxsize=4)
def _cells(null: NullTables) -> _Cells:
    rows, repeats = np.unique(null.pooled, return_counts=True)
    rows = rows.astype(np.float64)[:, None]
    share = 1 - null.weight
    first, last = np.maximum(rows - null.n, 0), np.minimum(rows, null.m)
    count = np.minimum(first + np.arange(_POINTS), last)
    weight = (first + np.arange(_POINTS) <= last).astype(np.float64)
    is_wide = (last - first >= _POINTS)[:, 0]
    if is_wide.any():
        count[is_wide], weight[is_wide] = _spread_out(rows[is_wide], first[is_wide], last[is_wide], share)
    with np.errstate(divide="ignore"):
        log_mass = np.log(weight) + log_binomial(count, rows, share)
    log_mass -= np.log(np.exp(log_mass).sum(axis=1, keepdims=True))
    return _Cells(rows[:, 0], repeats.astype(np.float64), count, log_mass)


def _spread_out(rows, first, last, share):
    """Whole counts, close together near the mean and ever farther apart beyond, with how many
    counts each stands for."""
    mean, deviation = rows * share, np.sqrt(rows * share * (1 - share))
    half = _POINTS // 2
    dense = int(4 * _DENSE)
    near = np.arange(dense) * (_DENSE / dense)
    sides = []
    for edge, sign in ((first, -1), (last, 1)):
        far = np.maximum((edge - mean) * sign / deviation, _DENSE)
        beyond = _DENSE * (far / _DENSE) ** np.linspace(0, 1, half - dense)
        z = np.concatenate([np.broadcast_to(near, (len(rows), dense)), beyond], axis=1)
        sides.append(mean + sign * deviation * z)
    count = np.concatenate([sides[0][:, ::-1], sides[1]], axis=1)
    count = np.sort(np.clip(np.rint(count), first, last), axis=1)
    middle = np.floor((count[:, 1:] + count[:, :-1]) / 2)
    ends = np.concatenate([first - 1, middle, last], axis=1)
    return count, np.diff(ends, axis=1)
