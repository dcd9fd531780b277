"""A column of text is what nine in ten of its distinct texts are."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mmon.profiles.distributions.reading import Reading
from mmon.profiles.recognition.recognise import (
    Found,
    declared_numbers,
    names_in_reference,
    recognised,
)
from mmon.profiles.recognition.spelling import LabelSpelling, NumberSpelling
from mmon.profiles.recognition.timely import time_spelling
from mmon.profiles.recognition.times import TimeSpelling

AMOUNTS = np.random.default_rng(0).normal(5000, 2000, 500).round(2)


def found(texts, name=""):
    return recognised(pl.Series(texts, dtype=pl.String), name)


@pytest.mark.parametrize(
    ("written", "decimal", "group"),
    [
        (lambda v: f"{v:.2f}", ".", ""),
        (lambda v: f"${v:,.2f}", ".", ","),
        (lambda v: f"{v:,.2f}".translate(str.maketrans(",.", ".,")), ",", "."),
        (lambda v: f"{v:.2f}".replace(".", ","), ",", ""),
        (lambda v: f"{v:,.2f}".replace(",", " ").replace(".", ","), ",", " "),
        (lambda v: f"{v:,.2f}".replace(",", "'"), ".", "'"),
    ],
)
def test_the_values_decide_how_numbers_are_written(written, decimal, group):
    one = found([written(value) for value in AMOUNTS])
    assert one.reading is Reading.NUMBER
    assert isinstance(one.spelling, NumberSpelling)
    assert (one.spelling.decimal, one.spelling.group) == (decimal, group)


def test_one_in_ten_texts_may_be_something_else():
    numbers = [str(value) for value in range(90)]
    words = [f"word {index}" for index in range(10)]
    assert found(numbers + words).reading is Reading.NUMBER
    assert found([*numbers, *words, "one more"]).reading is Reading.LABEL


def test_a_word_of_many_rows_is_a_category_unless_it_stands_for_a_missing_value():
    codes = pl.Series([*(str(code) for code in range(50)), "UNK"])
    rows = pl.Series([10] * 50 + [100])
    assert recognised(codes, rows=rows).reading is Reading.LABEL
    assert recognised(codes, rows=rows.set(rows == 100, 50)).reading is Reading.NUMBER
    missing = codes.set(codes == "UNK", "NA")
    assert recognised(missing, rows=rows).reading is Reading.NUMBER


@pytest.mark.parametrize(
    "texts", [["007", "012", "345"], ["4111111111111111", "4222222222222222"], ["1.2.3", "1.2.4"]]
)
def test_codes_are_no_numbers(texts):
    assert found(texts).reading is Reading.LABEL


def test_a_comma_before_three_digits_is_ambiguous_until_a_value_decides():
    assert found(["1,234", "5,678"]).spelling.is_ambiguous
    assert not found(["1,234", "5,678", "950"]).spelling.is_ambiguous
    assert found(["0,234", "5,678"]).spelling.decimal == ","


@pytest.mark.parametrize(
    ("texts", "order", "is_ambiguous"),
    [
        (["2024-01-31", "2024-02-01"], "ymd", False),
        (["01/31/2024", "02/01/2024"], "mdy", False),
        (["31/01/2024", "01/02/2024"], "dmy", False),
        (["01/02/2024", "03/04/2024"], "mdy", True),
        (["01.02.2024", "03.04.2024"], "dmy", True),
        (["03/30/2024 12:30:00 AM", "03/31/2024 01:00:00 PM"], "mdy", False),
    ],
)
def test_the_values_decide_whether_the_day_or_the_month_comes_first(texts, order, is_ambiguous):
    one = found(texts)
    assert one.reading is Reading.TIME
    assert isinstance(one.spelling, TimeSpelling)
    assert (one.spelling.order, one.spelling.is_ambiguous) == (order, is_ambiguous)


@pytest.mark.parametrize(("unit", "scale"), [("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)])
def test_numbers_count_since_1970_only_in_a_column_named_like_a_time(unit, scale):
    texts = [str((1_711_755_000 + index) * scale) for index in range(50)]
    assert found(texts, "event_time").spelling == TimeSpelling(unit)
    assert found(texts, "amount").reading is not Reading.TIME


def test_a_column_without_a_text_is_nothing_in_particular():
    nothing = pl.Series([], dtype=pl.String)
    assert recognised(nothing) == recognised(pl.Series([None, " "])) == Found(Reading.LABEL)
    assert declared_numbers(nothing) == NumberSpelling()
    assert time_spelling(nothing) is None


def test_true_and_false_in_any_case_are_truths():
    assert found(["True", "FALSE", "true"]).reading is Reading.TRUTH
    assert found(["True", "False", "maybe"]).reading is Reading.LABEL


def test_labels_with_needless_zeros_are_told():
    assert found(["a", "b", "1.0"]).spelling == LabelSpelling()
    assert found(["a", "b"]).spelling is None


def test_a_reference_that_writes_texts_names_the_numbers_of_production():
    labels = pl.Series(["007", "012", "7x", "1e3"])
    assert names_in_reference(labels) == {"7": "007", "12": "012", "1000": "1e3"}
    # Two labels that are one number name none.
    assert names_in_reference(pl.Series(["7", "007"])) == {}
