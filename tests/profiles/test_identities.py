"""Repeated ids are counted exactly while there are few ids, and fairly estimated beyond."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pytest
from hypothesis import given

from mmon.profiles.activity.identities import MOST_IDS, Identities
from mmon.profiles.folding.growing import Limits


def of(values: list[object], **options) -> Identities:
    return Identities.of(pl.Series(values), **options)


def repeats(values: list[int]) -> int:
    return len(values) - len(set(values))


@given(st.lists(st.integers(0, 30), max_size=200), st.integers(1, 5))
def test_repeats_are_those_of_a_set_however_the_rows_are_split(values, parts):
    split = [values[start::parts] for start in range(parts)]
    whole = Identities.merge([Identities.of(pl.Series(p, dtype=pl.Int64)) for p in split])
    assert whole.repeats == repeats(values)
    assert whole.is_exact
    assert whole.standard_error == 0.0
    assert whole.rows == len(values)


@given(st.permutations(range(4)), st.integers(1, 64))
def test_a_merge_is_the_same_in_any_order_and_grouping(order, kept):
    rng = np.random.default_rng(7)
    parts = [Identities.of(pl.Series(rng.integers(0, 90, 60)), kept=kept) for _ in range(4)]
    flat = Identities.merge(parts, kept=kept)
    a, b, c, d = (parts[place] for place in order)
    nested = Identities.merge(
        [Identities.merge([a, b], kept=kept), Identities.merge([c, d], kept=kept)], kept=kept
    )
    np.testing.assert_array_equal(flat.hashes, nested.hashes)
    np.testing.assert_array_equal(flat.counts, nested.counts)
    assert (flat.bound, flat.rows) == (nested.bound, nested.rows)


def test_null_nan_and_empty_texts_are_no_ids():
    assert (of(["a", None, "", "a"]).rows, of(["a", None, "", "a"]).missing) == (2, 2)
    assert (of([1.0, float("nan"), None]).rows, of([1.0, float("nan"), None]).missing) == (1, 2)
    empty = of([None, None])
    assert (empty.rows, empty.missing, empty.repeats) == (0, 2, 0.0)


def test_categories_are_told_by_their_texts_and_not_by_their_codes():
    parts = [
        Identities.of(pl.Series(["b", "a"]).cast(pl.Enum(["a", "b"]))),
        Identities.of(pl.Series(["a", "c"]).cast(pl.Enum(["c", "a"]))),
    ]
    assert Identities.merge(parts).repeats == 1.0


@pytest.mark.parametrize(
    "values", [[[1], [1], [2]], [{"a": 1}, {"a": 1}, {"a": 2}], [b"x", b"x", b"y"]]
)
def test_ids_of_any_type_are_told_apart(values):
    assert of(values).repeats == 1.0


def test_the_estimate_is_unbiased_and_its_standard_error_is_right():
    rng = np.random.default_rng(0)
    errors, claimed = [], []
    for _ in range(200):
        # Distinct ids each time, so that the hashes, and with them the sample, differ.
        ids = rng.integers(0, 1 << 62) + rng.integers(0, 6_000, 8_000)
        found = Identities.of(pl.Series(ids), kept=500)
        assert not found.is_exact
        errors.append(found.repeats - repeats(ids.tolist()))
        claimed.append(found.standard_error)
    assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(200)
    assert np.std(errors) == pytest.approx(np.mean(claimed), rel=0.15)


def test_hashes_above_the_bound_of_the_rest_change_nothing():
    first = Identities.of(pl.Series(range(1_000)), kept=100)
    second = pl.Series(range(500, 1_500))
    plain = Identities.merge([first, Identities.of(second)], kept=100)
    bounded = Identities.merge([first, Identities.of(second, bound=first.bound)], kept=100)
    assert plain.repeats == bounded.repeats
    assert (plain.rows, plain.bound) == (bounded.rows, bounded.bound)


def test_what_is_stored_is_small_and_tells_the_same():
    ids = Identities.of(pl.Series([*range(900), *range(300)]))
    stored = ids.stored(64)
    assert len(stored.hashes) == 64
    assert (stored.repeats, stored.standard_error, stored.is_exact) == (300.0, 0.0, True)
    sampled = Identities.of(pl.Series(range(900)), kept=100)
    assert sampled.stored(10).sampled == sampled.sampled < 1.0
    merged = Identities.merge([stored, Identities.of(pl.Series(range(900)))])
    assert not merged.is_exact
    assert abs(merged.repeats - 1_200) < 4 * merged.standard_error


def test_memory_is_shared_by_the_windows():
    kept = {windows: Limits(None, None).shared_by(windows).ids for windows in (1, 4, 365, 20_000)}
    assert kept[1] == kept[4] == MOST_IDS
    assert all(windows * kept[windows] <= 8 * MOST_IDS for windows in (365, 20_000))
