"""Regression metrics equal scikit-learn's and know their error, interval and variance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics as oracle
from statsmodels.stats.proportion import proportion_confint

from mmon.performance import metric_class
from mmon.profiles.merging import merged
from mmon.profiles.outcomes.classification import ClassificationTables
from tests.performance.regression_samples import estimate, rows, tables_of

NAMES = (
    "bias",
    "interval_coverage",
    "mae",
    "mape",
    "max_error",
    "median_absolute_error",
    "mse",
    "pinball_loss",
    "r2",
    "rmse",
    "rmsle",
    "smape",
)
ORACLES = {
    "bias": lambda y, x: np.mean(x - y),
    "mae": oracle.mean_absolute_error,
    "mape": oracle.mean_absolute_percentage_error,
    "max_error": oracle.max_error,
    "median_absolute_error": oracle.median_absolute_error,
    "mse": oracle.mean_squared_error,
    "pinball_loss": oracle.mean_pinball_loss,
    "r2": oracle.r2_score,
    "rmse": oracle.root_mean_squared_error,
    "rmsle": oracle.root_mean_squared_log_error,
    "smape": lambda y, x: np.mean(np.abs(x - y) / ((np.abs(x) + np.abs(y)) / 2)),
}


@pytest.mark.parametrize("n", [2, 3, 10, 999, 1_000, 50_000])
@pytest.mark.parametrize("name", ORACLES)
def test_values_are_those_of_scikit_learn(name, n):
    target, prediction = rows(n, seed=n)
    found = estimate(name, tables_of(target, prediction))
    assert found.value == pytest.approx(ORACLES[name](target, prediction), rel=1e-9)
    assert (found.rows, found.error) == (n, 0.0)


@pytest.mark.parametrize("name", ORACLES)
def test_values_of_merged_parts_are_those_of_scikit_learn(name):
    target, prediction = rows(20_000)
    whole = tables_of(target, prediction)
    cuts = [1, 7_000, 7_003]
    parts = [
        tables_of(y, x, grid=whole.grid)
        for y, x in zip(np.split(target, cuts), np.split(prediction, cuts), strict=True)
    ]
    found = estimate(name, merged(parts))
    assert found.value == pytest.approx(ORACLES[name](target, prediction), rel=1e-9)


@pytest.mark.parametrize("name", sorted(ORACLES.keys() - {"rmsle"}))
def test_values_of_signed_numbers_are_those_of_scikit_learn(name):
    rng = np.random.default_rng(5)
    target = rng.normal(size=501)
    prediction = rng.normal(size=501)
    found = estimate(name, tables_of(target, prediction))
    assert found.value == pytest.approx(ORACLES[name](target, prediction), rel=1e-9)


@pytest.mark.parametrize("name", ORACLES)
def test_single_precision_is_computed_in_double(name):
    target, prediction = (side.astype(np.float32) for side in rows(500))
    found = estimate(name, tables_of(target, prediction))
    doubles = target.astype(np.float64), prediction.astype(np.float64)
    assert found.value == pytest.approx(ORACLES[name](*doubles), rel=1e-9)


@pytest.mark.parametrize("quantile", [0.01, 0.1, 0.5, 0.9, 0.999])
def test_pinball_loss_is_right_at_any_quantile(quantile):
    target, prediction = rows(2_000)
    tables = tables_of(target, prediction)
    found = metric_class("pinball_loss")(quantile=quantile).estimates(tables)["pinball_loss"]
    expected = oracle.mean_pinball_loss(target, prediction, alpha=quantile)
    assert found.value == pytest.approx(expected, rel=1e-9)
    losses = np.maximum(quantile * (target - prediction), (1 - quantile) * (prediction - target))
    assert found.variance == pytest.approx(losses.var(ddof=1) / 2_000, rel=1e-9)


def test_pinball_loss_at_one_half_is_half_the_mean_absolute_error_and_so_is_its_interval():
    tables = tables_of(*rows(300))
    half, full = estimate("pinball_loss", tables), estimate("mae", tables)
    assert 2 * half.value == pytest.approx(full.value, rel=1e-12)
    assert [2 * end for end in half.interval] == pytest.approx(full.interval, rel=1e-9)


@pytest.mark.parametrize("quantile", [0, 1, -0.1, 1.1, math.nan])
def test_a_quantile_outside_of_0_and_1_is_refused(quantile):
    with pytest.raises(ValueError, match="quantile must be between 0 and 1"):
        metric_class("pinball_loss")(quantile=quantile)


@pytest.mark.parametrize("points", [16, 64, 300])
@pytest.mark.parametrize("name", ORACLES)
def test_the_error_bounds_what_compression_changes(name, points):
    for seed in range(20):
        target, prediction = rows(3_000 + seed, seed)
        # Ties, and a distribution with gaps.
        prediction = np.round(prediction, seed % 4)
        cuts = [500, 1_700]
        pieces = zip(np.split(target, cuts), np.split(prediction, cuts), strict=True)
        grid = tables_of(target, prediction).grid
        parts = [tables_of(y, x, points=2 * points, grid=grid) for y, x in pieces]
        rough = estimate(name, merged(parts).compress(points))
        exact = ORACLES[name](target, prediction)
        assert abs(rough.value - exact) <= rough.error + 1e-9 * abs(exact)
        assert rough.error == 0.0 or name == "median_absolute_error"
        if rough.interval is not None:
            precise = estimate(name, tables_of(target, prediction)).interval
            assert rough.interval[0] <= precise[0] * (1 + 1e-9)
            assert rough.interval[1] >= precise[1] * (1 - 1e-9)


def test_a_compressed_median_is_still_precise():
    tables = tables_of(*rows(100_000)).compress()
    found = estimate("median_absolute_error", tables)
    assert 0 < found.error < 1e-3 * found.value


def test_the_interval_of_a_median_is_between_order_statistics():
    distances = np.arange(1.0, 101.0)
    found = estimate("median_absolute_error", tables_of(np.zeros(100), distances))
    # P(41st <= median < 60th) is 0.943, P(40th <= median < 61st) is 0.965 (binomial, n = 100).
    assert 40.0 < found.interval[0] < 41.0
    assert 60.0 < found.interval[1] < 61.0


@pytest.mark.parametrize(("n", "has_one"), [(1, False), (5, False), (6, True), (7, True)])
def test_a_median_has_an_interval_from_six_rows_on(n, has_one):
    found = estimate("median_absolute_error", tables_of(*rows(n)))
    assert (found.interval is not None) is has_one
    assert (found.variance is not None) is has_one
    assert has_one or "too few" in found.reason


def test_coverage_is_the_share_inside_with_the_interval_of_wilson():
    target = np.arange(10.0)
    tables = tables_of(target, target, lower=np.full(10, 2.0), upper=np.full(10, 6.0))
    found = estimate("interval_coverage", tables)
    assert (found.value, found.trials, found.rows) == (0.5, (5, 10), 10)
    assert found.interval == pytest.approx(proportion_confint(5, 10, method="wilson"), abs=1e-12)
    assert found.variance == pytest.approx(0.025)


def test_coverage_tells_what_it_left_out_and_what_cannot_be():
    target = np.array([1.0, 2.0, 3.0, 4.0])
    lower, upper = np.array([0.0, 5.0, np.nan, 0.0]), np.array([2.0, 1.0, 9.0, 9.0])
    found = estimate("interval_coverage", tables_of(target, target, lower=lower, upper=upper))
    assert found.trials == (2, 3)
    assert found.reason == (
        "1 labelled row without a finite target and both ends left out; "
        "1 row with the lower end above the upper one"
    )


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"max_error"}))
def test_the_variance_shrinks_like_one_over_the_rows(name):
    found = []
    for n in (2_000, 200_000):
        rng = np.random.default_rng(6)
        target = rng.normal(20.0, 3.0, size=n)
        prediction = target + rng.normal(0.5, 1.0, size=n)
        tables = tables_of(target, prediction, lower=prediction - 2.0, upper=prediction + 1.0)
        one = estimate(name, tables)
        width = (one.interval[1] - one.interval[0]) / (2 * 1.96)
        assert one.variance == pytest.approx(width**2, rel=0.05)
        found.append(one.variance * n)
    assert found[1] == pytest.approx(found[0], rel=0.15)


@pytest.mark.parametrize("name", NAMES)
def test_tables_of_classes_are_refused(name):
    with pytest.raises(TypeError, match="ClassificationTables"):
        metric_class(name)().estimates(ClassificationTables.of_rows([0, 1], [0, 1], [0.1, 0.9]))
