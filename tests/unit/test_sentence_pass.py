"""The sentence of a pass is calm: what did not drift, what held, and little else."""

from __future__ import annotations

import dataclasses

import pytest

from mmon.results import ResultKind, Status, Verdict, Window
from tests.unit.sentence_results import QUIET, dropped, result, said, worse


def test_columns_that_could_not_be_judged_are_not_counted_as_without_drift():
    unclear = [result(f"u{i}", 0.3, Status.INCONCLUSIVE, reason="too few rows") for i in range(9)]
    text = said(Verdict.PASS, [QUIET[0], *unclear])
    assert text == "no drift in 1 column; 9 columns inconclusive"


def test_of_many_windows_it_is_told_in_how_many_columns_could_not_be_judged():
    windows = [Window(index=i, rows=9) for i in range(20)]
    known = [dataclasses.replace(one, window=i) for one in QUIET for i in range(20)]
    unclear = [
        result(f"q{i}", 0.3, Status.INCONCLUSIVE, reason="too few rows", window=window)
        for i, window in ((0, 4), (1, 4), (1, 7), (1, 9))
    ]
    told = "no drift in 1 column; 2 columns inconclusive"
    text = said(Verdict.PASS, [*known, *unclear], windows)
    assert text == f"{told} in 3 of 20 windows, not in the newest"
    every = [dataclasses.replace(unclear[0], window=i) for i in range(20)]
    assert said(Verdict.PASS, [*known, *unclear, *every], windows) == f"{told} in all 20 windows"


def test_a_column_of_which_a_check_is_open_is_counted_as_the_table_counts_it():
    share = {"kind": ResultKind.DATA_QUALITY, "name": "unseen_share", "reason": "too few rows"}
    unseen = result(QUIET[0].column, 0.3, Status.INCONCLUSIVE, **share)
    found = said(Verdict.PASS, [*QUIET, unseen])
    assert found == "no drift in 2 columns; 1 column inconclusive"


def test_what_is_detected_and_only_told_is_said_to_decide_nothing():
    told = dataclasses.replace(result("u", 0.9, Status.DETECTED), gating=False)
    assert said(Verdict.PASS, [*QUIET, told]) == "1 of 4 columns drifted, which decides nothing"


def test_a_pass_only_counts_the_segments_that_may_have_got_worse():
    found = [worse(f"a = {i}", 0.1, status=Status.POTENTIAL_DETECTION) for i in range(2)]
    text = said(Verdict.PASS, [*QUIET, *found])
    assert text == "no drift in 3 columns; 2 segments may have got worse"
    sure = dataclasses.replace(found[0], status=Status.DETECTED)
    text = said(Verdict.PASS, [*QUIET, sure])
    assert text == "no drift in 3 columns; 1 segment got worse"


def test_a_pass_tells_two_things_besides_drift_and_counts_the_others():
    held = dropped("roc_auc", 0.816, 0.798, 0.018, Status.NO_DETECTION)
    unseen = result(
        "agent", 0.06, Status.POTENTIAL_DETECTION, kind=ResultKind.DATA_QUALITY, name="unseen_share"
    )
    found = worse("a = 1", 0.1, status=Status.POTENTIAL_DETECTION)
    text = said(Verdict.PASS, [found, *QUIET, *held])
    assert text == (
        "no drift in 3 columns; roc_auc held (0.816 → 0.798); 1 segment may have got worse"
    )
    text = said(Verdict.PASS, [found, *QUIET, *held, unseen])
    assert text == (
        "no drift in 3 columns; roc_auc held (0.816 → 0.798); agent has unseen categories; "
        "and 1 more"
    )


def test_a_metric_that_held_in_several_windows_is_told_where_it_was_worst():
    windows = [Window(index=i, rows=9) for i in range(3)]
    rows = [
        row
        for window, after in enumerate((0.812, 0.798, 0.83))
        for row in dropped(
            "roc_auc", 0.816, after, 0.816 - after, Status.NO_DETECTION, window=window
        )
    ]
    text = said(Verdict.PASS, rows, windows)
    assert text == "roc_auc held (0.816 → 0.798 at worst)"
    few = dropped("roc_auc", 0.816, 0.79, 0.026, Status.INCONCLUSIVE, window=3)
    text = said(Verdict.PASS, [*rows, *few], [*windows, Window(index=3, rows=9)])
    assert text.startswith("roc_auc held in 3 of 4 windows (0.816 → 0.798 at worst)")


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (
            dropped("roc_auc", 0.873, 0.868, 0.005, Status.NO_DETECTION),
            "roc_auc held (0.873 → 0.868)",
        ),
        (
            [
                *QUIET,
                *dropped("roc_auc", 0.873, 0.868, 0.005, Status.NO_DETECTION),
                *dropped("f1", 0.7, 0.7, 0.0, Status.NO_DETECTION),
            ],
            "no drift in 3 columns; 2 performance metrics held",
        ),
        (
            [*QUIET, *dropped("roc_auc", 0.873, 0.84, 0.033, Status.POTENTIAL_DETECTION)],
            "no drift in 3 columns; roc_auc fell 0.873 → 0.840",
        ),
        (
            [*QUIET, *dropped("roc_auc", 0.873, 0.84, 0.033, Status.INCONCLUSIVE)],
            "no drift in 3 columns; 1 performance metric inconclusive",
        ),
    ],
)
def test_a_pass_says_how_the_model_did(results, expected):
    assert said(Verdict.PASS, results) == expected
