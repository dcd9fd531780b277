"""Rows of a regression, their tables, and one metric's estimate, for the tests beside this file."""

from __future__ import annotations

import numpy as np

from mmon.performance import Estimate, metric_class
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
    return RegressionTables.of_rows(target, prediction, points=points, **ends)
