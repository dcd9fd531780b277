"""The Kolmogorov-Smirnov distance: the largest gap between two distribution functions."""

from __future__ import annotations

import math

import numpy as np

from mmon.chance.ranks import largest_gap as null
from mmon.chance.ranks.pool import pool
from mmon.metrics._ranked import Ranked
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.results import Score

# sqrt(pi / 2) log 2: Kolmogorov's distribution.
_MEAN_LARGEST = 0.8687


class KolmogorovSmirnov(Ranked):
    """The largest gap between the two distribution functions.

    Measures
    --------
    The largest difference, over all thresholds x, between the share of reference rows and the
    share of production rows that are at most x: 0 for equal distributions, 1 when they do not
    overlap. It depends on ranks only: any increasing change of unit leaves it alone, and one
    outlier moves it by at most one row's share, so it is the robust default.

    The p-value is two-sample, two-sided and conditional on the pooled values, so that it holds
    with ties: with few distinct values it is exact; with many it is that of a Brownian bridge
    seen at the large ties, continuity-corrected in between. On compressed summaries it is that of
    ``value - error``, and so never too small.

    Misleads when
    -------------
    The change is in the tails: there both functions are near 0 or 1 and no gap can open
    (``anderson_darling`` weighs tails up). Two opposite changes are not told from a single one.
    With very many rows any difference is significant: the thresholds on the value decide.

    Example
    -------
    {a hundred numbers}
    >>> production = Ecdf.of(np.arange(100.0) + 25)
    >>> score = load("ks").score(reference, production)
    >>> score.value, f"{score.p_value:.4f}"
    (0.25, '0.0037')

    References
    ----------
    Hodges, *The significance probability of the Smirnov two-sample test*, 1958. Conover,
    *Practical Nonparametric Statistics*, ch. 6. ``scipy.stats.ks_2samp`` gives the same value.
    """

    def measure(self, ref: Ecdf, cur: Ecdf) -> Score:
        """The largest gap and its error from compression."""
        value = float(np.max(np.abs(pool(ref, cur).difference)))
        # Each function is underestimated by at most its own rank error, and they are subtracted.
        error = max(ref.rank_error, cur.rank_error)
        return Score(value, error)

    def noise_of_a_row(self, ref: Ecdf, cur: Ecdf) -> float:
        """The mean of the largest value of a Brownian bridge, less where few values are."""
        both = pool(ref, cur)
        below = both.pooled_below / (both.n + both.m)
        return _MEAN_LARGEST * 2.0 * math.sqrt(float(np.max(below * (1.0 - below))))

    def chance(self, value: float, ref: Ecdf, cur: Ecdf, m: int) -> float | None:
        certain = abs(value) - max(ref.rank_error, cur.rank_error)
        both = pool(ref, cur)
        return null.tail(certain, both.pooled_below, both.n, m)
