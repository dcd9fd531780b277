"""The categorical summary: label counts that merge exactly and stay within their cap."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmon.profiles.distributions import label_counter as label_module
from mmon.profiles.distributions.counts import Counts, align
from mmon.profiles.distributions.label_counter import LabelCounter
from mmon.profiles.distributions.presence import Presence

labels = st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "c", "ä", "", "日本"])))


def as_dict(counts: Counts) -> dict[str, int]:
    return dict(zip(counts.labels.to_list(), counts.mass.tolist(), strict=True))


def series(values: list[str | None]) -> pl.Series:
    return pl.Series("x", values, dtype=pl.String)


@given(labels, labels)
def test_counts_of_a_concatenation_equal_the_merge(a, b):
    merged = Counts.merge([Counts.of(series(a)), Counts.of(series(b))])
    whole = Counts.of(series(a + b))
    assert as_dict(merged) == as_dict(whole)
    assert merged.presence == whole.presence


@given(labels, labels, labels)
def test_merge_is_associative_and_commutative(a, b, c):
    x, y, z = (Counts.of(series(values)) for values in (a, b, c))
    one = Counts.merge([Counts.merge([x, y]), z])
    other = Counts.merge([z, Counts.merge([y, x])])
    assert one.labels.to_list() == other.labels.to_list()
    assert one.mass.tolist() == other.mass.tolist()
    assert one.presence == other.presence


def test_the_cap_keeps_the_most_frequent_labels_and_counts_the_rest():
    counts = Counts.from_mapping({"a": 5, "b": 1, "c": 9, "d": 2}).compress(2)
    assert as_dict(counts) == {"a": 5, "c": 9}
    assert counts.other == 3
    assert counts.count_error == 2
    assert counts.n == 17
    assert not counts.is_exact
    assert counts.rank_error == pytest.approx(3 / 17)


def test_merging_capped_counts_adds_their_errors():
    one = Counts.from_mapping({"a": 5, "b": 3}).compress(1)
    other = Counts.from_mapping({"b": 4, "a": 1}).compress(1)
    merged = Counts.merge([one, other])
    assert as_dict(merged) == {"a": 5, "b": 4}
    assert merged.other == 4
    # b's true count is 7: too low by 3, which the error of 3 + 1 covers.
    assert merged.count_error == 4


def test_the_number_of_labels_is_known_after_most_were_dropped():
    rng = np.random.default_rng(0)
    parts = [Counts.of(series([f"{i}" for i in rng.integers(0, 50_000, 20_000)])) for _ in range(9)]
    true = len(Counts.merge(parts).labels)
    dropped = [Counts.merge([one.compress(100) for one in parts[:4]]).compress(50), *parts[4:]]
    assert Counts.merge(dropped).compress(30).distinct == pytest.approx(true, rel=0.06)
    assert Counts.merge(parts).distinct == true


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pl.Series([True, False, None, True]), {"true": 2, "false": 1}),
        (pl.Series([1, 2, 1]), {"1": 2, "2": 1}),
        (pl.Series([1.0, 2.5, 1.0]), {"1": 2, "2.5": 1}),
        (pl.Series(["x", "y"], dtype=pl.Categorical), {"x": 1, "y": 1}),
        (pl.Series(["x", None], dtype=pl.Enum(["x", "y"])), {"x": 1}),
        (pl.Series([dt.date(2024, 1, 31)]), {"2024-01-31": 1}),
    ],
)
def test_every_dtype_with_a_text_form_is_counted_by_it(values, expected):
    counts = Counts.of(values)
    assert as_dict(counts) == expected
    assert counts.presence == Presence(len(values) - values.null_count(), values.null_count())


def test_align_covers_the_union_of_labels():
    both = align(Counts.from_mapping({"a": 2, "b": 1}), Counts.from_mapping({"b": 4, "c": 3}))
    assert both.labels.to_list() == ["a", "b", "c"]
    assert both.ref.tolist() == [2, 1, 0]
    assert both.cur.tolist() == [0, 4, 3]


def test_no_values_at_all_are_counted_as_such():
    counts = Counts.of(series([None, None]))
    assert counts.n == 0
    assert counts.presence == Presence(null=2)
    assert align(counts, counts).ref.dtype == np.int64


@pytest.mark.parametrize("levels", [1, 3, 200, 100_000])
def test_counting_by_hashes_is_counting(levels):
    rng = np.random.default_rng(levels)
    counter = LabelCounter()
    for size in (4_000, 1, 4_000, 0, 4_000):
        # Later batches bring labels that earlier ones did not have.
        codes = pl.Series(rng.integers(0, levels, size) + size // 2, dtype=pl.Int64)
        values = series([None] * (size // 10)).append("ü" + codes.cast(pl.String))
        counted, plain = counter.count(values), Counts.of(values)
        assert counted.labels.to_list() == plain.labels.to_list()
        assert counted.mass.tolist() == plain.mass.tolist()
        assert counted.presence == plain.presence


def test_labels_that_keep_coming_are_not_remembered_for_ever(monkeypatch):
    monkeypatch.setattr(label_module, "_MOST_LABELS", 500)
    counter = LabelCounter()
    known = np.zeros(10_000, dtype=np.int64)
    for batch in range(20):
        known[:100] = np.arange(100) + 100 * batch
        values = series([f"{code}" for code in known])
        assert as_dict(counter.count(values)) == as_dict(Counts.of(values))
        assert len(counter._labels) <= 500
