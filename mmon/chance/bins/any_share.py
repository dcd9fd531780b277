"""How improbable it is by chance that any single category's share changes much."""

from __future__ import annotations

import numpy as np

from mmon.chance.bins.dealt_tables import NullTables
from mmon.chance.proportions import log_tail
from mmon.records.arrays import FloatArray


def any_share_tail(difference: float, null: NullTables) -> float:
    """Log of the probability that some share differs by at least ``difference``.

    Each category's exact probability is used, and the categories as if they were independent: an
    upper bound, as counts that share a sum oppose each other (Šidák 1967).
    """
    is_held = len(null.held) > 0
    distinct, repeats = np.unique(null.held if is_held else null.pooled, return_counts=True)
    rows = distinct.astype(np.float64)
    n, m = float(null.n), float(null.m)
    if is_held:
        middle, apart = rows / n * m, difference * m
    else:
        middle, apart = rows / (n + m) * m, difference * n / (n + m) * m
    upper, lower = np.ceil(middle + apart), np.floor(middle - apart)
    if is_held:
        # The bin ends with its reference's last row: `lower` or fewer rows of production are in it
        # when that row is among the first of both sides.
        above = _tails(upper, rows + upper - 1, n, m)
        below = _tails(np.where(lower >= 0, rows, -1.0), rows + lower, m, n)
    else:
        above = _tails(upper, rows, n, m)
        below = _tails(rows - lower, rows, m, n)
    each = np.exp(np.logaddexp(above, below))
    with np.errstate(divide="ignore"):
        none = float(repeats @ np.log1p(-np.minimum(each, 1.0)))
        if none > -1e-12:
            # The sum itself: 1 - exp(-sum) would round it to nothing.
            return float(np.logaddexp.reduce(np.logaddexp(above, below) + np.log(repeats)))
        return float(np.log(-np.expm1(none)))


def _tails(start: FloatArray, total: FloatArray, n: float, m: float) -> FloatArray:
    """log P(K >= start) for K production rows among ``total``; certain below the support."""
    last = np.minimum(total, m)
    result = np.where(start > np.maximum(0.0, total - n), -np.inf, 0.0)
    inside = (result < 0) & (start <= last) & (start >= 0)
    result[inside] = log_tail(start[inside], total[inside], n, m)
    return np.where(start < 0, -np.inf, result)
