"""Columns of a service in which nothing changes, as distributions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from mmon.profiles.distributions import Counts, Distribution, Ecdf

TEN = np.array([30, 20, 12, 10, 8, 7, 6, 4, 2, 1]) / 100
FIVE_HUNDRED = 1.0 / np.arange(1, 501)
FIVE_HUNDRED /= FIVE_HUNDRED.sum()


def _labels(shares: np.ndarray) -> Callable[[np.random.Generator, int], Distribution]:
    names = pl.Series([f"label {place}" for place in range(len(shares))])

    def draw(rng: np.random.Generator, rows: int) -> Distribution:
        return Counts.of(names.gather(rng.choice(len(shares), rows, p=shares)))

    return draw


SHAPES: dict[str, Callable[[np.random.Generator, int], Distribution]] = {
    "normal": lambda rng, rows: Ecdf.of(rng.normal(size=rows)),
    "Poisson(1)": lambda rng, rows: Ecdf.of(rng.poisson(1.0, rows).astype(float)),
    "Bernoulli(0.02)": lambda rng, rows: Ecdf.of((rng.random(rows) < 0.02).astype(float)),
    "10 categories": _labels(TEN),
    "500 categories": _labels(FIVE_HUNDRED),
}
"""What draws so many rows of each shape."""

SIZES = [(200, 2_000), (2_000, 500), (1_000, 1_000)]
"""Rows of the reference and of a window."""
