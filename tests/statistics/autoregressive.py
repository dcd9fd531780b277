"""Rows that follow each other in time, and rows that come in clusters."""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter


def series(rng: np.random.Generator, rows: int, phi: float, columns: int = 1) -> np.ndarray:
    """(rows, columns) stationary first-order processes of variance 1, beginning anywhere."""
    noise = rng.normal(size=(rows, columns)) * np.sqrt(1.0 - phi**2)
    noise[0] = rng.normal(size=columns)
    return lfilter([1.0], [1.0, -phi], noise, axis=0)


def in_clusters(
    rng: np.random.Generator, clusters: int, each: int, alike: float, columns: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """(rows, columns) values of variance 1 and (rows,) the cluster of each, in any order."""
    own = np.repeat(rng.normal(size=(clusters, columns)), each, axis=0)
    values = np.sqrt(alike) * own + np.sqrt(1.0 - alike) * rng.normal(size=own.shape)
    order = rng.permutation(len(values))
    return values[order], np.repeat(np.arange(clusters), each)[order]
