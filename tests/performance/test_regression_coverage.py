"""95 % intervals of regression metrics hold the true value in 95 % of samples, or say where not."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest

from mmon.performance import metric_class
from mmon.profiles.regression import RegressionTables

METRICS = {
    "bias": metric_class("bias")(),
    "interval_coverage": metric_class("interval_coverage")(),
    "mae": metric_class("mae")(),
    "mape": metric_class("mape")(),
    "median_absolute_error": metric_class("median_absolute_error")(),
    "mse": metric_class("mse")(),
    "pinball_loss": metric_class("pinball_loss")(quantile=0.9),
    "r2": metric_class("r2")(),
    "rmse": metric_class("rmse")(),
    "rmsle": metric_class("rmsle")(),
    "smape": metric_class("smape")(),
}
SIZES = (200, 1_000, 5_000)
REPETITIONS = 4_000
NOMINAL = 0.93, 0.97
# Where moments of a sample know too little of the tail for any interval to reach its level: the
# least coverage, measured over 4,000 samples. Student's interval of mse, for the log-normal errors
# of sigma 1, covers 0.73, 0.83 and 0.88.
KNOWN_SHORTFALLS: dict[tuple[str, str, int], float] = {}


def errors(shape: str, target: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Errors with mean 0 and a standard deviation near 2."""
    n = len(target)
    if shape == "normal":
        return rng.normal(scale=2.0, size=n)
    if shape == "heteroscedastic":
        return 0.1 * target * rng.normal(size=n)
    sigma = float(shape.removeprefix("lognormal "))
    spread = math.exp(sigma**2 / 2) * math.sqrt(math.expm1(sigma**2))
    return 2.0 * (rng.lognormal(0.0, sigma, size=n) - math.exp(sigma**2 / 2)) / spread


SHAPES = ("normal", "heteroscedastic", "lognormal 0.5", "lognormal 1.0")


def sample(shape: str, n: int, rng: np.random.Generator) -> RegressionTables:
    target = rng.lognormal(3.0, 0.3, size=n)
    prediction = target + errors(shape, target, rng)
    return RegressionTables.of_rows(
        target, prediction, lower=prediction - 3.0, upper=prediction + 3.0, points=None
    )


@functools.cache
def truths(shape: str, batches: int) -> dict[str, float]:
    """The metrics of so many rows that their own sampling error is nothing beside the samples'."""
    rng = np.random.default_rng([11, SHAPES.index(shape)])
    parts = [sample(shape, 500_000, rng).compress() for _ in range(batches)]
    grid = parts[0].grid
    assert grid is not None
    merged = parts[0]
    if batches > 1:
        rows = RegressionTables.merge([without_plane(part) for part in parts])
        merged = rows.compress()
    return {name: value(metric, name, merged) for name, metric in METRICS.items()}


def without_plane(tables: RegressionTables) -> RegressionTables:
    import dataclasses

    return dataclasses.replace(tables, plane=None)


def value(metric, name: str, tables: RegressionTables) -> float:
    found = metric.estimates(tables)[name].value
    assert found is not None
    return found


def coverage(shape: str, n: int, repetitions: int, batches: int) -> dict[str, tuple[float, float]]:
    """Shares of samples whose interval lies below the truth, and above it, by metric."""
    rng = np.random.default_rng([12, SHAPES.index(shape), n])
    true = truths(shape, batches)
    misses = {name: [0, 0] for name in METRICS}
    for _ in range(repetitions):
        tables = sample(shape, n, rng)
        for name, metric in METRICS.items():
            interval = metric.estimates(tables)[name].interval
            assert interval is not None
            misses[name][0] += interval[1] < true[name]
            misses[name][1] += interval[0] > true[name]
    return {name: (low / repetitions, high / repetitions) for name, (low, high) in misses.items()}
