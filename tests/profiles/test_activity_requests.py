"""Errors, latencies and late rows are read off columns of any type."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from mmon.config.windows import Windows
from mmon.profiles.activity.requests import read_errors, read_latency
from mmon.profiles.folding.lateness import Lateness
from mmon.windows.cut import WindowCut

YES, NO, UNKNOWN = 1, 0, None


def said(values: pl.Series) -> list[int | None]:
    is_error, is_known = read_errors(values)
    assert not (is_error & ~is_known).any()
    return [int(e) if k else None for e, k in zip(is_error, is_known, strict=True)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pl.Series([True, False, None]), [YES, NO, UNKNOWN]),
        (pl.Series([0, 1, -1, None]), [NO, YES, YES, UNKNOWN]),
        (pl.Series([0.0, 0.5, float("nan"), None]), [NO, YES, UNKNOWN, UNKNOWN]),
        (pl.Series([200, 301, 400, 404, 503, 599, 600, 99]), [NO, NO, *[YES] * 6]),
        (pl.Series(["200", "503", None]), [NO, YES, UNKNOWN]),
        (pl.Series(["", "OK", " none ", "Timeout", None]), [NO, NO, NO, YES, NO]),
        (pl.Series(["true", "False", None]), [YES, NO, UNKNOWN]),
        (pl.Series(["timeout", None]).cast(pl.Categorical), [YES, NO]),
        (pl.Series([None, None], dtype=pl.String), [NO, NO]),
        (pl.Series([None, None]), [UNKNOWN, UNKNOWN]),
        (pl.Series([None, None], dtype=pl.Boolean), [UNKNOWN, UNKNOWN]),
        (pl.Series([["a"], [], None]), [YES, NO, NO]),
        (pl.Series([{"a": 1}, None]), [YES, NO]),
        (pl.Series([], dtype=pl.String), []),
    ],
)
def test_errors_are_read_from_any_type(values, expected):
    assert said(values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pl.Series([1, None, -3]), [1.0, np.nan, -3.0]),
        (pl.Series(["1.5", " 2 ", "slow", None]), [1.5, 2.0, np.nan, np.nan]),
        (pl.Series([dt.timedelta(milliseconds=250), None]), [0.25, np.nan]),
        (pl.Series([None, None]), [np.nan, np.nan]),
        (pl.Series([dt.date(2024, 1, 1)]), [np.nan]),
        (pl.Series([[1.0]]), [np.nan]),
    ],
)
def test_latencies_are_read_from_any_type(values, expected):
    np.testing.assert_array_equal(read_latency(values), expected)


def test_late_rows_are_those_of_a_window_that_the_newest_row_has_closed():
    """Against the definition, row by row."""
    rng = np.random.default_rng(0)
    cut = WindowCut.of(Windows(every="1h"))
    hour = 3_600_000_000
    allowed = hour // 4
    arrival = np.cumsum(rng.exponential(hour / 50, 2_000)).astype(np.int64) + 20_000 * 24 * hour
    at = arrival - (rng.random(2_000) < 0.2) * rng.integers(0, 3 * hour, 2_000)
    inside = rng.random(2_000) < 0.95
    keys = cut.assign(pl.Series(at).cast(pl.Datetime("us"))).to_numpy()
    expected, newest = [], None
    for time, key, is_in in zip(at.tolist(), keys.tolist(), inside.tolist(), strict=True):
        expected.append(is_in and newest is not None and newest >= key + hour + allowed)
        newest = max(newest or time, time) if is_in else newest
    lateness = Lateness(cut, allowed)
    found = [
        lateness.late(at[k : k + 70], keys[k : k + 70], inside[k : k + 70])
        for k in range(0, 2_000, 70)
    ]
    assert np.concatenate(found).tolist() == expected
    assert 50 < sum(expected) < 400


def test_a_row_at_a_windows_end_closes_it():
    cut = WindowCut.of(Windows(every="1h"))
    hour = 3_600_000_000
    at = np.array([hour - 1, 0, hour, 0], dtype=np.int64)
    keys = cut.assign(pl.Series(at).cast(pl.Datetime("us"))).to_numpy()
    found = Lateness(cut).late(at, keys, np.ones(4, dtype=bool))
    assert found.tolist() == [False, False, False, True]


def test_a_single_window_without_an_end_never_closes():
    lateness = Lateness(WindowCut.of(Windows(start="2024-01-01")))
    at = np.array([5, 4, 3], dtype=np.int64) * 10**15
    assert not lateness.late(at, np.zeros(3, dtype=np.int64), np.ones(3, dtype=bool)).any()
