"""Whether two proportions differ: the exact conditional test of a 2 x 2 table, for any counts.

Given the margins, the count of one cell is hypergeometric when nothing changed. Small tables are
summed exactly; large ones use the saddlepoint approximation, whose relative error shrinks with the
variance and stays small far in the tails, down to the smallest positive float.

References
----------
Loader, *Fast and accurate computation of binomial probabilities*, 2000 (the mass function).
Skovgaard, *Saddlepoint expansions for conditional distributions*, J. Appl. Probab. 1987; Butler,
*Saddlepoint Approximations with Applications*, 2007 (the tail, with the second lattice
correction). Lancaster, *Significance tests in discrete distributions*, JASA 1961 (mid-p).
"""

from __future__ import annotations

import functools
import math

import numpy as np
from scipy.special import betainc, betaincc, betaincinv, gammaln, log_ndtr

from mmon.chance.levels import beyond
from mmon.records.arrays import FloatArray

Interval = tuple[float, float]

# Standard normal quantile at (1 + LEVEL) / 2.
Z = 1.959963984540054

# Standard deviations of the cell up to which the tail is summed term by term.
_SUMMED_SD = 50.0
# A p-value is never 0: this is the smallest normal float.
SMALLEST = float(np.finfo(np.float64).tiny)
# Stirling's series is exact to double precision from here on.
_STIRLING_FROM = 16.0
_STIRLING = (1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12)


def one_sided(hits: int, rows: int, share: float, *, is_floor: bool) -> float:
    """Exact binomial p-value of "the true share is on the good side of a level".

    Parameters
    ----------
    hits, rows : int
        Rows that have the property, of how many.
    share : float
        The level; one outside [0, 1] is taken for the nearest share.
    is_floor : bool
        Whether the good side is above the level.

    Returns
    -------
    float in [0, 1]; the same as ``scipy.stats.binomtest`` with one alternative.
    """
    level = min(max(share, 0.0), 1.0)
    if is_floor:
        return float(betaincc(hits + 1.0, rows - hits, level)) if hits < rows else 1.0
    return float(betainc(hits, rows - hits + 1.0, level)) if hits else 1.0


def risen(
    k_ref: float, n: float, k_cur: float, m: float, level: float, scale: float = 1.0
) -> float:
    """One-sided p-value of "production's share is at most ``scale`` times the reference's + level".

    Normal, with one hit and one miss more on either side.

    References
    ----------
    Agresti and Caffo, *Simple and effective confidence intervals for proportions and differences of
    proportions result from adding two successes and two failures*, The American Statistician 2000.
    """
    if not n or not m:
        return 1.0
    return beyond(k_cur / m - scale * k_ref / n - level, _rise_deviation(k_ref, n, k_cur, m, scale))


def rise_interval(k_ref: int, n: int, k_cur: int, m: int) -> Interval:
    """The differences of production's share and the reference's that `risen` does not contradict.

    At 95 %; both sides have rows.
    """
    difference, half = k_cur / m - k_ref / n, Z * _rise_deviation(k_ref, n, k_cur, m)
    return max(-1.0, difference - half), min(1.0, difference + half)


def _rise_deviation(k_ref: float, n: float, k_cur: float, m: float, scale: float = 1.0) -> float:
    before, after = (k_ref + 1.0) / (n + 2.0), (k_cur + 1.0) / (m + 2.0)
    variance = after * (1.0 - after) / (m + 2.0) + scale**2 * before * (1.0 - before) / (n + 2.0)
    return math.sqrt(variance)


def ratio_risen(k_ref: int, n: int, k_cur: int, m: int, ratio: float) -> float:
    """One-sided p-value of "production's share is at most ``ratio`` times the reference's".

    Exact for counts of rare events, given their sum; for others it is too large, never too small.

    References
    ----------
    Przyborowski and Wilenski, *Homogeneity of results in testing samples from Poisson series*,
    Biometrika 1940.
    """
    return one_sided(k_cur, k_ref + k_cur, ratio * m / (n + ratio * m), is_floor=False)


