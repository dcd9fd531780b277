"""95 % intervals of regression metrics hold the true value in 95 % of samples, or say where not."""

from __future__ import annotations

import functools
import math
from collections.abc import Collection

import numpy as np
import pytest

from mmon.performance import metric_class
from mmon.profiles.outcomes.regression import RegressionTables
from tests.statistics.sequential import Claim, broken_claims

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
NOMINAL = Claim(0.93, 0.915), Claim(0.97, 0.982)
QUICK = Claim(0.93, 0.87), Claim(0.97, 0.995)
# A sample's moments know too little of a very heavy tail for any interval to reach its level: what
# is reached at least, where that is less. Before the quantile of fewer degrees of freedom towards
# the long tail it was 0.86 to 0.91.
SHORTFALLS = {
    ("lognormal 1.0", name): Claim(0.92, 0.905) for name in ("mse", "rmse", "r2", "rmsle")
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
    return RegressionTables.of(
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


def strays(shape: str, n: int, claims: tuple[Claim, Claim], *, truth_rows: int) -> dict[str, str]:
    """By metric, the shares of intervals that hold the truth too seldom or too often."""
    rng = np.random.default_rng([12, SHAPES.index(shape), n])
    true = truths(shape, truth_rows)

    def draw(names: Collection[str]) -> dict[str, bool]:
        tables = sample(shape, n, rng)
        found = {name: METRICS[name].estimates(tables)[name].interval for name in names}
        return {name: low <= true[name] <= high for name, (low, high) in found.items()}

    wanted = {name: [SHORTFALLS.get((shape, name), claims[0]), claims[1]] for name in METRICS}
    return broken_claims(wanted, draw)


@pytest.mark.parametrize(
    ("shape", "n"), [("normal", 200), ("heteroscedastic", 200), ("lognormal 0.5", 1_000)]
)
def test_intervals_cover_in_a_quick_look(shape, n):
    assert not strays(shape, n, QUICK, truth_rows=500_000)


@pytest.mark.simulation
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("shape", SHAPES)
def test_intervals_cover(shape, n):
    assert not strays(shape, n, NOMINAL, truth_rows=4_000_000)
