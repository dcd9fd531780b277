"""Pictures hold every row exactly once, on bins that both sides share."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmon.comparison.columns import plan_production, plan_reference
from mmon.config.columns import Columns
from mmon.profiles.column_chart import pictures
from mmon.profiles.folding.build import WHOLE, profile_frame
from mmon.profiles.folding.growing import Limits

LIMITS = Limits(points=None, labels=None)


def drawn(ref: pl.Series, cur: pl.Series):
    before, after = ref.alias("x").to_frame(), cur.alias("x").to_frame()
    first = profile_frame(
        before.lazy(), plan_reference(before.schema, Columns()), source="r", limits=LIMITS
    ).profiles[WHOLE]
    plan = plan_production(first, after.schema)
    second = profile_frame(after.lazy(), plan, source="p", limits=LIMITS).profiles[WHOLE]
    return next(pictures(first.columns[0], {3: second.columns[0]}), None)


numbers = st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=80)


@pytest.mark.slow
@given(numbers, numbers)
def test_every_row_is_in_exactly_one_bin(ref, cur):
    found = drawn(pl.Series(ref, dtype=pl.Float64), pl.Series(cur, dtype=pl.Float64))
    if found is None:
        assert not ref
        assert not cur
        return
    assert list(found.edges) == sorted(set(found.edges))
    assert len(found.edges) == len(found.reference) + 1
    assert (sum(found.reference), sum(found.production)) == (len(ref), len(cur))
    assert found.window == 3


def test_bins_count_what_numpy_counts():
    rng = np.random.default_rng(0)
    values = pl.Series(rng.normal(size=5_000))
    found = drawn(values, values + 1.0)
    # Bins are (lo, hi] with the first closed: mirrored, they are numpy's.
    mirrored = -np.array(found.edges)[::-1]
    for side, data in ((found.reference, values), (found.production, values + 1.0)):
        expected = np.histogram(-data.to_numpy(), mirrored)[0][::-1]
        assert list(side) == expected.tolist()


def test_few_integers_have_a_bin_each():
    found = drawn(pl.Series([0, 0, 1, 4]), pl.Series([1, 4, 4]))
    assert found.edges == (-0.5, 0.5, 2.5, 5.5)
    assert found.reference == (2, 1, 1)
    assert found.production == (0, 1, 2)


def test_a_constant_has_one_bin_around_it():
    found = drawn(pl.Series([5.0, 5.0]), pl.Series([5.0]))
    assert found.edges == (4.5, 5.5)
    assert found.reference == (2,)


def test_rare_labels_are_drawn_together():
    labels = [f"c{i:02}" for i in range(30)]
    ref = pl.Series([label for i, label in enumerate(labels) for _ in range(60 - 2 * i)])
    found = drawn(ref, ref)
    assert found.labels[0] == "c00"
    assert found.labels[-1] == "(other)"
    assert len(found.labels) == 12
    assert sum(found.reference) == len(ref)


def test_a_label_that_only_production_has_is_drawn():
    found = drawn(pl.Series(["a"] * 10), pl.Series(["a"] * 5 + ["new"] * 5))
    assert found.labels == ("a", "new")
    assert found.reference == (10, 0)


def test_quantiles_are_of_each_side():
    found = drawn(pl.Series(range(1, 101)), pl.Series(range(101, 201)))
    assert (0.5, 50.0, 150.0) in found.quantiles


@pytest.mark.parametrize("values", [pl.Series([None, None], dtype=pl.Float64), pl.Series([[1]])])
def test_nothing_to_draw_is_no_picture(values):
    assert drawn(values, values) is None
