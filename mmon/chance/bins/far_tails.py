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

import numpy as np
from scipy.special import log_ndtr

from mmon.chance.bins.dealt_tables import NullTables, Terms
from mmon.chance.proportions import log_binomial
from mmon.records.arrays import FloatArray

# Counts considered per category: all of them up to so many, then points that spread out.
_POINTS = 128
# Those are so many a deviation up to this many deviations to both sides of the mean.
_PER_DEVIATION = 4
_DENSE = 6.0
_STEPS = 200
# Relative to the curvature at the start: keeps one that vanishes invertible, out of reach.
_RIDGE = 1e-9
# Share of all variance from which a category is dominant; at most three can be.
_DOMINANT = 0.25
# log of the smallest positive float, and a little beyond.
_LOWEST = -760.0


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """The distinct kinds of categories, and the rows that each side may have in them."""

    repeats: FloatArray  # (D,) categories of each kind
    # (D,) of production's rows
    mean: FloatArray
    variance: FloatArray
    # (D, P) pairs of counts and their probabilities
    ref: FloatArray
    cur: FloatArray
    log_mass: FloatArray


def log_tail(terms: Terms, total: float, null: NullTables) -> float:
    """Log of the probability that a sum of terms over all categories reaches ``total``.

    The total is above the sum's mean, and no term negative; -inf beyond the range of floats.
    """
    cells = _cells(null)
    term = terms(cells.ref / null.n, cells.cur / null.m, null.weight)
    # A sum of terms that are not negative reaches the total as soon as one of them does; without
    # the excess, one improbable count no longer passes for a likely way to a moderate total.
    term = np.minimum(term, total)
    sides = [_search(half, term, total, float(null.m)) for half in _halves(cells)]
    return float(np.logaddexp.reduce(sides))


def _halves(cells: _Cells) -> list[_Cells]:
    """The same cells, with each dominant one held to one side of its mean, in turn.

    A dominant category moves up or down with all the others against it, which a tilt of
    independent counts would not know.
    """
    share = cells.variance / (cells.variance @ cells.repeats)
    is_dominant = (share > _DOMINANT) & (cells.repeats == 1)
    halves = [cells]
    for index in np.flatnonzero(is_dominant):
        is_above = cells.cur[index] >= cells.mean[index]
        parted = []
        for half in halves:
            for side in (is_above, ~is_above):
                log_mass = half.log_mass.copy()
                log_mass[index, ~side] = -np.inf
                if np.isfinite(log_mass[index]).any():
                    parted.append(dataclasses.replace(half, log_mass=log_mass))
        halves = parted
    return halves


def _search(cells: _Cells, term: FloatArray, total: float, rows: float) -> float:
    """Newton's method for the saddlepoint in a growing region, and the tail there."""
    point = np.zeros(2)
    value, slope, curve = _tilted(cells, term, point, total, rows)
    # Both directions in units of their deviation by chance.
    spreads = np.sqrt(np.maximum(np.diag(curve), 0.0))
    unit = np.divide(1.0, spreads, out=np.zeros(2), where=spreads > 0)
    units, ridge = np.outer(unit, unit), _RIDGE * np.eye(2)
    radius = 2.0
    for _ in range(_STEPS):
        steepness = slope * unit
        step = -np.linalg.solve(curve * units + ridge, steepness)
        decrement = float(-steepness @ step)
        length = math.hypot(step[0], step[1])
        if length > radius:
            step *= radius / length
        tried = point + step * unit
        with np.errstate(over="ignore", invalid="ignore"):
            found = _tilted(cells, term, tried, total, rows)
        # Also refuses what overflowed.
        if not found[0] <= value + 1e-4 * float(steepness @ step):
            radius = min(length, radius) / 4
            if decrement < 1e-9 or radius < 1e-9:
                break
            continue
        radius = max(radius, 2.0 * min(length, radius))
        point, (value, slope, curve) = tried, found
        if decrement < 1e-9 or value < _LOWEST:
            break
    if value < _LOWEST:
        return -math.inf
    spread = float(curve[0, 0] - curve[0, 1] ** 2 / max(curve[1, 1], np.finfo(np.float64).tiny))
    root = max(float(point[0]), 0.0) * math.sqrt(max(spread, 0.0))
    return value + root * root / 2 + float(log_ndtr(-root))


