"""How likely production looks new by chance alone: exact and bounding probabilities.

Each is conditional on the pooled sample, so none takes the reference for the whole truth.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import gammaln

from mmon.records.arrays import IntArray


def beyond_extremes(outside: int, n: int, m: int) -> float:
    """Probability that at least so many of m new values fall outside the range of n old ones.

    The gaps between ordered reference values are exchangeable, so the two outer ones together are
    like the first two: at most one reference value among the first ``outside + 1`` of all. Exact
    without ties, conservative with them.
    """
    if outside <= 0:
        return 1.0
    draws, total = outside + 1, n + m
    none = _log_choose(m, draws) - _log_choose(total, draws)
    one = math.log(n) + _log_choose(m, outside) - _log_choose(total, draws)
    return float(min(1.0, math.exp(none) + math.exp(one)))


def all_in_production(pooled: IntArray, n: int, m: int, unseen: int) -> float:
    """Upper bound of the probability of at least ``unseen`` rows with unseen labels by chance.

    Given the pooled counts, a label is unseen when all its rows fell into production. The bound is
    Chernoff's for the sum of these (negatively dependent) events, so it never understates.
    """
    if unseen <= 0:
        return 1.0
    # Labels of one size share a term: there are far fewer sizes than labels.
    sizes, labels = np.unique(pooled[pooled > 0], return_counts=True)
    counts = sizes.astype(np.float64)
    log_p = np.where(counts <= m, _log_choose(m, counts) - _log_choose(n + m, counts), -np.inf)
    likely = log_p > -700.0
    counts, log_p, labels = counts[likely], log_p[likely], labels[likely]
    if len(counts) == 0:
        return 0.0
    # The best of a grid of exponents is a valid bound, and near enough to the optimum.
    exponents = np.geomspace(1e-6, 60.0, 120)[:, None]
    tilted = np.logaddexp(np.log1p(-np.exp(np.minimum(log_p, -1e-12))), log_p + exponents * counts)
    bounds = tilted @ labels - exponents[:, 0] * unseen
    return float(min(1.0, math.exp(min(0.0, float(bounds.min())))))


def all_of_one_value(pooled: IntArray, n: int, m: int) -> float:
    """Probability that all m production rows hold one value, whichever it is.

    ``pooled`` are the rows of both sides that hold each value. Cells of several values give an
    upper bound.
    """
    counts = pooled[pooled >= m]
    return float(min(1.0, np.exp(_log_choose(counts, m) - _log_choose(n + m, m)).sum()))


def least_p_value(n: int, m: int) -> float:
    """The smallest p-value that n and m rows can have: that of one of all ways to deal them."""
    return float(np.exp(-_log_choose(n + m, m)))


def _log_choose(n: Any, k: Any) -> Any:
    """Logarithm of a binomial coefficient, elementwise; k at most n."""
    whole = gammaln(np.add(n, 1.0))
    return whole - gammaln(np.add(k, 1.0)) - gammaln(np.subtract(n, k) + 1.0)
