"""Every dtype becomes numbers, times or labels, or says why not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from mmon.profiles.distributions.reading import Reading, is_comparable, natural_reading, read_as
from mmon.results import ColumnKind

NOON = dt.datetime(2024, 3, 1, 12)
INTEGERS = (
    *(pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.Int128),
    *(pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64, pl.UInt128),
)
NOON_US = 1_709_294_400_000_000


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        *((pl.Series([1, None, 3], dtype=dtype), [1, None, 3]) for dtype in INTEGERS),
        (pl.Series([2**100], dtype=pl.Int128), [float(2**100)]),
        (pl.Series([1.5], dtype=pl.Float32), [1.5]),
        (pl.Series([1.5], dtype=pl.Float16), [1.5]),
        (pl.Series([Decimal("1.25")]), [1.25]),
        (pl.Series([True, False]), [1, 0]),
        (pl.Series([dt.timedelta(seconds=90, milliseconds=500)]), [90.5]),
        (pl.Series([dt.time(1, 0, 1)]), [3601.0]),
        (pl.Series([" 1.5", "2", None]), [1.5, 2.0, None]),
    ],
)
def test_numbers_are_read_from_every_numeric_dtype(values, expected):
    assert read_as(values, Reading.NUMBER).to_list() == expected


@pytest.mark.parametrize(
    "values",
    [
        pl.Series([NOON]),
        pl.Series([NOON]).dt.cast_time_unit("ns"),
        pl.Series([NOON]).dt.cast_time_unit("ms"),
        pl.Series([NOON.replace(tzinfo=dt.UTC)]).dt.convert_time_zone("Asia/Tokyo"),
        pl.Series(["2024-03-01T12:00:00"]),
        pl.Series(["2024-03-01T12:00:00"], dtype=pl.Categorical),
    ],
)
def test_times_are_microseconds_of_utc_whatever_their_unit_and_zone(values):
    assert read_as(values, Reading.TIME).to_list() == [NOON_US]


def test_a_date_is_its_midnight():
    values = pl.Series([dt.date(2024, 3, 1)])
    assert read_as(values, Reading.TIME).to_list() == [NOON_US - 12 * 3_600_000_000]


def test_what_cannot_be_read_is_null():
    values = read_as(pl.Series(["1", "two", None, ""]), Reading.NUMBER)
    assert values.to_list() == [1.0, None, None, None]


@pytest.mark.parametrize(
    ("dtype", "kind"),
    [
        (pl.Int8(), ColumnKind.NUMERIC),
        (pl.Decimal(10, 2), ColumnKind.NUMERIC),
        (pl.Duration("us"), ColumnKind.NUMERIC),
        (pl.Time(), ColumnKind.NUMERIC),
        (pl.Boolean(), ColumnKind.CATEGORICAL),
        (pl.Categorical(), ColumnKind.CATEGORICAL),
        (pl.Enum(["a"]), ColumnKind.CATEGORICAL),
        (pl.Date(), ColumnKind.DATETIME),
        (pl.Datetime("ns", "Europe/Vienna"), ColumnKind.DATETIME),
    ],
)
def test_the_dtype_tells_the_kind(dtype, kind):
    assert natural_reading(dtype)[1] is kind


@pytest.mark.parametrize(
    "dtype",
    [pl.List(pl.Int8), pl.Array(pl.Int8, 2), pl.Struct({"a": pl.Int8}), pl.Binary(), pl.Null()],
)
def test_what_has_no_order_and_no_labels_is_unsupported_with_a_reason(dtype):
    reading, kind, reason = natural_reading(dtype)
    assert (reading, kind) == (Reading.PRESENCE, ColumnKind.UNSUPPORTED)
    assert "only presence is compared" in reason


@pytest.mark.parametrize(
    ("dtype", "reading", "expected"),
    [
        (pl.Int64(), Reading.NUMBER, True),
        (pl.String(), Reading.NUMBER, True),
        (pl.Datetime("us"), Reading.NUMBER, False),
        (pl.List(pl.Int8), Reading.NUMBER, False),
        (pl.Null(), Reading.NUMBER, True),
        (pl.String(), Reading.TIME, True),
        (pl.Int64(), Reading.TIME, False),
        (pl.Int64(), Reading.LABEL, True),
        (pl.Struct({"a": pl.Int8}), Reading.LABEL, False),
        (pl.List(pl.Int8), Reading.PRESENCE, True),
    ],
)
def test_comparable_dtypes_can_be_read(dtype, reading, expected):
    assert is_comparable(dtype, reading) is expected
    if expected and reading is not Reading.LABEL:
        assert len(read_as(pl.Series([None], dtype=dtype), reading)) == 1


@pytest.mark.parametrize(
    "values",
    [
        pl.Series([1, 0, None]),
        pl.Series([1.0, 0.0, float("nan")]),
        pl.Series(["True", " false", None]),
        pl.Series([True, False, None]),
        pl.Series(["1", "0", None], dtype=pl.Categorical),
    ],
)
def test_truth_is_read_from_numbers_and_texts(values):
    assert read_as(values, Reading.TRUTH).to_list() == ["true", "false", None]


def test_what_is_neither_true_nor_false_keeps_its_label():
    assert read_as(pl.Series(["Yes", "true"]), Reading.TRUTH).to_list() == ["Yes", "true"]


def test_a_category_that_is_not_a_number_is_missing():
    assert read_as(pl.Series([1.0, float("nan")]), Reading.LABEL).to_list() == [1.0, None]
