"""The verdict's sentence names what matters, most important first."""

from __future__ import annotations

import dataclasses

import pytest

from mmon.results import Status, Verdict, Window
from tests.unit.sentence_results import (
    QUIET,
    SYSTEM,
    WINDOW,
    dropped,
    measured,
    result,
    said,
    worse,
)

LOUD = [
    result("a", 0.25, Status.DETECTED),
    result("b", 0.5, Status.DETECTED, name="total_variation"),
]
MISSING = result(
    "a", 0.4, Status.DETECTED, name="missing_share"
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
            "2 of 5 columns drifted: b (total variation 0.500), a (ks 0.250)",
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
            "1 of 4 columns drifted: a (ks 0.250) in window 1 of 2",
        ),
        (
            Verdict.INCONCLUSIVE,
            [result("a", 0.1, Status.INCONCLUSIVE, reason="too few rows: it takes 90")],
            [WINDOW],
            "too few rows: it takes 90",
        ),
        (
            Verdict.INCONCLUSIVE,
            [],
            [Window(index=0, rows=1, is_complete=False, is_judged=False)],
            "no window is complete yet",
        ),
        (Verdict.INCONCLUSIVE, [], [], "no production row falls into any window"),
        (Verdict.INCONCLUSIVE, [], [Window(index=0, rows=0)], "production has no rows"),
        (Verdict.INCONCLUSIVE, [], [WINDOW], "no column could be tested"),
    ],
)
def test_the_sentence_says_why(verdict, results, windows, expected):
    assert said(verdict, results, windows) == expected


def test_more_than_three_columns_are_counted():
    many = [result(f"c{i}", 0.3 + i / 10, Status.DETECTED) for i in range(5)]
    text = said(Verdict.BREACH, many)
    assert text == "5 of 5 columns drifted: c4 (ks 0.700), c3 (ks 0.600), c2 (ks 0.500) and 2 more"


AUC = dropped("roc_auc", 0.8731, 0.8124, 0.061, Status.DETECTED)
ERRORS = [
    measured("error_rate", 0.031, reference_value=0.004, kind=SYSTEM),
    measured(
        "error_rate",
        6.75,
        aspect="rise",
        relative=True,
        kind=SYSTEM,
        status=Status.DETECTED,
        gating=True,
    ),
]
ARRIVED = measured(
    "completeness", 0.12, kind=SYSTEM, detected=0.5, direction="below",
    status=Status.DETECTED, gating=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (AUC, "roc_auc fell 0.873 → 0.812"),
        (
            dropped("mae", 1912.4, 3172.0, 0.66, Status.DETECTED),
            "mae rose 1,912 → 3,172",
        ),
        (
            dropped("f1:prepaid_card", 0.9, 0.7, 0.2, Status.DETECTED),
            "f1 of prepaid_card fell 0.900 → 0.700",
        ),
        (ERRORS, "failure rate rose 0.4% → 3.1%"),
        ([ARRIVED], "12% of the expected rows arrived"),
        (
            [
                measured(
                    "roc_auc", 0.71, interval=(0.7, 0.72), reference_value=0.8, potential=0.8,
                    detected=0.75, direction="below", status=Status.DETECTED, gating=True,
                )
            ],
            "roc_auc 0.710 (limit 0.75)",
        ),
        (
            [
                measured(
                    "lasting_loss", 0.448, relative=True, potential=0.1, detected=0.2,
                    status=Status.DETECTED, gating=True,
                )
            ],
            "lasting loss +44.8% (limit 20%)",
        ),
        (
            [
                measured(
                    "freshness", 11_700.0, kind=SYSTEM, potential=3_600.0, detected=7_200.0,
                    status=Status.DETECTED, gating=True,
                )
            ],
            "freshness 3 h 15 min (limit 2 h)",
        ),
        (
            [
                measured(
                    "conflicting_labels", 3.0, detected=1.0, status=Status.DETECTED, gating=True
                )
            ],
            "conflicting labels 3 (limit 1)",
        ),
        (
            [*AUC, *ERRORS, *QUIET, *LOUD],
            "roc_auc fell 0.873 → 0.812; "
            "2 of 5 columns drifted: b (total variation 0.500), a (ks 0.250); "
            "failure rate rose 0.4% → 3.1%",
        ),
        (
            [
                *AUC,
                *dropped("f1", 0.7, 0.6, 0.1, Status.DETECTED),
                *dropped("recall:a", 0.7, 0.6, 0.1, Status.DETECTED),
                *QUIET,
                MISSING,
            ],
            "roc_auc fell 0.873 → 0.812; f1 fell 0.700 → 0.600; a has more missing values; "
            "and 1 more",
        ),
    ],
)  # fmt: skip
def test_a_breach_of_the_model_or_of_operations_is_told_by_its_values(results, expected):
    assert said(Verdict.BREACH, results) == expected


