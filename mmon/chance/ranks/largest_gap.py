"""The null distribution of the two-sample Kolmogorov-Smirnov distance, with ties.

Given the pooled values, the production rows at or below each of them are a sampling-without-
replacement process that can only be seen *between* distinct values. Few distinct values are
followed exactly; many are followed as a Brownian bridge that is checked at the large ties and,
between them, at so many points that the classical continuity correction serves.

References
----------
Hodges, *The significance probability of the Smirnov two-sample test*, Arkiv för Matematik, 1958
(the exact recursion). Siegmund, *Sequential Analysis*, 1985, ch. 10 (barriers shifted by the mean
overshoot). Ehrhard, *Symétrisation dans l'espace de Gauss*, Math. Scand., 1983 (the tail).
"""

from __future__ import annotations

import dataclasses
import math
from functools import lru_cache

import numpy as np
from scipy.special import gammaln, kolmogorov, ndtr, ndtri

from mmon.chance.proportions import most_chance
from mmon.chance.ranks.pool import resized
from mmon.records.arrays import FloatArray, IntArray, dot

# The exact recursion is used up to this many (distinct values x reachable counts).
_EXACT_CELLS = 2**15
_EXACT_VALUES = 160
# A probability below this is not taken for the complement of another.
_LOSSY = 1e-6
# A tie that holds more than this share of the rows is a step of its own (at most _STEPS of them).
_LARGE_TIE = 0.02
_STEPS = 12
_GRID = 64
# Factorials up to here come from one table.
_TABLE = 2**16
# Barriers beyond this (p < 1e-7) use Ehrhard's bound instead of the grid.
_FAR = 3.0
# Mean overshoot of a normal random walk over a barrier, in steps: -zeta(1/2) / sqrt(2 pi).
_OVERSHOOT = 0.5825971579390107


def tail(distance: float, below: IntArray, n: int, m: int) -> float:
    """P(max |F - G| >= distance) when both samples come from the pooled one.

    Non-increasing in ``distance``, which is in [0, 1]. ``below``, (J,) ascending, are the pooled
    rows at or below each distinct pooled value; where the last is not n + m, the shares count.
    """
    below = resized(below, n, m)
    if distance <= 0.0 or len(below) < 2:
        return 1.0 if distance <= 0.0 else 0.0
    if distance > 1.0 + 1e-12:
        return 0.0
    share = below[:-1] / (n + m)
    deviation = math.sqrt(n * m / (n + m) * float(np.max(share * (1.0 - share))))
    if len(below) <= _EXACT_VALUES and len(below) * 14.0 * deviation <= _EXACT_CELLS:
        return _exact_or_far(distance, below, n, m)
    return _bridge(distance, below, n, m)


def _exact_or_far(distance: float, below: IntArray, n: int, m: int) -> float:
    """The exact probability where its cost is bounded, an upper bound of it beyond."""
    total = n + m
    effective = n * m / total
    # As many reachable counts as the exact recursion may follow.
    reach = _EXACT_CELLS / (2.0 * effective * len(below))
    threshold = math.ceil(distance * n * m * (1.0 - 1e-12))
    if distance <= reach:
        return _exact(threshold, below, m)
    at_reach = _exact(math.ceil(reach * n * m), below, m)
    return min(at_reach, 2.0 * math.exp(-2.0 * effective * distance * distance))


def _exact(threshold: int, below: IntArray, m: int) -> float:
    """P(some |k_j N - m N_j| >= threshold), k_j the production rows among the first N_j of N."""
    n = int(below[-1]) - m
    # Where the complement would lose its digits, the (all positive) exits are summed instead.
    is_far = most_chance(threshold / (n * m), n, m, math.log(2.0 * len(below))) < _LOSSY
    inside, outside = _walk(threshold, below, m, with_exits=is_far)
    if 1.0 - inside > _LOSSY:
        return 1.0 - inside
    if not is_far:
        _, outside = _walk(threshold, below, m, with_exits=True)
    return min(1.0, outside)


