"""Latency quantiles: their value, its error and interval, and whether they changed.

All are distribution-free: an interval lies between two order statistics, and a change is tested by
how many rows of either side lie above the quantile of both sides together, which is hypergeometric
when nothing changed, whatever the distribution and its ties.

References
----------
David and Nagaraja, *Order Statistics*, 2003, ch. 7.1. Mood, *Introduction to the Theory of
Statistics*, 1950 (the median test). Hyndman and Fan, *Sample quantiles in statistical packages*,
The American Statistician 1996 (definition 1: a value that was seen).
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from scipy.special import bdtr, bdtrc, bdtrik

from mmon.chance.proportions import two_proportions
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.records.arrays import FloatArray

_TAIL = 0.025


@dataclasses.dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile of one side.

    Attributes
    ----------
    value, error : float
        The true one lies in [value - error, value].
    interval : (float, float) or None
        At 95 %; None with too few rows.
    """

    value: float
    error: float
    interval: tuple[float, float] | None


def quantile(ecdf: Ecdf, probability: float) -> Quantile:
    """A quantile of a column that has rows."""
    n, cumulative = ecdf.n, ecdf.cumulative

    def at_rank(rank: int) -> float:
        return float(ecdf.values[np.searchsorted(cumulative, min(max(rank, 1), n), side="left")])

    rank = max(1, math.ceil(probability * n - 1e-9))
    value = at_rank(rank)
    # The row of a rank lies between the retained values of that rank and of `uncertain` before it.
    error = value - at_rank(rank - ecdf.uncertain)
    # P(fewer than `low` rows below the true quantile) and P(`high` or more) are each 2.5 % at most.
    low = _binomial_quantile(_TAIL, n, probability)
    high = _binomial_quantile(1.0 - _TAIL, n, probability) + 1
    interval = None
    if low >= 1 and high <= n:
        interval = at_rank(low - ecdf.uncertain), at_rank(high)
    return Quantile(value, error, interval)


def _binomial_quantile(level: float, n: int, share: float) -> int:
    """The smallest k with P(K <= k) >= level."""
    guess = max(0, math.floor(float(bdtrik(level, n, share))) - 1)
    while bdtr(guess, n, share) < level:
        guess += 1
    return guess


def p_value(ref: Ecdf, cur: Ecdf, probability: float) -> float:
    """Two-sided p-value of "this quantile is the same on both sides", in (0, 1]."""
    values = np.concatenate([ref.values, cur.values]).astype(np.float64)
    mass = np.concatenate([ref.mass, cur.mass])
    at = _weighted_quantile(values, mass.astype(np.float64), probability)
    before, after = _above(ref, at), _above(cur, at)
    return _least_sure(before, ref.n, after, cur.n)


def longer(ecdf: Ecdf, by: float) -> Ecdf:
    """All latencies longer by a share of themselves, or shorter."""
    # Times so long that they overflow are longer than any.
    with np.errstate(over="ignore"):
        values, total = ecdf.values * (1.0 + by), ecdf.total * (1.0 + by)
    return dataclasses.replace(ecdf, values=values, total=total)


def p_value_at(ref: Ecdf, rise: float, rows: int, probability: float) -> float:
    """The p-value if all of production's latencies were the reference's, ``rise`` larger.

    Parameters
    ----------
    ref : Ecdf
    rise : float
        As a share of each latency; above -1.
    rows : int
        Of production.
    probability : float
    """
    values, raised = ref.values.astype(np.float64), longer(ref, rise).values
    both = np.concatenate([values, raised])
    mass = np.concatenate([ref.mass * 1.0, ref.mass * (rows / ref.n)])
    at = _weighted_quantile(both, mass, probability)
    before = _above(ref, at)[0]
    after = ref.n - int(ref.mass[raised <= at].sum())
    return two_proportions(before, ref.n, min(rows, round(after / ref.n * rows)), rows)


def p_value_against(cur: Ecdf, threshold: float, probability: float, *, is_floor: bool) -> float:
    """One-sided p-value of "the true quantile is on the good side of the threshold"."""
    cumulative = np.append(0, cur.cumulative)
    values = cur.values.astype(np.float64)
    if is_floor:
        # Retained values know how many rows are at or below them; others, at least so many.
        below = int(cumulative[np.searchsorted(values, threshold, side="left")])
        return float(bdtrc(below - 1, cur.n, probability)) if below else 1.0
    upto = int(cumulative[np.searchsorted(values, threshold, side="right")]) + cur.uncertain
    return float(bdtr(min(upto, cur.n), cur.n, probability))


def _weighted_quantile(values: FloatArray, mass: FloatArray, probability: float) -> float:
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(mass[order])
    rank = probability * cumulative[-1] * (1.0 - 1e-12)
    return float(values[order][np.searchsorted(cumulative, rank, side="left")])


def _above(ecdf: Ecdf, at: float) -> tuple[int, int]:
    """The most and the fewest rows that may lie above a value."""
    last = int(np.searchsorted(ecdf.values, at, side="right"))
    most = ecdf.n - int(ecdf.mass[:last].sum())
    # The cumulative count is exact at a retained value of an uncompressed part only.
    return most, max(0, most - ecdf.uncertain)


def _least_sure(before: tuple[int, int], n: int, after: tuple[int, int], m: int) -> float:
    """The p-value of those counts, inside their limits, whose shares differ least."""
    (most_ref, least_ref), (most_cur, least_cur) = before, after
    if most_ref * m < least_cur * n:
        return two_proportions(most_ref, n, least_cur, m)
    if least_ref * m > most_cur * n:
        return two_proportions(least_ref, n, most_cur, m)
    return 1.0
