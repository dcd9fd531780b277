"""Cramér's V: Pearson's chi-square of both samples as an effect size."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from mmon.metrics._binned import Binned
from mmon.metrics._bins import FloatArray

# A category that is empty on both sides has a term of 0.
_TINY = np.finfo(np.float64).tiny


@dataclasses.dataclass(frozen=True)
class ChiSquare(Binned):
    """Cramér's V, the effect size of Pearson's chi-square test.

    Measures
    --------
    The square root of Pearson's X² of the table (reference, production) by category, over the
    number of rows: 0 for equal shares, 1 when no category is common. Not bias-corrected. X² is
    that of ``scipy.stats.chi2_contingency(correction=False)``, V that of
    ``scipy.stats.contingency.association``. Numeric columns are cut into bins first.

    The p-value is two-sample and exact up to simulation: the pooled rows are dealt to both sides at
    random, numeric columns are cut at each deal's own quantiles, and beyond the deals a saddlepoint
    tail takes over. It holds with empty and rare categories.

    Misleads when
    -------------
    The two sides differ much in size: the same change in shares gives a smaller V, so that
    thresholds hold for one ratio of rows only (``hellinger`` and ``total_variation`` do not depend
    on it). Rare categories weigh much.
    Missing values are a bin of their own: more of them is a distance too.

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
    >>> score = load("chi_square").score(reference, production)
    >>> f"{score.value:.4f}", f"{score.p_value:.3f}"
    ('0.2415', '0.004')

    References
    ----------
    Pearson, Philos. Mag. 1900. Cramér, *Mathematical Methods of Statistics*, 1946, sect. 21.9.
    Mielke and Berry, *Permutation Methods*, 2nd ed., 2007 (why the p-value is a permutation's).
    """

    name: ClassVar[str] = "chi_square"
    title: ClassVar[str] = "Cramér's V"

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        """The category's part of X² / rows."""
        pooled = weight * p + (1 - weight) * q
        return weight * (1 - weight) * (p - q) ** 2 / np.maximum(pooled, _TINY)

    def of_sum(self, total: FloatArray) -> FloatArray:
        """The square root."""
        return np.sqrt(np.minimum(total, 1.0))

    def to_sum(self, value: float) -> float:
        """The square."""
        return value * value
