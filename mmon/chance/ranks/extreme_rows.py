"""Which of the few most extreme rows fell into production: the part no normal law describes.

Where one row carries much of a statistic's variance (heavy tails, a single outlier), its null
distribution is a mixture over the sides that row may be on. The mixture is written out for up to
ten such rows; the many others are left to a smooth approximation.
"""

from __future__ import annotations

import dataclasses
from functools import lru_cache

import numpy as np
from scipy.special import gammaln

from mmon.records.arrays import FloatArray, IntArray

# 2**10 patterns keep a p-value below a tenth of a millisecond.
MOST_ROWS = 10
# A row is written out while it carries more than this share of the variance that is left.
NOTABLE = 0.005


@dataclasses.dataclass(frozen=True, slots=True)
class Patterns:
    """Every way in which E rows can be dealt to the two samples."""

    is_cur: FloatArray  # (2**E, E), 1 where the row is in production
    rows: FloatArray  # (2**E,) how many of them are

    def chances(self, n: int, m: int) -> FloatArray:
        """(2**E,) probability of each pattern when m of n + m rows are drawn for production."""
        extremes = self.is_cur.shape[1]
        rest = n + m - extremes
        counts = np.arange(extremes + 1.0)
        is_possible = (counts <= m) & (extremes - counts <= n)
        drawn = np.where(is_possible, m - counts, 0.0)
        ways = gammaln(rest + 1) - gammaln(drawn + 1) - gammaln(rest - drawn + 1)
        whole = gammaln(n + m + 1) - gammaln(m + 1) - gammaln(n + 1)
        chance = np.where(is_possible, np.exp(ways - whole), 0.0)
        found = chance[self.rows.astype(np.int64)]
        return np.asarray(found / found.sum())


@lru_cache(maxsize=MOST_ROWS + 1)
def patterns(extremes: int) -> Patterns:
    """All 2**extremes patterns."""
    bits: IntArray = (np.arange(2**extremes)[:, None] >> np.arange(extremes)) & 1
    return Patterns(bits.astype(np.float64), bits.sum(axis=1).astype(np.float64))
