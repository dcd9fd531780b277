"""Rules are what their words say."""

from __future__ import annotations

import numpy as np
import pytest

from mmon.models.rows import Rows
from mmon.models.rules import Condition, holds, joined, rounded, words

ROWS = Rows(
    np.array([[0.0, 10.0], [1.0, 20.0], [np.nan, np.nan], [1.0, 30.0]]),
    np.empty((0, 2)),
    np.array([True, False]),
    ("region", "income"),
    (("north", "south"), ()),
    (False, False),
)


@pytest.mark.parametrize(
    ("conditions", "told", "expected"),
    [
        ((), "all rows", [True, True, True, True]),
        ((Condition(0, label=0),), "region = north", [True, False, False, False]),
        ((Condition(0, label=0, is_not=True),), "region ≠ north", [False, True, True, True]),
        ((Condition(1, high=20.0),), "income < 20", [True, False, False, False]),
        ((Condition(1, low=20.0),), "income ≥ 20", [False, True, False, True]),
        (
            (Condition(1, low=20.0), Condition(0, label=1), Condition(1, high=30.0)),
            "20 ≤ income < 30 and region = south",
            [False, True, False, False],
        ),
        (
            (Condition(1, is_missing=False), Condition(1, high=25.0), Condition(1, high=15.0)),
            "income < 15",
            [True, False, False, False],
        ),
        ((Condition(1, is_missing=True),), "income is missing", [False, False, True, False]),
        ((Condition(1, is_missing=False),), "income is present", [True, True, False, True]),
        (
            (Condition(0, label=1, is_not=True), Condition(0, label=0)),
            "region = north",
            [True, False, False, False],
        ),
    ],
)
def test_a_rule_holds_where_its_words_say(conditions, told, expected) -> None:
    rule = joined(conditions)
    assert words(rule, ROWS) == told
    assert holds(rule, ROWS.ref).tolist() == expected


@pytest.mark.parametrize(
    ("value", "values", "expected"),
    [
        (31_234.5, np.linspace(10_000, 60_000, 1_000), 31_000.0),
        (3.5, np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 4.0),
        (0.4987, np.linspace(0, 1, 1_000), 0.5),
        (np.pi, np.array([np.nan, 3.1415926535, 3.1415926537]), np.pi),
    ],
)
def test_numbers_are_rounded_where_hardly_a_row_changes_sides(value, values, expected) -> None:
    assert rounded(value, values, is_time=False) == expected


def test_times_are_rounded_to_days_or_minutes() -> None:
    day, hour = 86_400_000_000, 3_600_000_000
    at = 19_000 * day + 100
    assert rounded(float(at), np.arange(18_900, 19_100) * float(day) + 50, is_time=True) in (
        float(19_000 * day),
        float(at),
    )
    many = np.arange(19_000 * 24, 19_002 * 24) * float(hour)
    bound = rounded(19_000.4 * day, many, is_time=True)
    rows = Rows(many[:, None], many[:0, None], np.array([False]), ("opened",), ((),), (True,))
    assert words((Condition(0, low=bound),), rows) == "opened ≥ 2022-01-08 09:36"
