"""The Kolmogorov-Smirnov distance: the largest gap between two distribution functions."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from mmon.metrics import Distribution
from mmon.metrics import _null_bridge_max as null
from mmon.metrics._rank_pool import Pool, as_ecdf, pool, reason_for_nothing, resized
from mmon.results import ColumnKind, Score


@dataclasses.dataclass(frozen=True, slots=True)
class KolmogorovSmirnov:
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

    Options
    -------
    None.

    Example
    -------
    >>> import numpy as np
    >>> from mmon.metrics import load
    >>> from mmon.profiles.ecdf import Ecdf
    >>> reference = Ecdf.of(np.arange(100.0))
    >>> production = Ecdf.of(np.arange(100.0) + 25)
    >>> score = load("ks").score(reference, production)
    >>> score.value, f"{score.p_value:.4f}"
    (0.25, '0.0037')

    References
    ----------
    Hodges, *The significance probability of the Smirnov two-sample test*, 1958. Conover,
    *Practical Nonparametric Statistics*, ch. 6. ``scipy.stats.ks_2samp`` gives the same value.
    """

    name: ClassVar[str] = "ks"
    title: ClassVar[str] = "Kolmogorov-Smirnov distance"
    kinds: ClassVar[frozenset[ColumnKind]] = frozenset({ColumnKind.NUMERIC, ColumnKind.DATETIME})
    is_symmetric: ClassVar[bool] = True
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)

    def score(self, ref: Distribution, cur: Distribution, *, with_p_value: bool = True) -> Score:
        """The largest gap, its error from compression, and its p-value."""
        ref, cur = as_ecdf(ref), as_ecdf(cur)
        reason = reason_for_nothing(ref, cur)
        if reason is not None:
            return Score(None, reason=reason)
        value = float(np.max(np.abs(pool(ref, cur).difference)))
        # Each function is underestimated by at most its own rank error, and they are subtracted.
        error = max(ref.rank_error, cur.rank_error)
        p_value = self.p_value(value, ref, cur) if with_p_value else None
        return Score(value, error, p_value)

    def p_value(
        self, value: float, ref: Distribution, cur: Distribution, *, rows: int | None = None
    ) -> float | None:
        """P(a gap of at least ``value``) when both samples come from the pooled distribution."""
        ref, cur = as_ecdf(ref), as_ecdf(cur)
        if reason_for_nothing(ref, cur) is not None:
            return None
        certain = abs(value) - max(ref.rank_error, cur.rank_error)
        both: Pool = pool(ref, cur)
        m = both.m if rows is None else rows
        return null.tail(certain, resized(both.pooled_below, both.n, m), both.n, m)
