"""A regression's picture holds every row once, on bins that both sides share."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mmon.performance._number_picture import number_picture
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.results.charts import PerformancePicture
from tests.performance.regression_samples import gridded


def drawn(ref: RegressionTables | None, cur: RegressionTables) -> PerformancePicture:
    return number_picture(ref, cur, 2)


def sides(n: int = 5_000) -> tuple[RegressionTables, RegressionTables]:
    rng = np.random.default_rng(0)
    target = rng.normal(10.0, 3.0, size=n)
    ref = gridded(target, target + rng.normal(size=n))
    return ref, RegressionTables.of(target, target + 2.0 + rng.normal(size=n), grid=ref.grid)


numbers = st.lists(
    st.tuples(st.floats(allow_infinity=True), st.floats(allow_infinity=True)), max_size=40
)


LARGEST = float(np.finfo(np.float64).max)


@settings(max_examples=60)
@given(numbers, numbers)
@example([], [(0.0, LARGEST)])
@example([(-LARGEST / 2, LARGEST / 2), (LARGEST, LARGEST)], [(LARGEST, 0.0)])
def test_every_used_row_is_in_exactly_one_bin_and_one_cell(before, after):
    columns = [np.array(side, dtype=np.float64).reshape(-1, 2).T for side in (before, after)]
    ref = gridded(*columns[0])
    cur = RegressionTables.of(*columns[1], grid=ref.grid) if ref.grid else gridded(*columns[1])
    found = drawn(ref, cur)
    for edges in (found.error_edges, found.plane_edges):
        assert list(edges) == sorted(set(edges))
        assert all(map(math.isfinite, edges))
    for tables, side in ((ref, found.reference), (cur, found.production)):
        assert (side is None) == (tables.labelled == 0)
        if side is None:
            continue
        assert (side.rows, side.labelled) == (tables.rows, tables.labelled)
        assert sum(side.errors) == sum(map(sum, side.plane)) == tables.used
        assert not side.errors or len(side.errors) == len(found.error_edges) - 1
        assert not side.plane or len(side.plane) == len(found.plane_edges) - 1
        for curve in side.curves:
            assert all(map(math.isfinite, (*curve.x, *curve.y)))
            assert len(curve.x) == len(curve.y) == len(curve.weights)


def test_bins_span_both_sides_and_hold_the_tails_at_their_ends():
    found = drawn(*sides())
    assert len(found.error_edges) == 41
    assert -3.5 < found.error_edges[0] < -2.0
    assert 4.0 < found.error_edges[-1] < 5.5
    assert found.reference is not None
    assert found.production is not None
    assert sum(found.reference.errors) == 5_000
    assert found.reference.errors[0] > found.production.errors[0]
    assert found.reference.errors[-1] < found.production.errors[-1]


def test_bins_count_what_numpy_counts():
    rng = np.random.default_rng(1)
    target = rng.normal(size=3_000)
    prediction = target + rng.normal(size=3_000)
    tables = gridded(target, prediction, points=None)
    found = drawn(None, tables)
    inner = np.array(found.error_edges[1:-1])
    # numpy's bins are closed on the left: mirrored, they are these.
    mirrored = np.concatenate([[-np.inf], -inner[::-1], [np.inf]])
    expected = np.histogram(target - prediction, mirrored)[0][::-1]
    assert found.production is not None
    assert list(found.production.errors) == expected.tolist()


def test_the_curve_shows_where_predictions_are_too_high():
    ref, cur = sides()
    found = drawn(ref, cur)
    for side, offset in ((found.reference, 0.0), (found.production, 2.0)):
        assert side is not None
        (curve,) = side.curves
        assert curve.name == "predicted_actual"
        assert sum(curve.weights) == 5_000
        gaps = np.array(curve.x) - np.array(curve.y)
        assert np.average(gaps, weights=curve.weights) == pytest.approx(offset, abs=0.05)
        assert list(curve.x) == sorted(curve.x)


def test_sides_without_labels_are_not_drawn():
    target = np.full(5, np.nan)
    unlabelled = RegressionTables.of(target, np.arange(5.0))
    ref, _ = sides(100)
    found = drawn(ref, unlabelled)
    assert found.production is None
    assert found.reference is not None
    assert (found.window, found.task) == (2, "regression")
    assert drawn(None, unlabelled).error_edges == ()


def test_labels_without_predictions_are_counted_and_nothing_is_drawn():
    found = drawn(None, RegressionTables.of(np.arange(5.0), np.full(5, np.nan)))
    assert found.production is not None
    assert (found.production.rows, found.production.labelled) == (5, 5)
    assert found.production.errors == found.production.plane == found.production.curves == ()


def test_sides_on_different_grids_are_refused():
    ref, _ = sides(100)
    other = gridded(np.arange(50.0), np.arange(50.0))
    with pytest.raises(ValueError, match="different grids"):
        drawn(ref, other)