def ratio_interval(k_ref: int, n: int, k_cur: int, m: int, tail: float) -> Interval:
    """The ratios of production's share to the reference's that `ratio_risen` does not contradict.

    ``tail`` is the probability beyond either end; some row must have the property. The upper end
    is infinite where no row of the reference has it.
    """
    low = float(betaincinv(k_cur, k_ref + 1.0, tail)) if k_cur else 0.0
    high = float(betaincinv(k_cur + 1.0, k_ref, 1.0 - tail)) if k_ref else 1.0
    ends = (share * n / ((1.0 - share) * m) if share < 1.0 else math.inf for share in (low, high))
    return next(ends), next(ends)


# Most columns of a table miss as many values: none.
@functools.lru_cache(maxsize=1024)
def two_proportions(k_ref: int, n: int, k_cur: int, m: int) -> float:
    """Two-sided mid-p-value of "both shares are the same".

    A table is at least as extreme as the observed one when the difference of its shares is at
    least as large; tables exactly as extreme count by half.

    Parameters
    ----------
    k_ref, k_cur : int
        Rows that have the property, of ``n`` and of ``m``.
    n, m : int
        Rows of the reference and of production.

    Returns
    -------
    float in (0, 1]; 1 when a side has no rows.

    Raises
    ------
    ValueError
        When a count is negative or larger than its total.
    """
    if not (0 <= k_ref <= n and 0 <= k_cur <= m):
        raise ValueError(f"not counts of totals: {k_ref} of {n}, {k_cur} of {m}")
    total = k_ref + k_cur
    if not n or not m or total in (0, n + m) or k_ref * m == k_cur * n:
        return 1.0
    # |k/m - (total - k)/n| is symmetric about the mean of k; integers keep ties exact.
    distance = abs(k_cur * (n + m) - total * m)
    lower, lower_ties = divmod(total * m - distance, n + m)
    upper, rest = divmod(total * m + distance, n + m)
    upper += rest > 0
    return two_tails(int(lower), int(upper), total, n, m, ties=(lower_ties == 0, rest == 0))


def most_chance(gap: float, n: int, m: int, log_sets: float) -> float:
    """Upper bound of the chance that some set's shares of n and of m rows differ by ``gap``.

    One set's share of m rows drawn out of all n + m is bounded by Serfling (*Probability
    inequalities for the sum in sampling without replacement*, Ann. Stat. 1974); the sets, of whose
    number this takes the logarithm, add up.
    """
    if gap <= 0.0 or not n or not m:
        return 1.0
    return math.exp(min(0.0, log_sets - 2.0 * n * m / (n + m) * gap * gap))


def two_tails(
    lower: int, upper: int, total: int, n: int, m: int, *, ties: tuple[bool, bool] = (False, False)
) -> float:
    """P(K <= lower) + P(K >= upper) for K, the production rows among ``total`` of n + m.

    A tail whose ``ties`` is set counts its first value by half.
    """
    first, last = max(0, total - n), min(total, m)
    p = 0.0
    if lower >= first:
        # K has the same law as total - K with the sides exchanged.
        p += _upper_tail(total - lower, total, m, n, half=ties[0])
    if upper <= last:
        p += _upper_tail(upper, total, n, m, half=ties[1])
    return min(1.0, max(p, SMALLEST))


def _upper_tail(start: int, total: int, n: int, m: int, *, half: bool) -> float:
    """P(K >= start), or P(K > start) + P(K = start) / 2."""
    start = max(0, total - n, start)
    rows = n + m
    variance = total / rows * m / rows * (rows - total) / rows * n
    if variance <= _SUMMED_SD**2:
        last = min(total, m)
        # Far beyond ten deviations past its start a tail's terms have no weight left.
        mean = total * (m / rows)
        reach = int(max(start, mean) + 12 * math.sqrt(variance) + 50)
        k = np.arange(start, min(last, reach) + 1, dtype=np.float64)
        mass = np.exp(log_hypergeometric(k, total, n, m))
        if half:
            mass[0] /= 2
        return float(mass.sum())
    at = np.array([float(start)])
    tail = math.exp(float(log_tail(at, np.array([float(total)]), n, m)[0]))
    if half:
        tail -= math.exp(float(log_hypergeometric(at, total, n, m)[0])) / 2
    return tail


