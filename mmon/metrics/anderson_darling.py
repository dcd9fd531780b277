"""The Anderson-Darling distance: the squared gap between distributions, tails weighed up."""

from __future__ import annotations

import functools
import math

import numpy as np

from mmon.chance.ranks import largest_gap as two_values
from mmon.chance.ranks import quadratic_forms as null
from mmon.chance.ranks.bounds import Limits, integral_error, squared
from mmon.chance.ranks.pool import interpolated, pool
from mmon.metrics._ranked import Ranked
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.records.arrays import FloatArray, dot
from mmon.results import Score


class AndersonDarling(Ranked):
    """The squared gap between the distribution functions in units of its own variance.

    Measures
    --------
    ``∫ (F - G)² / (H (1 - H)) dH`` with H the pooled distribution, in the midrank version for
    ties: 0 for equal distributions, without an upper bound. A gap in a tail, where H (1 - H) is
    small, counts for more than the same gap in the middle. It does not grow
    with the number of rows; the k-sample statistic of Scholz and Stephens is
    ``A² = (n + m - 1) / (n + m) * n m / (n + m) * value``, and scipy standardises that.

    The p-value is that of the weighted sum of chi-squares the value follows under the null given
    the pooled values, with its exact mean; with two distinct values it is exact.

    Misleads when
    -------------
    Tails are noise: a few odd rows at either end weigh more here than in any other rank metric,
    though each still counts as one row.

    Example
    -------
    {a hundred numbers}
    >>> production = Ecdf.of(np.arange(100.0) + 15.5)
    >>> score = load("anderson_darling").score(reference, production)
    >>> round(score.value, 4), f"{score.p_value:.5f}"
    (0.1463, '0.00026')

    References
    ----------
    Scholz and Stephens, *K-sample Anderson-Darling tests*, JASA, 1987 (equation 7).
    ``scipy.stats.anderson_ksamp``.
    """

    bounds = (0.0, math.inf)
    is_squared = True

    def measure(self, ref: Ecdf, cur: Ecdf) -> Score:
        """The weighed squared gap and its error from compression."""
        both = pool(ref, cur)
        if len(both.values) == 1:
            return Score(0.0, 0.0, 1.0)
        ref_rows, cur_rows = interpolated(ref, cur)
        gap = _middle(ref_rows) / both.n - _middle(cur_rows) / both.m
        _, share, variance = _midranks(ref, cur)
        value = dot(share, gap * gap / variance)
        return Score(value, integral_error(value, ref, cur, _part))

    def noise_of_a_row(self, ref: Ecdf, cur: Ecdf) -> float:
        """The squared gap is measured by its own variance."""
        del ref, cur
        return 1.0

    def chance(self, value: float, ref: Ecdf, cur: Ecdf, m: int) -> float | None:
        both = pool(ref, cur)
        if len(both.values) == 1:
            return 1.0 if value <= 0.0 else 0.0
        if len(both.values) == 2:
            # Both midranks differ by half the gap: the value is gap**2 / (t (1 - t)).
            share = float(both.pooled_below[0]) / (both.n + both.m)
            gap = math.sqrt(max(value, 0.0) * share * (1.0 - share))
            return two_values.tail(gap, both.pooled_below, both.n, m)
        total = both.n + m
        return null.tail(value * (both.n * m / total) * ((total - 1) / total), _weights(ref, cur))


def _middle(rows: FloatArray) -> FloatArray:
    """Midranks: rows below each value and half of those at it."""
    return np.asarray(0.5 * (rows + np.append(0.0, rows[:-1])))


@functools.lru_cache(maxsize=8)
def _midranks(ref: Ecdf, cur: Ecdf) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Pooled midrank share, share of rows, and null variance factor at each pooled value."""
    both = pool(ref, cur)
    upto = both.pooled_below / (both.n + both.m)
    share = np.diff(upto, prepend=0.0)
    middle = upto - 0.5 * share
    return middle, share, middle * (1.0 - middle) - 0.25 * share


@functools.lru_cache(maxsize=8)
def _weights(ref: Ecdf, cur: Ecdf) -> FloatArray:
    middle, share, variance = _midranks(ref, cur)
    return null.eigenvalues(middle, share / variance, variance)


def _part(at: Limits, own: float, other: float) -> tuple[float, float]:
    """The least and the most that all rows of one side add to the integral."""
    low, high = squared(
        0.5 * (at.own_under[0] + at.own_upto[0] - at.other_under[1] - at.other_upto[1]),
        0.5 * (at.own_under[1] + at.own_upto[1] - at.other_under[0] - at.other_upto[0]),
    )
    smallest, largest = _variance_limits(at, own, other)
    with np.errstate(divide="ignore"):
        return dot(at.rows, low / largest), dot(at.rows, high / smallest)


def _variance_limits(at: Limits, own: float, other: float) -> tuple[FloatArray, FloatArray]:
    """Smallest and largest variance factor ``(3 s + t - (s + t)**2) / 4``; s below, t up to."""
    under = [own * at.own_under[i] + other * at.other_under[i] for i in (0, 1)]
    upto = [own * at.own_upto[i] + other * at.other_upto[i] for i in (0, 1)]
    # Concave in s + t and rising in s: smallest at a corner of the limits.
    corners = [(3.0 * s + t - (s + t) ** 2) / 4.0 for s in under for t in upto]
    smallest = np.maximum(np.minimum.reduce(corners), 0.0)
    # s <= t, so the factor is at most (s + t) / 2 (1 - (s + t) / 2).
    half = np.clip(0.5, 0.5 * (under[0] + upto[0]), 0.5 * (under[1] + upto[1]))
    return smallest, half * (1.0 - half)
