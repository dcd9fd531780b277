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
NOMINAL = 0.93, 0.97
REPETITIONS = 4_000
# A sample's moments know too little of a very heavy tail for any interval to reach its level: what
# is reached at least, where that is less. Measured at 200, 1,000 and 5,000 rows: mse and rmse 0.90,
# 0.89, 0.91 (Student's interval: 0.73, 0.82, 0.89); r2 0.87, 0.89, 0.91 (without its
# correction for skewness: 0.80, 0.83, 0.90); rmsle 0.92, 0.92, 0.94.
SHORTFALLS = {
    ("lognormal 1.0", "mse"): 0.89,
    ("lognormal 1.0", "rmse"): 0.89,
    ("lognormal 1.0", "r2"): 0.86,
    ("lognormal 1.0", "rmsle"): 0.92,
}


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
def truths(shape: str, rows: int) -> dict[str, float]:
    """The metrics of so many rows that their sampling error is nothing beside a sample's."""
    tables = sample(shape, rows, np.random.default_rng([11, SHAPES.index(shape)]))
    return {name: value(metric, name, tables) for name, metric in METRICS.items()}


def value(metric, name: str, tables: RegressionTables) -> float:
    found = metric.estimates(tables)[name].value
    assert found is not None
    return found


def coverage(shape: str, n: int, repetitions: int, rows: int) -> dict[str, tuple[float, float]]:
    """Shares of samples whose interval lies below the truth, and above it, by metric."""
    rng = np.random.default_rng([12, SHAPES.index(shape), n])
    true = truths(shape, rows)
    misses = {name: [0, 0] for name in METRICS}
    for _ in range(repetitions):
        tables = sample(shape, n, rng)
        for name, metric in METRICS.items():
            interval = metric.estimates(tables)[name].interval
            assert interval is not None
            misses[name][0] += interval[1] < true[name]
            misses[name][1] += interval[0] > true[name]
    return {name: (low / repetitions, high / repetitions) for name, (low, high) in misses.items()}


def assert_nominal(shape: str, n: int, repetitions: int, *, rows: int, errors: float) -> None:
    """Coverage is nominal, or the known shortfall, within so many standard errors."""
    for name, (low, high) in coverage(shape, n, repetitions, rows).items():
        least = SHORTFALLS.get((shape, name), NOMINAL[0])
        slack = errors * math.sqrt(0.05 * 0.95 / repetitions)
        assert least - slack <= 1.0 - low - high <= NOMINAL[1] + slack, name


@pytest.mark.parametrize(
    ("shape", "n"), [("normal", 200), ("heteroscedastic", 200), ("lognormal 0.5", 1_000)]
)
def test_intervals_cover_in_a_quick_look(shape, n):
    assert_nominal(shape, n, 300, rows=500_000, errors=3.5)


@pytest.mark.simulation
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("shape", SHAPES)
def test_intervals_cover(shape, n):
    assert_nominal(shape, n, REPETITIONS, rows=4_000_000, errors=2.5)
