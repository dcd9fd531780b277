"""A regression's tables merge to what all rows together give, and count what they leave out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mmon.profiles.merging import CellsError, merged
from mmon.profiles.outcomes.outcomes import Outcome
from mmon.profiles.outcomes.performance_tables import performance_of
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.results import Task
from tests.performance.regression_samples import gridded

MOMENTS = ("bias", "mae", "mse", "over", "under", "relative", "symmetric", "log_square")
COUNTS = ("rows", "labelled", "unpredicted", "infinite", "used")


def made(n: int, seed: int = 0) -> RegressionTables:
    target, prediction = rows(n, seed)
    return gridded(target, prediction, points=None)


def rows(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    target = rng.lognormal(2.0, 0.8, size=n)
    return target, target + rng.normal(size=n) * target / 5


def parts_of(target: np.ndarray, prediction: np.ndarray, cuts: list[int]) -> list[RegressionTables]:
    whole = gridded(target, prediction, points=None)
    pieces = zip(np.split(target, cuts), np.split(prediction, cuts), strict=True)
    return [
        RegressionTables.of(y, x, lower=x - 1.0, upper=x + 1.0, points=None, grid=whole.grid)
        for y, x in pieces
    ]


def assert_close(one: RegressionTables, other: RegressionTables) -> None:
    for name in COUNTS:
        assert getattr(one, name) == getattr(other, name), name
    for name in MOMENTS:
        first, second = getattr(one, name), getattr(other, name)
        assert dataclasses.astuple(first) == pytest.approx(
            dataclasses.astuple(second), rel=1e-9, abs=1e-9
        ), name
    np.testing.assert_array_equal(one.error.values, other.error.values)
    np.testing.assert_array_equal(one.absolute.mass, other.absolute.mass)
    assert (one.joint.n, one.joint.low, one.joint.high) == (
        other.joint.n,
        other.joint.low,
        other.joint.high,
    )
    scale = np.abs(other.joint.sums).max(initial=1.0)
    np.testing.assert_allclose(one.joint.sums, other.joint.sums, rtol=1e-9, atol=1e-12 * scale)
    assert one.intervals is not None
    assert other.intervals is not None
    assert one.intervals.covered == other.intervals.covered
    assert one.plane is not None
    assert other.plane is not None
    np.testing.assert_array_equal(one.plane.rows, other.plane.rows)
    np.testing.assert_array_equal(one.plane.steps, other.plane.steps)
    np.testing.assert_allclose(one.plane.targets, other.plane.targets, rtol=1e-12)


@settings(max_examples=30)
@given(cuts=st.lists(st.integers(0, 400), max_size=6), seed=st.integers(0, 50))
def test_merge_gives_what_all_rows_together_give(cuts, seed):
    target, prediction = rows(400, seed)
    (whole,) = parts_of(target, prediction, [])
    assert_close(merged(parts_of(target, prediction, sorted(cuts))), whole)


def test_merge_is_commutative_and_associative():
    parts = parts_of(*rows(5_000), [10, 1_000, 1_001, 4_000])
    merge = merged
    flat = merge(parts)
    assert_close(merge(parts[::-1]), flat)
    assert_close(merge([merge(parts[:2]), merge([parts[2], merge(parts[3:])])]), flat)


def test_merging_empty_parts_changes_nothing():
    target, prediction = rows(100)
    (whole,) = parts_of(target, prediction, [])
    nothing = RegressionTables.of(np.empty(0), np.empty(0))
    assert nothing.plane is None
    assert_close(merged([nothing, whole, nothing]), whole)


def test_moments_are_those_of_the_rows():
    target, prediction = rows(1_000)
    tables, error = made(1_000), prediction - target
    expected = {
        "bias": error,
        "mae": np.abs(error),
        "mse": error**2,
        "over": np.clip(error, 0, None),
        "under": np.clip(-error, 0, None),
        "relative": np.abs(error / target),
        "symmetric": 2 * np.abs(error) / (np.abs(target) + np.abs(prediction)),
        "log_square": (np.log1p(prediction) - np.log1p(target)) ** 2,
    }
    for name, loss in expected.items():
        found = getattr(tables, name)
        assert found.n == 1_000
        assert found.mean == pytest.approx(loss.mean(), rel=1e-12)
        assert found.variance == pytest.approx(loss.var(ddof=1), rel=1e-12)
        assert found.skewness == pytest.approx(stats.skew(loss), rel=1e-9)


def test_joint_moments_are_those_of_targets_and_squared_errors():
    target, prediction = rows(250)
    joint = made(250).joint
    y, w = target, (prediction - target) ** 2
    for i in range(4):
        for j in range(7):
            wanted = np.sum(w**i * (y - y.mean()) ** j) if 2 * i + j <= 6 else 0.0
            # The first central moment is nothing but rounding.
            assert joint.sums[i, j] == pytest.approx(wanted, rel=1e-9, abs=1e-9), (i, j)


def test_a_large_offset_costs_no_digits():
    rng = np.random.default_rng(3)
    values = rng.normal(size=10_000)
    parts = parts_of(np.zeros(10_000), values + 1e9, list(range(1_000, 10_000, 1_000)))
    shifted = merged(parts).bias
    assert shifted.variance == pytest.approx(values.var(ddof=1), rel=1e-6)
    target = values + 1e9
    joint = merged(parts_of(target, target + rng.normal(size=10_000), [100, 7_000])).joint
    assert joint.sums[0, 2] == pytest.approx(np.sum((values - values.mean()) ** 2), rel=1e-6)
    assert joint.sums[0, 4] == pytest.approx(np.sum((values - values.mean()) ** 4), rel=1e-6)


def test_rows_that_cannot_be_used_are_counted():
    nan, inf = np.nan, np.inf
    target = np.array([1.0, 2.0, nan, 4.0, inf, 6.0, -1.7e308, nan])
    prediction = np.array([1.5, nan, 3.0, inf, 5.0, 6.0, 1.7e308, nan])
    tables = RegressionTables.of(target, prediction)
    assert {name: getattr(tables, name) for name in COUNTS} == {
        "rows": 8,
        "labelled": 6,
        "unpredicted": 1,
        "infinite": 3,
        "used": 2,
    }
    assert tables.error.values.tolist() == [0.0, 0.5]


def test_zero_targets_and_undefined_logarithms_are_left_out_of_their_loss_alone():
    tables = RegressionTables.of(
        np.array([0.0, 0.0, 2.0, -1.0, 5.0]), np.array([0.0, 3.0, 2.0, 1.0, -2.0])
    )
    assert tables.used == tables.symmetric.n == 5
    assert tables.relative.n == 3
    assert tables.log_square.n == 3
    # Both zero is a perfect prediction; one zero, or the wrong sign, is as far off as can be.
    assert tables.symmetric.mean == pytest.approx((0 + 2 + 0 + 2 + 2) / 5)


def test_relative_losses_of_huge_numbers_do_not_overflow():
    tables = RegressionTables.of(np.array([1.7e308, 4.0]), np.array([1.0e308, 4.0]))
    assert tables.symmetric.mean == pytest.approx(0.7 / 1.35 / 2)
    assert tables.relative.mean == pytest.approx(0.7 / 1.7 / 2)
    assert tables.mse.mean == np.inf


def test_intervals_are_counted_where_both_ends_and_the_target_are_known():
    nan, inf = np.nan, np.inf
    target = np.array([1.0, 1.0, 1.0, 1.0, nan, 1.0, inf, 1.0])
    lower = np.array([0.0, 1.0, 1.5, nan, 0.0, -inf, 0.0, 2.0])
    upper = np.array([2.0, 1.0, 2.0, 2.0, 2.0, 1.0, inf, 0.0])
    counts = RegressionTables.of(target, target, lower=lower, upper=upper).intervals
    assert counts is not None
    assert (counts.rows, counts.covered, counts.crossed) == (5, 3, 1)
    assert counts.width.n == 4
    assert counts.width.mean == pytest.approx((2.0 + 0.0 + 0.5 - 2.0) / 4)


def test_without_ends_there_are_no_intervals():
    assert made(10).intervals is None


def test_the_plane_counts_what_numpy_counts_and_the_border_what_is_beyond():
    target, prediction = rows(20_000)
    tables = made(20_000)
    assert tables.plane is not None
    grid = tables.plane.grid
    # numpy's bins are closed on the left: mirrored, they are these.
    edges = np.concatenate([[-np.inf], grid.edges[1:-1], [np.inf]])
    mirrored = -edges[::-1]
    expected, _, _ = np.histogram2d(-target, -prediction, bins=(mirrored, mirrored))
    assert tables.plane.rows.tolist() == expected[::-1, ::-1].astype(int).tolist()
    assert target.max() > grid.edges[-1]
    assert tables.plane.rows.sum() == 20_000


def test_steps_hold_equally_many_rows_and_their_means():
    target, prediction = rows(20_000)
    plane = made(20_000).plane
    assert plane is not None
    assert plane.steps.tolist() == [1_000] * 20
    order = np.argsort(prediction)
    np.testing.assert_allclose(plane.targets, target[order].reshape(20, -1).mean(axis=1))
    np.testing.assert_allclose(plane.predictions, prediction[order].reshape(20, -1).mean(axis=1))


def test_a_given_grid_is_kept():
    grid = made(500).grid
    target, prediction = rows(100, seed=1)
    tables = RegressionTables.of(target + 1e6, prediction + 1e6, grid=grid)
    assert tables.grid is grid
    assert tables.plane is not None
    assert tables.plane.rows[-1, -1] == 100


def test_tables_on_different_grids_are_not_merged():
    with pytest.raises(CellsError, match=r"differ in plane\.grid"):
        merged([made(50, seed=0), made(50, seed=1)])


@pytest.mark.parametrize("value", [0.0, 5e-324, -7.0, 1e300, -1.7e308])
def test_a_constant_has_a_grid_around_it(value):
    constant = np.full(10, value)
    plane = gridded(constant, constant).plane
    assert plane is not None
    assert np.all(np.diff(plane.grid.edges) > 0)
    assert plane.grid.edges[0] < value < plane.grid.edges[-1]
    assert plane.steps.tolist() == [10]


@pytest.mark.parametrize("step", [5e-324, 1e-322, 1e-300, 1e-16, 1e-9])
@pytest.mark.parametrize("start", [0.0, 1.0, 1e9])
def test_nearly_equal_numbers_have_distinct_edges(start, step):
    values = start + np.arange(25) * step
    grid = gridded(values, values).grid
    assert grid is not None
    assert np.all(np.diff(grid.edges) > 0)


def test_compressing_touches_the_distributions_only():
    tables = made(50_000)
    small = tables.compress(100)
    assert len(small.absolute.values) < 200
    assert small.absolute.uncertain > 0
    assert small.absolute.max == tables.absolute.max
    assert (small.mae, small.joint, small.plane) == (tables.mae, tables.joint, tables.plane)


def test_an_outcome_is_summarised_like_its_columns():
    target, prediction = rows(300)
    outcome = Outcome(
        task=Task.REGRESSION,
        classes=(),
        target=target,
        prediction=prediction,
        scores=None,
        lower=prediction - 1.0,
        upper=prediction + 1.0,
        group=np.zeros(300, dtype=np.uint8),
        half=np.zeros(300, dtype=np.bool_),
    )
    (expected,) = parts_of(target, prediction, [])
    assert_close(performance_of(outcome, None, expected.grid), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.int64])
def test_other_number_types_are_read_as_doubles(dtype):
    target = np.arange(100).astype(dtype)
    tables = RegressionTables.of(target, (target * 2).astype(dtype))
    assert tables.mae.mean == pytest.approx(49.5, rel=1e-15)
    assert tables.error.values.dtype == np.float64


def test_nothing_is_modified():
    target, prediction = rows(100)
    target[0] = prediction[1] = np.nan
    before = target.copy(), prediction.copy()
    RegressionTables.of(target, prediction, lower=prediction, upper=prediction)
    np.testing.assert_array_equal(target, before[0])
    np.testing.assert_array_equal(prediction, before[1])