def log_hypergeometric(k: FloatArray, total: float, n: float, m: float) -> FloatArray:
    """Log-probability of ``k`` production rows among ``total`` of n + m, by Loader's method."""
    share = m / (n + m)
    return (
        log_binomial(k, total, share)
        + log_binomial(m - k, n + m - total, share)
        - log_binomial(np.array([m], dtype=np.float64), n + m, share)
    )


def log_binomial(k: FloatArray, n: FloatArray | float, share: float) -> FloatArray:
    """Log-probability of ``k`` successes in ``n`` trials, by Loader's method."""
    rest = n - k
    inside = (k > 0) & (rest > 0)
    safe_k, safe_rest = np.where(inside, k, 1.0), np.where(inside, rest, 1.0)
    safe_n = safe_k + safe_rest
    log_mass = (
        _stirling_error(safe_n)
        - _stirling_error(safe_k)
        - _stirling_error(safe_rest)
        - _deviance(safe_k, safe_n * share)
        - _deviance(safe_rest, safe_n * (1 - share))
        + 0.5 * np.log(safe_n / (2 * math.pi * safe_k * safe_rest))
    )
    at_end = np.where(k > 0, k * math.log(share), rest * math.log1p(-share))
    return np.where(inside, log_mass, at_end)


def _stirling_error(n: FloatArray) -> FloatArray:
    """log n! minus Stirling's formula."""
    big = np.maximum(n, _STIRLING_FROM)
    series = np.polyval(_STIRLING, 1 / (big * big)) / big
    small = np.minimum(n, _STIRLING_FROM)
    formula = (small + 0.5) * np.log(small) - small + 0.5 * math.log(2 * math.pi)
    direct = gammaln(small + 1) - formula
    return np.where(n >= _STIRLING_FROM, series, direct)


def _deviance(x: FloatArray, mean: FloatArray) -> FloatArray:
    """x log(x / mean) - x + mean, without cancellation near the mean."""
    away = (x - mean) / mean
    return mean * ((1 + away) * np.log1p(away) - away)


def log_tail(start: FloatArray, total: FloatArray, n: float, m: float) -> FloatArray:
    """Log of P(K >= start) by the saddlepoint, for starts inside the support.

    Each start is above max(0, total - n) and at most min(total, m).
    """
    rows = n + m
    # The second continuity correction cuts half a row before the start.
    k = start - 0.5
    cells = (k, m - k, total - k, n - total + k)
    margins = (total * m, (rows - total) * m, total * n, (rows - total) * n)
    deviance = np.zeros_like(k)
    for cell, margin in zip(cells, margins, strict=True):
        deviance = deviance + _deviance(cell, margin / rows)
    signed = np.sqrt(2 * np.maximum(deviance, 0)) * np.where(k * rows >= total * m, 1, -1)
    log_odds = np.log(cells[0] / cells[1]) - np.log(cells[2] / cells[3])
    spread = (cells[0] * cells[1] / m) * (cells[2] * cells[3] / n)
    spread = spread / (total * (rows - total) / rows)
    wald = 2 * np.sinh(log_odds / 2) * np.sqrt(spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        corrected = signed + np.log(wald / signed) / signed
    # At the mean both roots vanish, and so does the correction, to first order.
    near = np.abs(signed) < 1e-5
    return np.asarray(log_ndtr(-np.where(near, signed, corrected)))


def wilson(successes: float, rows: float) -> Interval:
    """Wilson's score interval of a proportion.

    References
    ----------
    Wilson, *Probable inference*, JASA 1927; Brown, Cai and DasGupta, *Interval estimation for a
    binomial proportion*, Statistical Science 2001.
    """
    share, z2 = successes / rows, Z * Z
    center = (share + z2 / (2 * rows)) / (1 + z2 / rows)
    half = Z / (1 + z2 / rows) * math.sqrt(share * (1 - share) / rows + z2 / (4 * rows * rows))
    # At the ends the formula gives the end itself, but for rounding.
    low = 0.0 if successes <= 0 else max(0.0, center - half)
    high = 1.0 if successes >= rows else min(1.0, center + half)
    return low, high
