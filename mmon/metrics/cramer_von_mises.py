"""The Cramér-von Mises distance: the mean squared gap between two distribution functions."""

from __future__ import annotations

import functools

import numpy as np

from mmon.chance.ranks import largest_gap as two_values
from mmon.chance.ranks import quadratic_forms as null
from mmon.chance.ranks.bounds import Limits, integral_error, squared
from mmon.chance.ranks.pool import interpolated, pool
from mmon.metrics._ranked import Ranked
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.records.arrays import FloatArray, dot
from mmon.results import Score


class CramerVonMises(Ranked):
    """The squared gap between the two distribution functions, averaged over all rows.

    Measures
    --------
    ``∫ (F - G)² dH`` with H the distribution of both samples pooled: 0 for equal distributions,
    at most 1/3
    without ties and 1 with them. It does not grow with the number of rows; scipy's statistic is
    ``T = n m / (n + m) * value`` where no values are tied. Like ``ks`` it depends on ranks only
    and is robust, but it adds up the whole range: a broad small shift shows sooner.

    The p-value is that of the weighted sum of chi-squares the value follows under the null given
    the pooled values, with its exact mean, so ties of any size are accounted for; with two
    distinct values it is exact.

    Misleads when
    -------------
    The change is in the tails (see ``anderson_darling``) or confined to few rows. Values are
    squares: 0.01 is a typical gap of 0.1.

    Example
    -------
    {a hundred numbers}
    >>> production = Ecdf.of(np.arange(100.0) + 15.5)
    >>> score = load("cramer_von_mises").score(reference, production)
    >>> round(score.value, 5), f"{score.p_value:.5f}"
    (0.02157, '0.00167')

    References
    ----------
    Anderson, *On the distribution of the two-sample Cramér-von Mises criterion*, Ann. Math.
    Stat., 1962. ``scipy.stats.cramervonmises_2samp``.
    """

    is_squared = True

    def measure(self, ref: Ecdf, cur: Ecdf) -> Score:
        """The mean squared gap and its error from compression."""
        both = pool(ref, cur)
        if both.ref_slack or both.cur_slack:
            ref_rows, cur_rows = interpolated(ref, cur)
            gap = ref_rows / both.n - cur_rows / both.m
        else:
            gap = both.difference
        mass = np.diff(both.pooled_below, prepend=0)
        value = dot(mass, gap * gap) / (both.n + both.m)
        return Score(value, integral_error(value, ref, cur, _part))

    def noise_of_a_row(self, ref: Ecdf, cur: Ecdf) -> float:
        """The mean of the squared bridge over the pooled values."""
        both = pool(ref, cur)
        below = both.pooled_below / (both.n + both.m)
        return dot(np.diff(below, prepend=0.0), below * (1.0 - below))

    def chance(self, value: float, ref: Ecdf, cur: Ecdf, m: int) -> float | None:
        both = pool(ref, cur)
        if len(both.values) == 2:
            # The value is the squared gap at the lower value times its share.
            share = float(both.pooled_below[0]) / (both.n + both.m)
            gap = (max(value, 0.0) / share) ** 0.5
            return two_values.tail(gap, both.pooled_below, both.n, m)
        total = both.n + m
        return null.tail(value * (both.n * m / total) * ((total - 1) / total), _weights(ref, cur))


@functools.lru_cache(maxsize=8)
def _weights(ref: Ecdf, cur: Ecdf) -> FloatArray:
    both = pool(ref, cur)
    time = both.pooled_below[:-1] / (both.n + both.m)
    return null.eigenvalues(time, np.diff(time, prepend=0.0), time * (1.0 - time))


def _part(at: Limits, own: float, other: float) -> tuple[float, float]:
    del own, other
    low, high = squared(at.own_upto[0] - at.other_upto[1], at.own_upto[1] - at.other_upto[0])
    return dot(at.rows, low), dot(at.rows, high)
