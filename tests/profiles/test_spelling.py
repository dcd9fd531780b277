"""Texts become the values that a person reads in them, on any side, and nothing else does."""

from __future__ import annotations

import math
from decimal import Decimal

import polars as pl
import pytest

from mmon.profiles.recognition.spelling import (
    LabelSpelling,
    NumberSpelling,
    lost_texts,
    spelled,
    with_texts,
)
from mmon.profiles.recognition.times import TimeSpelling

US = NumberSpelling(group=",", is_marked=True)
GERMAN = NumberSpelling(decimal=",", group=".", is_marked=True)
FRENCH = NumberSpelling(decimal=",", group=" ", is_marked=True)
SWISS = NumberSpelling(group="'", is_marked=True)


def read(texts: list[str | None], spelling: NumberSpelling | TimeSpelling) -> list[object]:
    frame = pl.DataFrame({"x": texts}, schema={"x": pl.String})
    expression = spelled("x", pl.String(), spelling)
    assert expression is not None
    return frame.select(expression).to_series().to_list()


@pytest.mark.parametrize(
    ("text", "spelling", "value"),
    [
        (" 1.5 ", NumberSpelling(), 1.5),
        ("+5", NumberSpelling(), 5.0),
        ("1e3", NumberSpelling(), 1000.0),
        ("#DIV/0!", NumberSpelling(), None),
        ("$5,000.00", US, 5000.0),
        ("-$5", US, -5.0),
        ("$-5", US, -5.0),
        ("(1,234.50)", US, -1234.5),
        ("1,234-", US, -1234.0),
        ("USD 12", US, 12.0),
        ("12 %", US, 0.12),
        ("1,2345", US, None),
        ("ABC 12", US, None),
        ("?", US, None),
        ("1.234,56", GERMAN, 1234.56),
        ("-1,5 €", GERMAN, -1.5),
        ("1.234.567", GERMAN, 1234567.0),
        ("192.168.1.1", GERMAN, None),
        ("1 234,5", FRENCH, 1234.5),
        ("1\N{NARROW NO-BREAK SPACE}234,5", FRENCH, 1234.5),
        ("CHF 1\N{RIGHT SINGLE QUOTATION MARK}234.50", SWISS, 1234.5),
        ("\N{MINUS SIGN}7", US, -7.0),
        ("True", NumberSpelling(is_truth=True), 1.0),
        ("0", NumberSpelling(is_truth=True), 0.0),
    ],
)
def test_numbers_are_what_a_person_reads(text, spelling, value):
    assert read([text, None], spelling) == [value, None]


def test_not_a_number_is_that_in_every_spelling():
    for spelling in (NumberSpelling(), US, GERMAN):
        (value,) = read(["nan"], spelling)
        assert isinstance(value, float)
        assert math.isnan(value)


@pytest.mark.parametrize(
    ("texts", "spelling", "expected"),
    [
        (
            ["2024-01-31 08:00", "2024-01-31T08:00:00.25", "2024-1-31", "2024-02-30", "x"],
            TimeSpelling(),
            [
                "2024-01-31 08:00:00",
                "2024-01-31 08:00:00.250000",
                "2024-01-31 00:00:00",
                None,
                None,
            ],
        ),
        (
            ["2024-01-31 08:00:00+05:30", "2024-01-31T08:00:00Z", "2024-01-31T08:00:00"],
            TimeSpelling(has_offset=True),
            ["2024-01-31 02:30:00+00:00", "2024-01-31 08:00:00+00:00", "2024-01-31 08:00:00+00:00"],
        ),
        (
            ["03/30/2024 12:30:00 AM", "3/30/24 1:05 pm", "13/30/2024 10:00"],
            TimeSpelling("mdy"),
            ["2024-03-30 00:30:00", "2024-03-30 13:05:00", None],
        ),
        (
            ["31.01.2024", "1/2/24", "32.01.2024", "31.01.2024 10:00"],
            TimeSpelling("dmy", has_clock=False),
            ["2024-01-31", "2024-02-01", None, None],
        ),
        (["1711755000000"], TimeSpelling("ms"), ["2024-03-29 23:30:00"]),
        (["20240131", "20241301"], TimeSpelling("yyyymmdd"), ["2024-01-31", None]),
    ],
)
def test_times_are_what_a_person_reads(texts, spelling, expected):
    found = read(texts, spelling)
    assert [None if one is None else str(one) for one in found] == expected


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (pl.Series([1, 7]), ["1", "7"]),
        (pl.Series([1.0, 7.5, float("nan")]), ["1", "7.5", None]),
        (pl.Series([Decimal("1.00"), Decimal("7.50")]), ["1", "7.5"]),
        (pl.Series(["1", "1.0", "1.00", " 1", "+1"]), ["1"] * 5),
        (pl.Series(["007", "1.50", "a ", "-0.0", "1e3"]), ["007", "1.50", "a ", "-0", "1e3"]),
        (pl.Series([True, False]), ["true", "false"]),
    ],
)
def test_one_value_is_one_label_whatever_its_type(values, labels):
    expression = LabelSpelling().read(pl.col("x"), values.dtype)
    assert values.to_frame("x").select(expression).to_series().to_list() == labels


def test_padded_codes_are_numbers_only_beside_numbers():
    texts = pl.DataFrame({"x": ["007", "7.0", "x07"]})
    beside = texts.select(LabelSpelling(is_number=True).read(pl.col("x"), pl.String()))
    assert beside.to_series().to_list() == ["7", "7", "x07"]
    numbers = pl.DataFrame({"x": [7, 8]})
    named = LabelSpelling(names={"7": "007"}).read(pl.col("x"), pl.Int64())
    assert numbers.select(named).to_series().to_list() == ["007", "8"]


def test_what_could_not_be_read_is_kept_and_a_blank_text_is_missing():
    frame = pl.DataFrame({"x": ["1", "?", " ", None]})
    number = spelled("x", pl.String(), NumberSpelling())
    assert number is not None
    batch = frame.with_columns(number, with_texts("x"))
    lost = lost_texts(batch, "x")
    assert lost is not None
    assert lost.to_list() == [None, "?", None, None]
    assert lost_texts(batch.head(1), "x") is None


def test_values_of_a_type_of_their_own_are_not_touched():
    assert spelled("x", pl.Float64(), US) is None
    assert spelled("x", pl.Datetime("ns"), TimeSpelling()) is None
    assert spelled("x", pl.List(pl.String()), LabelSpelling()) is None
