"""The total variation distance: half the sum of the differences in share."""

from __future__ import annotations

import functools

import numpy as np

from mmon.chance.bins import unbiased
from mmon.chance.bins.table import Table, tabulate
from mmon.chance.levels import beyond
from mmon.chance.proportions import Z
from mmon.metrics._binned import Binned
from mmon.profiles.distributions import Distribution
from mmon.records.arrays import FloatArray


class TotalVariation(Binned):
    """The share of rows that would have to change category.

    Measures
    --------
    Half the sum, over all categories or bins, of the absolute difference between the reference's
    and production's share: 0 for equal shares, 1 when no category is common. It is the largest
    difference in probability that any set of categories can show, in percentage points that a
    person can check by hand, so it is the default for all columns. Numbers are cut into bins of
    equal reference mass; for a pure shift it then equals ``ks``, and it sees spread and tails as
    well. Labels that the reference never had count as categories of their own. Missing values and
    infinities are left out: ``missing_share`` and ``infinite_share`` judge them.

    Where it decides it is told without what chance adds to it: 0 on average when nothing changed,
    with its 95 % interval. A small change that is spread over very many categories cannot be told
    from few rows; then less is reported.

    {p-value}

    Misleads when
    -------------
    There are many categories and few rows: by chance alone 200 equal categories in 100 rows are far
    from 0. Trust the p-value, or compare with more rows. It does not know that bins have an order:
    a shift to the next bin weighs as much as one to the last (``wasserstein`` and ``ks`` do).

    Options
    -------
    {bins}

    Example
    -------
    {score of three regions}
    ('0.2000', '0.010')

    References
    ----------
    Levin and Peres, *Markov Chains and Mixing Times*, 2nd ed., 2017, ch. 4. Gibbs and Su, *On
    choosing and bounding probability metrics*, Int. Stat. Rev. 2002.
    """

    # Each misplaced row changes the distance by at most its share.
    is_true_distance = True
    has_cheap_interval = True

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """Half the absolute difference."""
        return 0.5 * np.abs(p - q)

    def corrected(self, value: float, ref: Distribution, cur: Distribution) -> float:
        """The distance less what chance adds: see `mmon.chance.bins.unbiased`."""
        del value
        return self._excess_of(ref, cur).value

    def interval(self, value: float, ref: Distribution, cur: Distribution) -> tuple[float, float]:
        """The corrected distance and 1.96 of its deviations."""
        del value
        found = self._excess_of(ref, cur)
        half = Z * found.deviation
        return max(0.0, found.value - half), min(1.0, found.value + half)

    def p_value_against(
        self, value: float, level: float, ref: Distribution, cur: Distribution
    ) -> float | None:
        """By the normal deviation of the corrected distance."""
        if level == 0.0:
            return self.p_value(value, ref, cur)
        found = self._excess_of(ref, cur, level)
        return beyond(found.value - level, found.deviation)

    def is_below(self, value: float, level: float, ref: Distribution, cur: Distribution) -> bool:
        """Whether a distance of the level would surely have left more than there is."""
        found, table = self._excess_of(ref, cur), tabulate(ref, cur, self.bins)
        pooled = table.ref.mass + table.cur.mass
        left, deviation = unbiased.left(pooled, table.ref.rows, table.cur.rows, level)
        return left - found.value > Z * deviation

    def is_found(
        self, level: float, alpha: float, ref: Distribution, cur: Distribution, rows: int
    ) -> bool:
        """The same, wherever the change may be."""
        table = tabulate(ref, cur, self.bins)
        pooled = table.ref.mass + table.cur.mass
        return unbiased.is_found(pooled, table.ref.rows, rows, level, alpha)

    def _excess_of(
        self, ref: Distribution, cur: Distribution, level: float = 0.0
    ) -> unbiased.Excess:
        return _excess(tabulate(ref, cur, self.bins), level)


@functools.lru_cache(maxsize=64)
def _excess(table: Table, level: float) -> unbiased.Excess:
    return unbiased.excess(table.ref.mass, table.cur.mass, level)
