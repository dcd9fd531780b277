"""Cramér's V: Pearson's chi-square of both samples as an effect size."""

from __future__ import annotations

import numpy as np

from mmon.metrics._binned import Binned
from mmon.records.arrays import FloatArray

# A category that is empty on both sides has a term of 0.
_TINY = np.finfo(np.float64).tiny


class ChiSquare(Binned):
    """Cramér's V, the effect size of Pearson's chi-square test.

    Measures
    --------
    The square root of Pearson's X² of the table (reference, production) by category, over the
    number of rows: 0 for equal shares, 1 when no category is common. Not bias-corrected. X² is
    that of ``scipy.stats.chi2_contingency(correction=False)``, V that of
    ``scipy.stats.contingency.association``. Numeric columns are cut into bins first.

    {p-value}

    Misleads when
    -------------
    The two sides differ much in size: the same change in shares gives a smaller V, so that
    thresholds hold for one ratio of rows only (``hellinger`` and ``total_variation`` do not depend
    on it). Rare categories weigh much.
    {missing values}

    Options
    -------
    {bins}

    Example
    -------
    {score of three regions}
    ('0.2415', '0.004')

    References
    ----------
    Pearson, Philos. Mag. 1900. Cramér, *Mathematical Methods of Statistics*, 1946, sect. 21.9.
    Mielke and Berry, *Permutation Methods*, 2nd ed., 2007 (why the p-value is a permutation's).
    """

    is_root = True

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """The category's part of X² / rows."""
        pooled = weight * p + (1 - weight) * q
        return weight * (1 - weight) * (p - q) ** 2 / np.maximum(pooled, _TINY)