def test_a_metric_that_fell_in_several_windows_is_told_once_where_it_was_worst():
    windows = [Window(index=i, rows=9) for i in range(3)]
    results = [
        row
        for window, after in enumerate((0.8, 0.7, 0.75))
        for row in dropped("roc_auc", 0.87, after, 0.87 - after, Status.DETECTED, window=window)
    ]
    text = said(Verdict.BREACH, results, windows)
    assert text == "roc_auc fell 0.870 → 0.700 in all 3 windows"


def test_segments_are_named_and_do_not_count_as_columns():
    parts = [
        result("a", 0.4, Status.DETECTED, segment=f"country = {name}") for name in ("BR", "PT")
    ]
    text = said(Verdict.BREACH, [*QUIET, *parts])
    assert text == "drift in country = BR and 1 more segment"
    model = dropped("roc_auc", 0.87, 0.8, 0.07, Status.DETECTED, segment="country = BR")
    text = said(Verdict.BREACH, [*QUIET, *model, *parts[:1]])
    assert text == "roc_auc fell 0.870 → 0.800 in country = BR; drift in country = BR"


def test_the_segment_that_got_worst_is_named_and_the_others_counted():
    found = [
        worse("a = 1", 0.1, status=Status.POTENTIAL_DETECTION),
        worse("b > 2 and c = 3", 0.3, status=Status.POTENTIAL_DETECTION),
    ]
    told = "b > 2 and c = 3 got worse (error rate 0.09 → 0.38, 4.1% of rows)"
    failing = [dataclasses.replace(one, gating=True) for one in found]
    text = said(Verdict.BREACH, [*QUIET, *failing], fail_on="potential")
    assert text == f"{told}, as did 1 more segment"
    text = said(Verdict.BREACH, [*QUIET, failing[1]], fail_on="potential")
    assert text == told


def test_a_rise_of_the_error_rate_is_told_by_both_rates():
    risen = [
        measured("error_rate", 0.016, reference_value=0.00395, kind=SYSTEM),
        measured(
            "error_rate_increase", 0.01205, aspect="increase",
            reference_value=0.00395, kind=SYSTEM, detected=0.01,
            status=Status.DETECTED, gating=True,
        ),
    ]  # fmt: skip
    text = said(Verdict.BREACH, risen)
    assert text == "failure rate rose 0.395% → 1.6%"


def test_too_few_labels_are_counted_with_how_many_it_takes():
    why = "a value of 0.05 could not be significant with 120 labelled rows: it takes about 900"
    unsure = dropped("roc_auc", 0.873, 0.84, 0.033, Status.INCONCLUSIVE)
    results = [
        *QUIET,
        unsure[0],
        dataclasses.replace(unsure[1], rows_needed=900, reason=why),
        measured("label_coverage", 0.0034, reason="120 of 34,938 production rows have a label"),
    ]
    text = said(Verdict.INCONCLUSIVE, results)
    assert text == (
        "too few labels: 120 of 34,938 production rows have a label; it takes about 900"
    )


def test_an_analysis_without_any_conclusive_result_says_why_whatever_else_was_found():
    unsure = dropped("roc_auc", 0.873, 0.84, 0.033, Status.INCONCLUSIVE)
    stuck = dataclasses.replace(unsure[1], reason="the reference has no labels to compare with")
    doubt = result("q", 0.2, Status.INCONCLUSIVE, reason="too few rows")
    text = said(Verdict.INCONCLUSIVE, [*QUIET, doubt, stuck])
    assert text == "the reference has no labels to compare with"
