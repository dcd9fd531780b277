"""Rows of a regression, their tables, and one metric's estimate, for the tests beside this file."""

from __future__ import annotations

import numpy as np

from mmon.performance import Estimate, metric_class
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.outcomes.error_plane import Grid
from mmon.profiles.outcomes.regression import RegressionTables


def estimate(name: str, tables: RegressionTables) -> Estimate:
    found = metric_class(name)().estimates(tables)
    assert list(found) == [name]
    return found[name]


def rows(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    target = rng.lognormal(2.0, 0.8, size=n)
    return target, target * rng.lognormal(0.02, 0.2, size=n)


def tables_of(target: np.ndarray, prediction: np.ndarray, points: int | None = None, **ends):
    return RegressionTables.of(target, prediction, points=points, **ends)


def gridded(target: np.ndarray, prediction: np.ndarray, **options) -> RegressionTables:
    """Tables on the grid that suits these rows, as a reference has them."""
    with np.errstate(over="ignore", invalid="ignore"):
        used = np.isfinite(prediction - target)
    both = [Ecdf.of(one[used], points=None) for one in (target, prediction)]
    grid = Grid.of(*both) if used.any() else None
    return RegressionTables.of(target, prediction, grid=grid, **options)
