"""Rows of two sides, of numbers and of categories, that differ as asked."""

from __future__ import annotations

import numpy as np
import polars as pl


def frames(
    rng: np.random.Generator, n: int, m: int, *, shift: float = 0.0, correlation: float = 0.0
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both sides; ``shift`` and ``correlation``, of x and y, are production's."""
    return _side(rng, n, 0.0, 0.0), _side(rng, m, shift, correlation)


def _side(rng: np.random.Generator, rows: int, shift: float, correlation: float) -> pl.DataFrame:
    x, noise = rng.normal(size=(2, rows))
    y = correlation * x + np.sqrt(1.0 - correlation**2) * noise
    heavy = np.where(rng.random(rows) < 0.1, np.nan, rng.standard_cauchy(rows))
    labels = rng.choice(np.array(list("abcdefgh")), rows, p=np.arange(8, 0, -1) / 36)
    return pl.DataFrame(
        {"x": x + shift, "y": y, "c": labels, "count": rng.poisson(1.0, rows), "heavy": heavy}
    ).with_columns(pl.col("heavy").fill_nan(None))
