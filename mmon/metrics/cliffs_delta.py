"""Cliff's delta: how much more often production's value is the larger one of a random pair."""

from __future__ import annotations

import functools

import numpy as np

from mmon.chance.ranks import largest_gap as two_values
from mmon.chance.ranks import means as null
from mmon.chance.ranks.pool import pool
from mmon.metrics._ranked import Ranked
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.records.arrays import dot
from mmon.results import Score


class CliffsDelta(Ranked):
    """The chance that a production row exceeds a reference row, minus that it falls below.

    Measures
    --------
    ``P(production > reference) - P(production < reference)`` over all pairs of rows: -1 when all
    of production lies below, 0 for equal distributions, 1 when all of it lies above. It equals
    ``2 AUC - 1`` of a classifier that tells production from reference by this value alone.
    Thresholds are compared with its magnitude. It depends on ranks only and is robust.

    The p-value is that of the Mann-Whitney test, two-sided, given the pooled values: the
    permutation distribution of the rank sum with its tie-corrected variance; with two distinct
    values it is exact.

    Misleads when
    -------------
    Distributions differ in spread or shape but neither is the larger: delta is 0 however far
    apart they are. The p-value is about equal distributions, not about delta = 0 alone.

    Example
    -------
    {numbers}
    >>> reference = Ecdf.of(np.arange(50.0))
    >>> production = Ecdf.of(np.arange(50.0) + 10)
    >>> score = load("cliffs_delta").score(reference, production)
    >>> round(score.value, 6), f"{score.p_value:.4f}"
    (0.36, '0.0018')

    References
    ----------
    Cliff, *Dominance statistics*, Psychological Bulletin, 1993 (0.147 is small, 0.33 medium,
    0.474 large after Romano et al., 2006). Mann and Whitney, 1947.
    ``sklearn.metrics.roc_auc_score``, ``scipy.stats.mannwhitneyu``.
    """

    # Exchanging the sides changes the sign.
    is_symmetric = False
    bounds = (-1.0, 1.0)

    def measure(self, ref: Ecdf, cur: Ecdf) -> Score:
        """Delta with its sign and its error from compression."""
        both = pool(ref, cur)
        under = both.ref_below - np.diff(both.ref_below, prepend=0)
        # Each production row beats the reference rows below it and loses to those above it.
        wins = (under + both.ref_below - both.n).astype(np.float64)
        value = dot(np.diff(both.cur_below, prepend=0) / both.m, wins) / both.n
        value = min(1.0, max(-1.0, value))
        # Twice the distribution function of one side, averaged over the other: delta moves by
        # twice the rank error of each, in opposite directions.
        error = 2.0 * max(ref.rank_error, cur.rank_error)
        return Score(value, error)

    def chance(self, value: float, ref: Ecdf, cur: Ecdf, m: int) -> float | None:
        both = pool(ref, cur)
        if len(both.values) <= 2:
            return two_values.tail(abs(value), both.pooled_below, both.n, m)
        # Delta is the difference of the mean midranks in units of half of all rows.
        return null.tail(0.5 * abs(value), _population(ref, cur), both.n, m)


@functools.lru_cache(maxsize=8)
def _population(ref: Ecdf, cur: Ecdf) -> null.Population:
    """Pooled midranks, as shares of all rows, around their mean of one half."""
    both = pool(ref, cur)
    rows = both.n + both.m
    mass = np.diff(both.pooled_below, prepend=0)
    deviation = (both.pooled_below - 0.5 * mass) / rows - 0.5
    return null.population(deviation, mass)
