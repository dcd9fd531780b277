"""The verdict's sentence names what matters, most important first."""

from __future__ import annotations

import pytest

from mmon.results import Result, ResultKind, Status, Verdict, Window
from mmon.sentence import sentence
from mmon.verdict import Rule

WINDOW = Window(index=0, rows=100)


def result(column: str | None, value: float, status: Status, **fields) -> Result:
    fields.setdefault("kind", ResultKind.DATA_DRIFT)
    fields.setdefault("name", "ks")
    return Result(
        application="data-drift", column=column, value=value, status=status, gating=True, **fields
    )


QUIET = [result(f"q{i}", 0.01, Status.NO_DETECTION) for i in range(3)]
LOUD = [
    result("a", 0.25, Status.DETECTED),
    result("b", 0.5, Status.DETECTED, name="total_variation"),
]
MISSING = result(
    "a", 0.4, Status.DETECTED, kind=ResultKind.DATA_QUALITY, name="missing_share"
)  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "results", "windows", "expected"),
    [
        (Verdict.PASS, QUIET, [WINDOW], "no drift in 3 columns"),
        (
            Verdict.PASS,
            [*QUIET, result("c", 0.15, Status.POTENTIAL_DETECTION)],
            [WINDOW],
            "1 of 4 columns may have drifted, not enough to fail (fails on: detected)",
        ),
        (
            Verdict.BREACH,
            [*QUIET, *LOUD],
            [WINDOW],
            "2 of 5 columns drifted: b (total variation 0.5), a (ks 0.25)",
        ),
        (
            Verdict.BREACH,
            [*QUIET, MISSING],
            [WINDOW],
            "a has more missing values",
        ),
        (
            Verdict.BREACH,
            [*QUIET, *LOUD[:1]],
            [WINDOW, Window(index=1, rows=5)],
            "1 of 4 columns drifted: a (ks 0.25) (in 1 of 2 windows)",
        ),
        (
            Verdict.INCONCLUSIVE,
            [result("a", 0.1, Status.INCONCLUSIVE, reason="too few rows: it takes 90")],
            [WINDOW],
            "too few rows: it takes 90",
        ),
        (Verdict.INCONCLUSIVE, [], [], "no production row falls into any window"),
        (Verdict.INCONCLUSIVE, [], [Window(index=0, rows=0)], "production has no rows"),
        (Verdict.INCONCLUSIVE, [], [WINDOW], "no column could be tested"),
    ],
)
def test_the_sentence_says_why(verdict, results, windows, expected):
    assert sentence(verdict, results, windows, Rule()) == expected


def test_columns_that_could_not_be_judged_are_not_counted_as_without_drift():
    unclear = [result(f"u{i}", 0.3, Status.INCONCLUSIVE, reason="too few rows") for i in range(9)]
    text = sentence(Verdict.PASS, [QUIET[0], *unclear], [WINDOW], Rule())
    assert text == "no drift in 1 column; 9 columns inconclusive"


def test_more_than_three_columns_are_counted():
    many = [result(f"c{i}", 0.3 + i / 10, Status.DETECTED) for i in range(5)]
    text = sentence(Verdict.BREACH, many, [WINDOW], Rule())
    assert text == "5 of 5 columns drifted: c4 (ks 0.7), c3 (ks 0.6), c2 (ks 0.5) and 2 more"
