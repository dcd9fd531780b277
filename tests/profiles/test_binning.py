"""Bins cut the whole reference evenly, whatever its first rows say."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mmon.engine import local
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.features.binning import assign, binning_of
from mmon.profiles.features.tables import Binning, FeatureTable
from mmon.profiles.table import ColumnProfile
from mmon.results import ColumnKind
from tests.profiles import outcome_rows

SIZE = 3_000
Found = tuple[pl.DataFrame, dict[str, FeatureTable]]
BATCHES = [30, 600, 100_000]


def odd_features() -> pl.DataFrame:
    """Features of which the first batch says little."""
    rng = np.random.default_rng(3)
    place = np.arange(SIZE)
    falling = (2_000.0 - place + rng.normal(0.0, 30.0, SIZE)).astype(np.float32)
    falling[rng.random(SIZE) < 0.02] = np.inf
    falling[rng.random(SIZE) < 0.02] = -np.inf
    both = rng.normal(0.0, 1.0 + place, SIZE)
    both[rng.random(SIZE) < 0.02] = np.inf
    late = np.where(place < SIZE // 2, np.nan, rng.random(SIZE))
    names = np.array([f"month {month:02}" for month in range(12)])
    outcome = outcome_rows.rows("binary", SIZE).select("y", "yhat", "p", "rising")
    return outcome.with_columns(
        falling=falling,
        rounded=pl.Series((place // 7).astype(np.float32) / np.float32(10.0)).reverse(),
        widening=both,
        stepped=np.where(place < SIZE // 3, 0.0, place // 100 * 1.0),
        late=pl.Series(late).fill_nan(None),
        month=names[place * 12 // SIZE],
        street=pl.Series([f"s{int(n)}" for n in rng.zipf(1.3, SIZE).clip(0, 400)]),
        rare=pl.when(pl.int_range(pl.len()) % 50 == 49).then(pl.lit("yes")),
        huge=rng.integers(0, 2**62, SIZE) // (1 + place) ** 3,
    )


@pytest.fixture(scope="module", params=BATCHES, ids=lambda rows: f"batches of {rows:,}")
def found(request: pytest.FixtureRequest) -> Found:
    """The rows, and the table of each feature."""
    roles = {**outcome_rows.ROLES["binary"], "categorical": ["rare"]}
    off = dict.fromkeys(("data_drift", "data_quality", "system_performance"))
    settings = outcome_rows.config("binary", segments=None, columns=roles, analyses=off)
    frame = odd_features()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "_BATCH_ROWS", (request.param, request.param))
        features = outcome_rows.reference(settings, frame).features
    assert features is not None
    return frame, {one.binning.column: one for one in features.tables}


def test_every_row_is_in_its_bin(found: Found) -> None:
    frame, tables = found
    assert set(tables) == set(frame.columns) - {"y", "yhat", "p"}
    for name, one in tables.items():
        expected = np.bincount(outcome_rows.bins(frame, one), minlength=one.binning.size)
        np.testing.assert_array_equal(one.rows, expected, name)


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("rising", 0.2),
        ("falling", 0.2),
        ("rounded", 0.2),
        ("late", 0.2),
        # A third of the values are 0.
        ("stepped", 0.5),
        # New values come at both ends.
        ("widening", 0.2),
    ],
)
def test_about_equal_masses_wherever_the_feature_goes(name: str, most: float, found: Found) -> None:
    rows = found[1][name].rows[:-1]
    assert 7 <= len(rows) <= 12
    assert rows.max() <= most * rows.sum()


def test_categories_that_come_late_have_bins_of_their_own(found: Found) -> None:
    frame, tables = found
    month, street, rare = tables["month"], tables["street"], tables["rare"]
    assert len(month.binning.labels or ()) == 12
    assert month.rows.tolist() == [SIZE // 12] * 12 + [0, 0]
    counts = frame["street"].value_counts(sort=True, name="n")
    assert set((street.binning.labels or ())[:5]) == set(counts["street"].head(5))
    assert rare.binning.labels == ("yes",)
    assert rare.rows.tolist() == [SIZE // 50, 0, SIZE - SIZE // 50]


def test_missing_and_infinite_values_are_in_the_last_bin() -> None:
    binning = Binning("x", np.array([0.0, 1.0]), None)
    values = pl.Series([None, float("nan"), float("inf"), -float("inf"), -1.0, 0.0, 0.5, 1.0, 9.0])
    assert assign(values, binning).tolist() == [3, 3, 3, 3, 0, 0, 1, 1, 2]
    assert binning.size == 4


def test_an_edge_of_single_precision_has_the_value_of_it_below() -> None:
    edge = float(np.float32(0.7))
    single = Binning("x", np.array([edge]), None, is_single=True)
    assert assign(pl.Series([0.7, 0.8], dtype=pl.Float32), single).tolist() == [0, 1]
    assert assign(pl.Series([0.7, 0.8], dtype=pl.Float64), single).tolist() == [0, 1]


@pytest.mark.parametrize("dtype", [pl.String(), pl.Categorical(), pl.Enum(["a", "b", "z"])])
def test_labels_of_any_dtype_find_their_bins(dtype: pl.DataType) -> None:
    binning = Binning("c", None, ("b", "a"))
    values = pl.Series(["a", "b", "z", None], dtype=pl.String).cast(dtype)
    assert assign(values, binning).tolist() == [1, 0, 2, 3]


def test_whole_numbers_and_booleans_find_the_bins_of_their_labels() -> None:
    assert assign(pl.Series([1, 2, None]), Binning("c", None, ("2",))).tolist() == [1, 0, 2]
    truths = Binning("c", None, ("true", "false"))
    assert assign(pl.Series([True, False, None]), truths).tolist() == [0, 1, 3]


def test_no_values_have_a_single_bin() -> None:
    binning = Binning("x", np.empty(0), None)
    assert binning.names() == ["any", "(null)"]
    assert assign(pl.Series([3.0, None]), binning).tolist() == [0, 1]


def column(distribution: Ecdf | Counts, dtype: str = "Float64") -> ColumnProfile:
    reading = Reading.NUMBER if isinstance(distribution, Ecdf) else Reading.LABEL
    return ColumnProfile(
        "x", dtype, ColumnKind.NUMERIC, reading, distribution.presence, distribution
    )


@pytest.mark.parametrize("points", [None, 64])
def test_bins_hold_about_equal_masses_whatever_the_order_of_rows(points: int | None) -> None:
    values = np.random.default_rng(0).lognormal(size=5_000)
    edges = binning_of(column(Ecdf.of(values, points=points)), 10).edges
    again = binning_of(column(Ecdf.of(values[::-1], points=points)), 10).edges
    assert edges is not None
    np.testing.assert_array_equal(edges, again)
    assert {*edges} <= {*values}
    masses = np.diff(np.searchsorted(np.sort(values), edges, side="right"), prepend=0, append=5_000)
    assert np.abs(masses / 5_000 - 0.1).max() < (0.001 if points is None else 0.02)


def test_few_values_have_a_bin_each_and_the_largest_no_edge() -> None:
    found = binning_of(column(Ecdf.of(np.array([3, 1, 2, 2, 1]))), 10)
    assert found.edges is not None
    assert found.edges.tolist() == [1.0, 2.0]
    assert binning_of(column(Ecdf.of(np.array([5.0, 5.0]))), 10).names() == ["any", "(null)"]
    assert binning_of(column(Ecdf.of(np.zeros(3)), "Float32"), 10).is_single


def test_of_categories_the_most_frequent_are_kept_and_ties_in_order() -> None:
    many = {f"street {index}": 1 for index in range(900)}
    counts = Counts.from_mapping({"a": 5, "b": 9, "d": 7, "c": 7, **many})
    assert binning_of(column(counts), 3).labels == ("b", "c", "d")


@pytest.mark.parametrize(("categories", "kept"), [(20, 20), (100, 100), (101, 10), (1_000, 10)])
def test_categories_that_hold_one_row_of_a_hundred_are_told_apart(
    categories: int, kept: int
) -> None:
    counts = Counts.from_mapping({f"city {index}": 50 for index in range(categories)})
    assert len(binning_of(column(counts), 10).labels or ()) == kept
