"""The total variation distance: half the sum of the differences in share."""

from __future__ import annotations

import numpy as np

from mmon.metrics._binned import Binned
from mmon.records.arrays import FloatArray


class TotalVariation(Binned):
    """The share of rows that would have to change category.

    Measures
    --------
    Half the sum, over all categories or bins, of the absolute difference between the reference's
    and production's share: 0 for equal shares, 1 when no category is common. It is the largest
    difference in probability that any set of categories can show, in percentage points that a
    person can check by hand, so it is the default for categorical columns. Labels that the
    reference never had, missing values and infinities count as categories of their own.

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

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """Half the absolute difference."""
        return 0.5 * np.abs(p - q)