def _walk(threshold: int, below: IntArray, m: int, *, with_exits: bool) -> tuple[float, float]:
    """Probability of staying within the band, and (where asked) of leaving it."""
    total = int(below[-1])
    chance = _Binomials(total, m / total)
    whole = float(chance.pmf(total, np.array([m]))[0])
    places = [0, *below[:-1].tolist()]
    # Python's numbers, which grow: the counts inside the band at each value.
    lows = [max(0, m - (total - now), (m * now - threshold) // total + 1) for now in places]
    highs = [min(m, now, -((-m * now - threshold) // total) - 1) for now in places]
    low, exits = 0, 0.0
    weight = np.ones(1)
    for now, new_low, new_high, (first, move) in zip(
        places[1:], lows[1:], highs[1:], _moves(chance, places, lows, highs), strict=True
    ):
        moved = np.convolve(weight, move)
        start = low + first
        if with_exits:
            rest = chance.pmf_reversed(total - now, m, start, len(moved))
            ends = moved * rest
            exits += float(ends[: max(0, new_low - start)].sum())
            exits += float(ends[max(0, new_high + 1 - start) :].sum())
        if new_low > new_high:
            return 0.0, exits / whole
        low = max(new_low, start)
        weight = moved[low - start : new_high + 1 - start]
    final = weight * chance.pmf_reversed(total - places[-1], m, low, len(weight))
    return float(final.sum()) / whole, exits / whole


def _moves(
    chance: _Binomials, places: list[int], lows: list[int], highs: list[int]
) -> list[tuple[int, FloatArray]]:
    """From each place to the next, the fewest hits that matter and the chances of so many or more;
    all in one go, because a place has few."""
    rows = np.diff(places)
    wide = 4 * (np.array(highs[1:]) - lows[1:]) + 64
    first = np.maximum(0, np.array(lows[1:]) - highs[:-1] - wide)
    last = np.minimum(rows, np.array(highs[1:]) - lows[:-1] + wide)
    lengths = np.maximum(0, last - first + 1)
    ends = np.cumsum(lengths)
    hits = np.arange(ends[-1]) - np.repeat(ends - lengths - first, lengths)
    chances = np.split(chance.pmf(np.repeat(rows, lengths), hits), ends[:-1])
    return list(zip(first.tolist(), chances, strict=True))


class _Binomials:
    """Binomial probabilities of one success rate."""

    def __init__(self, largest: int, rate: float) -> None:
        self._is_small = largest < _TABLE
        self._success = math.log(rate)
        self._failure = math.log1p(-rate)

    def pmf(self, rows: IntArray | int, hits: IntArray) -> FloatArray:
        """P(so many successes) among so many rows."""
        if self._is_small:
            table = _log_factorials()
            ways = table[rows] - table[hits] - table[rows - hits]
        else:
            ways = gammaln(rows + 1) - gammaln(hits + 1) - gammaln(rows - hits + 1)
        log: FloatArray = ways + hits * self._success + (rows - hits) * self._failure
        return np.exp(log)

    def pmf_reversed(self, rows: int, m: int, start: int, length: int) -> FloatArray:
        """P(m - start), P(m - start - 1), … successes among ``rows``; 0 where impossible."""
        result = np.zeros(length)
        # Places of the result whose number of successes is between 0 and rows.
        first = max(0, m - start - rows)
        last = min(length - 1, m - start)
        if first <= last:
            result[first : last + 1] = self.pmf(rows, m - start - np.arange(first, last + 1))
        return result


@lru_cache(maxsize=1)
def _log_factorials() -> FloatArray:
    return gammaln(np.arange(_TABLE) + 1.0)


def _bridge(distance: float, below: IntArray, n: int, m: int) -> float:
    """P(some |F - G| >= distance) for a Brownian bridge seen at the pooled values."""
    total = n + m
    # The exact variance of F - G at t is t (1 - t) / scale**2.
    scale = math.sqrt(n * m / total * (total - 1) / total)
    barrier = distance * scale
    steps = _steps(below, n, m)
    if len(steps) == 1:
        return float(kolmogorov(barrier + steps[0].shift))
    if barrier <= _FAR:
        return _crossing(barrier, steps)
    # Among symmetric convex sets the normal quantile of a Gaussian measure is concave in the
    # radius, and its slope falls to 1 / sigma: going on with that slope bounds p from above.
    share = below[:-1] / total
    sigma = math.sqrt(float(np.max(share * (1.0 - share))))
    near = max(_crossing(_FAR, steps), 1e-300)
    return float(ndtr(ndtri(near) - (barrier - _FAR) / sigma))


@dataclasses.dataclass(frozen=True, slots=True)
class _Step:
    """A part of the time axis: one large tie, or a stretch of values that are seen throughout."""

    length: float
    shift: float
    is_tie: bool


def _steps(below: IntArray, n: int, m: int) -> list[_Step]:
    total = n + m
    rows = np.diff(below, prepend=0)
    large = np.flatnonzero(rows > _LARGE_TIE * total)
    if len(large) > _STEPS:
        large = np.sort(large[np.argsort(-rows[large], kind="stable")[:_STEPS]])
    found: list[_Step] = []
    start = 0
    for place in [*large.tolist(), len(rows)]:
        stretch = rows[start:place]
        if len(stretch):
            found.append(_Step(float(stretch.sum()) / total, _shift(stretch, n, m), False))
        if place < len(rows):
            found.append(_Step(float(rows[place]) / total, 0.0, True))
        start = place + 1
    return found


def _shift(rows: IntArray, n: int, m: int) -> float:
    """How far a barrier moves outward because it is only checked between distinct values."""
    total = n + m
    span = math.gcd(n, m) / total
    # Ladder heights of single rows are uniform on the lattice: mean overshoot (1 - 2 span) / 6
    # over both barriers. Many rows a step: that of a normal walk. Both in production rows.
    single = (1.0 - 2.0 * span) / 6.0 + span / 2.0
    weight = rows / rows.sum()
    ties = n / total * m / total * (rows - 1)
    overshoot = dot(weight, np.sqrt(_OVERSHOOT**2 * ties + single**2)) - span / 2.0
    return overshoot / math.sqrt(n * m / total)


def _crossing(barrier: float, steps: list[_Step]) -> float:
    """P(a Brownian bridge leaves (-barrier, barrier)), as the sum of its exits step by step."""
    width = 2.0 * barrier / _GRID
    grid: FloatArray = (np.arange(_GRID, dtype=np.float64) + 0.5) * width - barrier
    place: FloatArray = np.zeros(1)
    chance: FloatArray = np.ones(1)
    left = 0.0
    time = 0.0
    for step in steps[:-1]:
        leave, move = _transition(place, grid, barrier, step, 1.0 - time, width)
        left += dot(leave, chance)
        chance = move @ chance
        place = grid
        time += step.length
    last = steps[-1]
    if not last.is_tie:
        left += dot(_crossed(place, np.zeros(1), barrier + last.shift, last)[0], chance)
    return min(1.0, left)


def _transition(
    place: FloatArray, grid: FloatArray, barrier: float, step: _Step, remaining: float, width: float
) -> tuple[FloatArray, FloatArray]:
    """Chance to leave from each place within the step, and to be at each grid point after it."""
    pull = max(0.0, 1.0 - step.length / remaining)
    deviation = math.sqrt(step.length * pull)
    mean = place * pull
    above = ndtr((mean - barrier) / deviation) + ndtr((-mean - barrier) / deviation)
    distance = (grid[:, None] - mean) / deviation
    inside = np.exp(-0.5 * distance * distance) * (width / deviation / math.sqrt(2.0 * math.pi))
    if step.is_tie:
        leave, stay = above, inside
    else:
        crossed = inside * _crossed(place, grid, barrier + step.shift, step)
        leave, stay = above + crossed.sum(axis=0), inside - crossed
    # The grid is coarse for short steps: each column still has to sum to one.
    whole = above + inside.sum(axis=0)
    return leave / whole, stay / whole


def _crossed(place: FloatArray, end: FloatArray, barrier: float, step: _Step) -> FloatArray:
    """P(a bridge from ``place`` to ``end`` over the step leaves (-barrier, barrier)), by images."""
    rate = 2.0 / step.length
    end = end[:, None]
    up = (barrier - place) * (barrier - end)
    down = (barrier + place) * (barrier + end)
    result = np.exp(-rate * up) + np.exp(-rate * down)
    if 2.0 * rate * barrier * barrier < 80.0:
        gap = end - place
        for turn in (1, 2, 3):
            wide = 2.0 * turn * barrier
            for signed in (wide, -wide):
                result -= np.exp(-rate * signed * (signed + gap))
            far = (2.0 * turn + 1.0) * barrier
            for near in (place + end, -place - end):
                # ((2 far' - x - y)**2 - (y - x)**2) / 4 with far' = (2 turn + 1) barrier
                result += np.exp(-rate * (far * far - far * near + place * end))
    return np.asarray(np.clip(result, 0.0, 1.0))
