"""Random deals of rows to two sides, for any number of rows."""

from __future__ import annotations

import numpy as np

from mmon.records.arrays import FloatArray, IntArray

# numpy draws hypergeometric numbers from populations below this.
_LARGEST = 1_000_000_000
# Rows from whose variance on a count is as good as normal.
_NORMAL_VARIANCE = 100.0


def deal(pooled: IntArray, m: int, deals: int, rng: np.random.Generator) -> IntArray:
    """(deals, C) rows of each category among ``m`` drawn without replacement from ``pooled``."""
    if pooled.sum() < _LARGEST:
        return rng.multivariate_hypergeometric(pooled, m, size=deals, method="marginals")
    total = int(pooled.sum())
    if 2 * m > total:
        # The rows that are left are a draw, too; the smaller one is where counts are rare.
        return pooled - deal(pooled, total - m, deals, rng)
    share = m / float(total)
    variance = pooled * share * (1 - share)
    # Among so many rows a rare category is Poisson; the others are normal and make up the sum.
    is_rare = variance < _NORMAL_VARIANCE
    is_rare[np.argmax(pooled)] = False
    drawn: FloatArray = rng.standard_normal((deals, len(pooled))) * np.sqrt(variance)
    drawn += pooled * share
    drawn[:, is_rare] = rng.poisson(pooled[is_rare] * share, (deals, int(is_rare.sum())))
    weight = np.where(is_rare, 0.0, variance) / variance[~is_rare].sum()
    drawn += (m - drawn.sum(axis=1, keepdims=True)) * weight
    return np.clip(np.rint(drawn), 0, pooled).astype(np.int64)


def draw_good(good: IntArray, bad: IntArray, taken: IntArray, rng: np.random.Generator) -> IntArray:
    """Good rows among ``taken`` ones drawn without replacement from good and bad, elementwise."""
    drawn = np.zeros(taken.shape, dtype=np.int64)
    needed = taken > 0
    good, bad, taken = good[needed], bad[needed], taken[needed]
    if np.maximum(good, bad).max(initial=0) < _LARGEST:
        drawn[needed] = rng.hypergeometric(good, bad, taken)
        return drawn
    rows = (good + bad).astype(np.float64)
    mean = taken * (good / rows)
    variance = mean * (bad / rows) * (1 - taken / rows)
    wanted = np.rint(mean + np.sqrt(variance) * rng.standard_normal(len(taken)))
    drawn[needed] = np.clip(wanted, np.maximum(0, taken - bad), np.minimum(good, taken))
    return drawn
