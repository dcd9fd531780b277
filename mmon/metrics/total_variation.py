"""The total variation distance: half the sum of the differences in share."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from mmon.metrics._binned import Binned
from mmon.metrics._bins import FloatArray


@dataclasses.dataclass(frozen=True)
class TotalVariation(Binned):
    """The share of rows that would have to change category.

    Measures
    --------
    Half the sum, over all categories or bins, of the absolute difference between the reference's
    and production's share: 0 for equal shares, 1 when no category is common. It is the largest
    difference in probability that any set of categories can show, in percentage points that a
    person can check by hand, so it is the default for categorical columns. Labels that the
    reference never had, missing values and infinities count as categories of their own.

    The p-value is two-sample and exact up to simulation: the pooled rows are dealt to both sides at
    random, numeric columns are cut at each deal's own quantiles, and beyond the deals a saddlepoint
    tail takes over. It holds with empty and rare categories.

    Misleads when
    -------------
    There are many categories and few rows: by chance alone 200 equal categories in 100 rows are far
    from 0. Trust the p-value, or compare with more rows. It does not know that bins have an order:
    a shift to the next bin weighs as much as one to the last (``wasserstein`` and ``ks`` do).

    Options
    -------
    bins : int, default 10
        Bins of equal reference mass that a numeric or datetime column is cut into.

    Example
    -------
    >>> from mmon.metrics import load
    >>> from mmon.profiles.counts import Counts
    >>> reference = Counts.from_mapping({"north": 50, "south": 30, "west": 20})
    >>> production = Counts.from_mapping({"north": 30, "south": 30, "west": 40})
    >>> score = load("total_variation").score(reference, production)
    >>> f"{score.value:.4f}", f"{score.p_value:.3f}"
    ('0.2000', '0.010')

    References
    ----------
    Levin and Peres, *Markov Chains and Mixing Times*, 2nd ed., 2017, ch. 4. Gibbs and Su, *On
    choosing and bounding probability metrics*, Int. Stat. Rev. 2002.
    """

    name: ClassVar[str] = "total_variation"
    title: ClassVar[str] = "total variation distance"

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """Half the absolute difference."""
        return 0.5 * np.abs(p - q)

    def reach(self, ref_moved: float, cur_moved: float) -> float:
        """Each misplaced row changes the distance by at most its share."""
        return ref_moved + cur_moved
