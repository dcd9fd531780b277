"""Pairs of samples on which the rank and transport metrics are compared with their oracles."""

from __future__ import annotations

import numpy as np

from mmon.profiles.distributions.ecdf import Ecdf


def continuous(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two samples without ties, of unequal sizes, the second shifted."""
    rng = np.random.default_rng([1, seed])
    n, m = (int(size) for size in rng.integers(20, 400, 2))
    return rng.normal(size=n), rng.standard_t(3, size=m) + 0.3


def tied(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two samples of few distinct values."""
    rng = np.random.default_rng([2, seed])
    n, m = (int(size) for size in rng.integers(20, 400, 2))
    return rng.poisson(2.0, n).astype(float), rng.poisson(2.5, m).astype(float)


def ecdfs(pair: tuple[np.ndarray, np.ndarray]) -> tuple[Ecdf, Ecdf]:
    return Ecdf.of(pair[0]), Ecdf.of(pair[1])
