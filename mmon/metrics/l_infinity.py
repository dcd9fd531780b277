"""The L-infinity distance: the category whose share changed most."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr

from mmon.chance.bins.any_share import any_share_tail
from mmon.chance.bins.dealt_tables import NullTables
from mmon.chance.bins.table import tabulate
from mmon.metrics._binned import ROUNDING, Binned
from mmon.profiles.distributions import Distribution
from mmon.records.arrays import FloatArray

_TINY = np.finfo(np.float64).tiny
# Sizes at which the distribution of the largest difference is computed.
_POINTS = 256


class LInfinity(Binned):
    """The largest difference in share of any single category.

    Measures
    --------
    The largest absolute difference, over all categories or bins, between the reference's and
    production's share: 0 for equal shares, 1 when each side has one category, another one. It
    answers which single category changed, and is the metric of TensorFlow Data Validation.

    {p-value}

    Misleads when
    -------------
    A change is spread over many categories: each moves little, all together much
    (``total_variation`` adds them up). On numeric columns it depends on the number of bins.
    {missing values}

    Options
    -------
    {bins}

    Example
    -------
    {score of three regions}
    ('0.2000', '0.009')

    References
    ----------
    Breck et al., *Data validation for machine learning*, MLSys 2019.
    """

    # Each misplaced row changes a share by at most its own.
    is_true_distance = True

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """The absolute difference."""
        return np.abs(p - q)

    def combine(self, terms: FloatArray) -> FloatArray:
        """The largest."""
        return np.asarray(terms.max(axis=-1))

    def by_chance(self, ref: Distribution, cur: Distribution) -> float:
        """The median of the largest of as many normal differences."""
        table = tabulate(ref, cur, self.bins)
        n, m = table.ref.rows, table.cur.rows
        shares = (table.ref.mass + table.cur.mass) / (n + m)
        spread = np.sqrt(shares * (1.0 - shares) * (1.0 / n + 1.0 / m))
        size = np.linspace(0.0, 6.0 * float(spread.max()), _POINTS)[:, None]
        below = np.prod(2.0 * ndtr(size / np.maximum(spread, _TINY)) - 1.0, axis=1)
        return float(np.interp(0.5, below, size[:, 0]))

    def deal_values(self, null: NullTables) -> FloatArray:
        """(R,) values that chance alone gives, when all categories are drawn."""
        return self.distance(null.ref / null.n, null.cur / null.m, null.weight)

    def chance(self, value: float, null: NullTables) -> float:
        """Probability of at least ``value`` by chance; among many categories, by formula."""
        if len(null.rest):
            return math.exp(min(0.0, self.log_tail(value, null)))
        return super().chance(value, null)

    def log_tail(self, value: float, null: NullTables) -> float:
        """Log of the chance that any category's difference reaches ``value``, with ties by half."""
        at_least, more = (any_share_tail(value * (1 + sign * ROUNDING), null) for sign in (-1, 1))
        return float(np.logaddexp(at_least, more)) - math.log(2)