def _tilted(
    cells: _Cells, term: FloatArray, point: FloatArray, total: float, rows: float
) -> tuple[float, FloatArray, FloatArray]:
    """The cumulant function minus its linear part, its gradient and its curvature."""
    exponent = cells.log_mass + point[0] * term + point[1] * cells.cur
    top = exponent.max(axis=1, keepdims=True)
    mass = np.exp(exponent - top)
    sums = mass.sum(axis=1)
    mass *= (cells.repeats / sums)[:, None]
    value = float(cells.repeats @ (top[:, 0] + np.log(sums))) - point[0] * total - point[1] * rows
    mean_term = (mass * term).sum(axis=1) / cells.repeats
    mean_count = (mass * cells.cur).sum(axis=1) / cells.repeats
    off_term, off_count = term - mean_term[:, None], cells.cur - mean_count[:, None]
    weighted = mass * off_term
    both = float(np.vdot(weighted, off_count))
    own, sums_own = float(np.vdot(weighted, off_term)), float(np.vdot(mass * off_count, off_count))
    slope = np.array([cells.repeats @ mean_term - total, cells.repeats @ mean_count - rows])
    return value, slope, np.array([[own, both], [both, sums_own]])


@functools.lru_cache(maxsize=4)
def _cells(null: NullTables) -> _Cells:
    """Binomial counts, or negative binomial ones where the bins move and the reference's stay."""
    share = 1 - null.weight
    is_held = len(null.held) > 0
    distinct, repeats = np.unique(null.held if is_held else null.pooled, return_counts=True)
    rows = distinct.astype(np.float64)[:, None]
    if is_held:
        first, last = np.zeros_like(rows), np.full_like(rows, float(null.m))
        mean, variance = rows * (share / null.weight), rows * (share / null.weight**2)
    else:
        first, last = np.maximum(rows - null.n, 0.0), np.minimum(rows, float(null.m))
        mean, variance = rows * share, rows * share * null.weight
    cur, weight = _points(mean, np.sqrt(variance), first, last)
    ref = np.broadcast_to(rows, cur.shape) if is_held else rows - cur
    with np.errstate(divide="ignore"):
        log_mass = np.log(weight) + log_binomial(cur, ref + cur, share)
        if is_held:
            # The last row of the bin is the reference's.
            log_mass += np.log(ref / (ref + cur))
    log_mass -= np.log(np.exp(log_mass).sum(axis=1, keepdims=True))
    return _Cells(repeats.astype(np.float64), mean[:, 0], variance[:, 0], ref, cur, log_mass)


def _points(
    mean: FloatArray, deviation: FloatArray, first: FloatArray, last: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(D, P) counts to consider from ``first`` to ``last``, and how many counts each stands for.

    Every count where there are few; else close together near the mean, and ever farther apart
    beyond, where only the order of magnitude matters.
    """
    half, dense = _POINTS // 2, int(_PER_DEVIATION * _DENSE)
    near = np.broadcast_to(np.arange(dense) / _PER_DEVIATION, (len(mean), dense))
    sides = []
    for edge, sign in ((first, -1), (last, 1)):
        far = np.maximum((edge - mean) * sign / deviation / _DENSE, 1.0)
        beyond = _DENSE * far ** np.linspace(0, 1, half - dense)
        sides.append(mean + sign * deviation * np.hstack([near, beyond]))
    spread = np.hstack([sides[0][:, ::-1], sides[1]])
    every = first + np.arange(_POINTS)
    count = np.where(last - first < _POINTS, every, np.sort(np.rint(spread), axis=1))
    count = np.clip(count, first, last)
    middle = np.floor((count[:, 1:] + count[:, :-1]) / 2)
    return count, np.diff(np.hstack([first - 1, middle, last]), axis=1)
