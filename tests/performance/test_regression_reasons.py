"""Where a regression metric is undefined, or leaves rows out, its reason says so."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from sklearn import metrics as oracle

from mmon.performance import metric_class, names
from mmon.profiles.merging import merged
from mmon.results import Task
from tests.performance.regression_samples import estimate, rows, tables_of

NAMES = [name for name in names() if Task.REGRESSION in metric_class(name).tasks]


def test_rows_that_are_left_out_are_told():
    target = np.array([1.0, 2.0, 3.0, 4.0, 5.0, np.nan])
    prediction = np.array([1.5, np.nan, np.nan, np.inf, 5.0, 1.0])
    for name in ("bias", "mae", "max_error", "median_absolute_error", "r2"):
        found = estimate(name, tables_of(target, prediction))
        assert found.rows == 2
        assert "2 labelled rows without a prediction left out" in found.reason
        assert "1 labelled row with infinite numbers left out" in found.reason


def test_percentages_leave_out_targets_of_zero_and_say_so():
    target, prediction = rows(100)
    zeros = np.zeros(3)
    found = estimate(
        "mape", tables_of(np.append(target, zeros), np.append(prediction, np.arange(3.0)))
    )
    expected = oracle.mean_absolute_percentage_error(target, prediction)
    assert found.value == pytest.approx(expected, rel=1e-12)
    assert (found.rows, found.reason) == (100, "3 rows with target 0 left out")
    nothing = estimate("mape", tables_of(zeros, zeros))
    assert nothing.value is None
    assert "3 rows with target 0" in nothing.reason


def test_a_logarithmic_error_is_undefined_from_minus_one_down():
    target, prediction = rows(100)
    prediction[[3, 4]] = -1.0, -2.0
    found = estimate("rmsle", tables_of(target, prediction))
    assert found.value is None
    assert found.reason == "2 rows with a target or prediction of -1 or less"


@pytest.mark.parametrize("value", [0.0, 0.1, 1e-300, 7e9])
def test_r2_of_a_constant_target_is_undefined(value):
    target = np.full(1_000, value)
    whole = tables_of(target, target + np.arange(1_000.0))
    parts = [tables_of(part, part + 1.0, grid=whole.grid) for part in np.split(target, [300, 301])]
    found = estimate("r2", merged(parts))
    assert found == estimate("r2", whole)
    assert found.value is None
    assert f"the target is {value:g} in every row" in found.reason


def test_r2_of_one_row_is_undefined():
    found = estimate("r2", tables_of(np.array([1.0]), np.array([2.0])))
    assert (found.value, found.reason) == (None, "the target of one row has no variance")


def test_r2_of_perfect_predictions_is_one_without_doubt():
    target, _ = rows(50)
    found = estimate("r2", tables_of(target, target))
    assert (found.value, found.interval, found.variance) == (1.0, (1.0, 1.0), 0.0)


def test_r2_of_the_mean_itself_is_zero():
    target, _ = rows(50)
    found = estimate("r2", tables_of(target, np.full(50, target.mean())))
    assert found.value == pytest.approx(0.0, abs=1e-12)
    assert found.interval == pytest.approx((0.0, 0.0), abs=1e-6)


def test_one_row_has_a_value_and_no_interval():
    tables = tables_of(np.array([3.0]), np.array([5.0]))
    for name in ("bias", "mae", "mape", "mse", "pinball_loss", "rmse", "rmsle", "smape"):
        found = estimate(name, tables)
        assert found.value is not None
        assert (found.interval, found.variance) == (None, None)
        assert found.reason == "one row has no confidence interval"


def test_a_maximum_has_no_interval_and_says_why():
    found = estimate("max_error", tables_of(*rows(100)))
    assert (found.interval, found.variance) == (None, None)
    assert found.reason == "a largest value has no confidence interval"


NAN, INF, HUGE = np.nan, np.inf, 1e200
ODD = {
    "no rows": ([], []),
    "no labels": ([NAN] * 9, [1.0] * 9),
    "no predictions": ([1.0] * 9, [NAN] * 9),
    "only infinite": ([INF, 1.0, -INF], [1.0, INF, -INF]),
    "one row": ([1.0], [2.0]),
    "two rows": ([1.0, 2.0], [2.0, 1.0]),
    "perfect": ([1.0, 2.0, 3.0] * 9, [1.0, 2.0, 3.0] * 9),
    "all zero": ([0.0] * 30, [0.0] * 30),
    "constant prediction": ([1.0, 2.0, 3.0] * 9, [2.0] * 27),
    "constant error": ([1.0, 2.0, 3.0] * 9, [2.0, 3.0, 4.0] * 9),
    "huge": ([HUGE, 2 * HUGE, -HUGE, 0.0] * 9, [0.0, HUGE, HUGE, HUGE] * 9),
    "largest": ([1.7e308, -1.7e308, 0.0], [0.0, -1.0e308, 1.7e308]),
    "one outlier": ([1.0] * 99 + [2.0], [1.5] * 99 + [1e154]),
    "denormal": ([5e-324, 1e-323, 0.0] * 9, [0.0, 0.0, 5e-324] * 9),
    "tiny": ([1e-160, 2e-160, 3e-160] * 9, [2e-160, 2e-160, 2e-160] * 9),
    "below minus one": ([-1.0, -2.0, 3.0] * 9, [-1.0, -5.0, 3.0] * 9),
}


@pytest.mark.parametrize("case", ODD)
@pytest.mark.parametrize("name", NAMES)
def test_odd_rows_give_a_sound_estimate_or_a_reason(name, case):
    target, prediction = (np.array(side, dtype=np.float64) for side in ODD[case])
    kind = metric_class(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tables = tables_of(target, prediction, lower=prediction / 2, upper=prediction)
        for one in (tables, tables.compress(8), merged([tables, tables])):
            found = estimate(name, one)
            if found.value is None:
                assert found.reason
                assert found.interval is None
                assert found.variance is None
                continue
            assert math.isfinite(found.value)
            assert kind.bounds[0] <= found.value <= kind.bounds[1]
            assert found.rows > 0
            assert (found.interval is None) == (found.variance is None)
            if found.interval is None:
                assert found.reason
                continue
            low, high = found.interval
            assert kind.bounds[0] <= low <= high <= kind.bounds[1]
            assert low <= found.value + 1e-12 * abs(found.value) + found.error
            assert high >= found.value - 1e-12 * abs(found.value) - found.error
            assert 0.0 <= found.variance < math.inf


def test_huge_errors_have_a_mean_though_no_mean_square():
    target, prediction = (np.array(side) for side in ODD["huge"])
    tables = tables_of(target, prediction)
    assert estimate("mae", tables).value == pytest.approx(1.25e200)
    assert estimate("mae", tables).reason == "the errors are too large for a confidence interval"
    assert estimate("mse", tables).reason == "the errors are too large to be averaged"
    assert estimate("r2", tables).reason == "the numbers are too large to be squared"
