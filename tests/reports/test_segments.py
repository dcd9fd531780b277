"""Segments: each value with its worst findings, all others last; and what got worse, in words."""

from __future__ import annotations

import dataclasses

from mmon.outline.segments import segment_tables
from mmon.outline.worse import sample_words, segments_tested, worse_segments
from mmon.results import Result, Status, Window
from tests import quantities
from tests.reports.html_page import document, drift
from tests.reports.sample_operations import operation, segments_document
from tests.reports.sample_performance import check, metric_results


def test_values_stand_worst_first_and_all_others_last() -> None:
    results = [
        drift("age", 0.9, Status.DETECTED, segment="country = (other)"),
        drift("age", 0.12, Status.POTENTIAL_DETECTION, segment="country = BR"),
        drift("age", 0.3, Status.DETECTED, segment="country = PT"),
        drift("age", 0.01, Status.NO_DETECTION, segment="device = a = b"),
    ]
    country, device = segment_tables(document(*results))
    assert [row.value for row in country.rows] == ["PT", "BR", "(other)"]
    assert country.rows[-1].is_rest
    assert (device.column, device.rows[0].value, device.rows[0].status) == ("device", "a = b", "ok")


def test_a_new_segment_and_a_vanished_one_are_findings() -> None:
    sides = {"new_segment": "the reference has no such rows", "missing_segment": "no row has it"}
    results = [
        quantities.result(
            name, segment=f"region = {name}", column="region", value=200.0, reason=why
        )
        for name, why in sides.items()
    ]
    (table,) = segment_tables(document(*results))
    assert [row.findings for row in table.rows] == [
        ("new segment: the reference has no such rows",),
        ("missing segment: no row has it",),
    ]


def test_a_segment_tells_its_worst_findings_and_counts_the_others() -> None:
    performance = metric_results("roc_auc", 0.873, 0.812, segment="c = x", drop=(0.02, 0.05))
    missing = quantities.result("missing_share", segment="c = x", column="age",
        value=0.4, detected=0.2, status=Status.DETECTED, gating=True,
    )  # fmt: skip
    results = [
        drift("income", 0.4, Status.DETECTED, segment="c = x"),
        drift("age", 0.3, Status.DETECTED, segment="c = x"),
        drift("calm", 0.01, Status.NO_DETECTION, segment="c = x"),
        *performance,
        missing,
    ]
    ((row,),) = (table.rows for table in segment_tables(document(*results)))
    # What happened to the model explains more than any column.
    assert row.findings == (
        "roc_auc fell 0.873 → 0.812",
        "income (ks 0.400)",
        "age (ks 0.300)",
    )
    assert (row.more, row.drifted) == (1, "2 of 3")


def test_operations_of_a_segment_are_told_by_their_values() -> None:
    results = [
        operation("error_rate", 0.0313, reference_value=0.004, segment="c = x"),
        operation(
            "error_rate",
            6.8,
            aspect="rise",
            relative=True,
            detected=1.0,
            status=Status.DETECTED,
            segment="c = x",
        ),
    ]
    ((row,),) = (table.rows for table in segment_tables(document(*results)))
    assert row.findings == ("failure rate rose 0.4% → 3.13%",)


def test_labels_of_a_segment_are_told_in_words() -> None:
    few = check("label_coverage", 0.4, reference_value=1.0, detected=0.5, direction="below",
                status=Status.DETECTED, segment="c = x")  # fmt: skip
    ((row,),) = (table.rows for table in segment_tables(document(few)))
    assert row.findings == ("label coverage 40% (limit 50%)",)


def test_a_segment_too_small_to_judge_says_so() -> None:
    results = [
        drift(name, 0.3, Status.INCONCLUSIVE, segment="c = x", reason="it takes 93 rows")
        for name in ("a", "b")
    ]
    ((row,),) = (table.rows for table in segment_tables(document(*results)))
    assert row.status == "inconclusive"
    assert row.findings == ("2 results inconclusive: it takes 93 rows",)


def test_rows_are_those_of_all_windows() -> None:
    tables = segment_tables(segments_document(3, windows=2, columns=("country",)))
    assert tables[0].rows[0].rows == "4,800"
    counted = [operation("invocations", 70.0, window=window, segment="c = x") for window in (0, 1)]
    ((row,),) = (table.rows for table in segment_tables(document(*counted)))
    assert row.rows == "140"


def test_with_several_windows_the_worst_one_is_named() -> None:
    results = [
        drift("age", value, status, window=window, segment="c = x")
        for window, (value, status) in enumerate(
            [(0.3, Status.DETECTED), (0.5, Status.DETECTED), (0.1, Status.NO_DETECTION)]
        )
    ]
    windows = [Window(i, 10) for i in range(3)]
    ((row,),) = (table.rows for table in segment_tables(document(*results, windows=windows)))
    assert row.window == "2"


def test_what_got_worse_is_no_configured_segment() -> None:
    worse = check("worse_segment", 0.3, segment="a = b", status=Status.POTENTIAL_DETECTION)
    assert segment_tables(document(worse)) == ()


def worse(segment: str, value: float, **more: object) -> Result:
    plain = check(
        "worse_segment",
        value,
        aspect="increase",
        segment=segment,
        q_value=0.001,
        potential=0.05,
        status=Status.POTENTIAL_DETECTION,
        reason="error rate 0.1 → 0.4",
    )
    return dataclasses.replace(plain, **more)  # type: ignore[arg-type]  # fields by name


def test_segments_that_got_worse_are_named_once_worst_first() -> None:
    found = worse_segments(
        document(
            worse("a = 1", 0.1),
            worse("b > 2", 0.3),
            worse("a = 1", 0.2, window=1),
            worse("calm", 0.01, status=Status.NO_DETECTION),
        )
    )
    assert [one.segment for one in found] == ["b > 2", "a = 1"]
    assert found[0].reason == "error rate 0.1 → 0.4"
    assert found[1].excess == "+20 points"


def test_how_many_were_tested_is_known_only_where_somebody_looked() -> None:
    assert segments_tested(document(), 0) is None
    tested = quantities.metric("segments_tested", 310.0)
    assert segments_tested(document(metrics=[tested]), 0) == 310


def test_a_sample_of_rows_is_said_to_be_one() -> None:
    sides = [
        quantities.metric(f"segments_{side}_sample_rows", rows)
        for side, rows in (("reference", 50_000.0), ("production", 60_000.0))
    ]
    assert sample_words(document(metrics=sides)) == (
        "pairs of features in a sample of 50,000 rows of the reference and 60,000 of production"
    )
    assert sample_words(document()) == ""
