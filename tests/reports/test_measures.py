"""Metrics with their drops and bounds become one row each, and say what was judged."""

from __future__ import annotations

import dataclasses

import pytest

from mmon.outline import rows as written
from mmon.outline.measures import (
    Measure,
    by_name,
    checks,
    measures,
    shown,
    worst_first,
    worst_window,
)
from mmon.reports.html.measures import drawn_rows, trend_figures
from mmon.results import Result, ResultKind, Status, Window
from mmon.results.quantity import Unit
from tests.reports.html_page import document
from tests.reports.sample_operations import operations_of
from tests.reports.sample_performance import check, metric_results

MODEL, SYSTEM = ResultKind.MODEL_PERFORMANCE, ResultKind.SYSTEM_PERFORMANCE


def one(results: list[Result], kind: ResultKind = MODEL) -> Measure:
    (found,) = measures(results, kind)
    return found


def test_a_metric_its_drop_and_the_reference_s_interval_are_one_row() -> None:
    results = metric_results("roc_auc", 0.873, 0.812, half=0.007, drop=(0.02, 0.05))
    row = written.measure_row(one(results))
    assert (row.name, row.status) == ("roc_auc", "detected")
    assert (row.reference, row.reference_interval) == ("0.873", "[0.867, 0.879]")
    assert (row.production, row.production_interval) == ("0.812", "[0.805, 0.819]")
    assert (row.change, row.limits) == ("0.061", "0.02 / 0.05")
    (drawn,) = drawn_rows([one(results)])
    assert drawn.whiskers is not None
    assert drawn.scale is not None


def test_a_drop_of_an_unbounded_metric_is_a_share_of_the_reference() -> None:
    results = metric_results(
        "mae", 2_000.0, 2_500.0, half=40.0, drop=(0.1, 0.2), higher_is_better=False
    )
    row = written.measure_row(one(results))
    assert (row.change, row.limits, row.status) == ("+25%", "10% / 20%", "detected")


def test_a_better_model_is_no_way_to_a_threshold() -> None:
    results = metric_results("roc_auc", 0.80, 0.95, drop=(0.02, 0.05))
    found = one(results)
    (row,) = drawn_rows([found])
    assert (row.texts.status, row.texts.change) == ("ok", "-0.150")
    assert row.scale is not None
    assert row.scale.value == 0


def test_a_metric_with_a_floor_and_a_ceiling_is_still_one_row() -> None:
    plain = check("f1", 0.7, interval=(0.69, 0.71), reference_value=0.72)
    floor = dataclasses.replace(
        plain, potential=0.8, detected=0.75, direction="below", status=Status.DETECTED
    )
    ceiling = dataclasses.replace(plain, detected=0.99, status=Status.NO_DETECTION)
    row = written.measure_row(one([floor, ceiling]))
    assert row.status == "detected"
    assert row.limits == "at least 0.8 / 0.75; at most 0.99"


def test_what_is_not_judged_has_no_status() -> None:
    results = metric_results("accuracy", 0.9, 0.8)
    (row,) = drawn_rows([one(results)])
    assert (row.texts.status, row.texts.limits, row.scale) == ("", "", None)


def test_an_undefined_metric_says_why() -> None:
    (row,) = drawn_rows([one([check("roc_auc", None, reason="one class only")])])
    texts = row.texts
    assert (texts.production, texts.reason, row.whiskers) == ("–", "one class only", None)


def test_metrics_that_are_defined_nowhere_are_listed_with_their_reasons() -> None:
    results = [
        check("roc_auc", None, reason="no scores"),
        check("accuracy", 0.9),
        check("f1", None, reference_value=0.7, reason="one class only"),
        check("recall", None, detected=0.5, status=Status.INCONCLUSIVE, reason="one class only"),
    ]
    found = measures(results, MODEL)
    assert written.undefined(found) == ("roc_auc: no scores",)
    assert [row.name for row in written.measure_rows(written.defined(found))] == [
        "accuracy",
        "f1",
        "recall",
    ]


def test_a_reason_that_several_rows_share_stands_at_the_first() -> None:
    results = [check(name, 0.5, reason="12 rows were left out") for name in ("f1", "recall")]
    rows = written.measure_rows(measures(results, MODEL))
    assert [row.reason for row in rows] == ["12 rows were left out", None]


def test_a_reason_that_only_repeats_the_values_is_not_told() -> None:
    results = metric_results("roc_auc", 0.873, 0.812, drop=(0.02, 0.05))
    told = dataclasses.replace(results[1], reason="roc_auc 0.873 → 0.812")
    assert written.measure_row(one([results[0], told])).reason is None
    unsure = dataclasses.replace(told, status=Status.INCONCLUSIVE, reason="it takes 900 rows")
    assert written.measure_row(one([results[0], unsure])).reason == "it takes 900 rows"


def test_checks_of_labels_and_segments_are_no_metrics() -> None:
    results = [
        check(name, 1.0)
        for name in ("label_coverage", "conflicting_labels", "constant_prediction", "worse_segment")
    ]
    assert measures(results, MODEL) == []


def test_operations_rise_and_fall_as_shares_of_the_reference() -> None:
    found = {m.result.name: m for m in measures(operations_of(), SYSTEM)}
    assert [change.aspect for change in found["error_rate"].changes] == ["rise"]
    row = written.measure_row(found["error_rate"])
    assert (row.change, row.limits) == ("+682%", "50% / 100%")
    fallen = [
        check("invocations", 50.0, kind=SYSTEM, reference_value=100.0),
        check(
            "invocations",
            0.5,
            aspect="drop",
            relative=True,
            kind=SYSTEM,
            detected=0.3,
            status=Status.DETECTED,
        ),
    ]
    row = written.measure_row(one(fallen, SYSTEM))
    assert (row.change, row.limits) == ("-50%", "– / 30%")


def test_a_rise_of_the_error_rate_is_told_in_points() -> None:
    risen = [
        check("error_rate", 0.016, kind=SYSTEM, reference_value=0.0039),
        check(
            "error_rate_increase", 0.0121, aspect="increase", kind=SYSTEM, reference_value=0.0039,
            potential=0.01, detected=0.05, status=Status.POTENTIAL_DETECTION,
        ),
    ]  # fmt: skip
    found = one(risen, SYSTEM)
    row = written.measure_row(found)
    assert (row.name, row.reference, row.production) == ("failure rate", "0.39%", "1.6%")
    assert (row.change, row.limits) == ("+1.21 points", "1 / 5 points")
    assert written.thresholds_on_value(found) == pytest.approx((0.0139, 0.0539))
    fallen = [risen[0], dataclasses.replace(risen[1], value=-0.0005)]
    assert written.measure_row(one(fallen, SYSTEM)).change == "-0.05 points"


def test_the_reference_s_interval_stands_in_every_window() -> None:
    results = [
        row
        for window, after in enumerate((0.87, 0.8, 0.7))
        for row in metric_results("roc_auc", 0.873, after, window=window, drop=(0.02, 0.05))
    ]
    of_segment = metric_results("roc_auc", 0.6, 0.5, segment="c = x")
    windows = [Window(index, 100) for index in range(3)]
    sample = document(*results, *of_segment, windows=windows)
    worst = shown(sample, MODEL)
    assert worst.window == 2
    (found,) = by_name(sample, MODEL).values()
    assert [one.result.reference_interval for one in found.values()] == [
        pytest.approx((0.865, 0.881)) for _ in range(3)
    ]
    (figure,) = trend_figures(sample, MODEL)
    assert figure.band.reference_ends is not None
    heights = [height for height in figure.band.heights if height is not None]
    assert len(heights) == 3
    assert heights == sorted(heights)


def test_what_is_not_judged_says_whether_it_got_better_or_worse() -> None:
    found = [
        one(metric_results("accuracy", 0.9, 0.8)[:1]),
        one(metric_results("recall", 0.8, 0.9)[:1]),
        one(metric_results("f1", 0.8, 0.79, half=0.1)[:1]),
        one(metric_results("roc_auc", 0.9, 0.8, drop=(0.02, 0.05))),
    ]
    assert [row.worse for row in drawn_rows(found)] == [
        "0.100 worse",
        "0.100 better",
        "about the same",
        "",
    ]


def test_what_arrives_is_higher_or_lower_and_never_better() -> None:
    (result,) = metric_results("accuracy", 1.0, 7.86, half=0.01)[:1]
    quantity = dataclasses.replace(result.quantity, kind=SYSTEM, unit=Unit.SHARE)
    (row,) = drawn_rows([one([dataclasses.replace(result, quantity=quantity)], SYSTEM)])
    assert row.worse == "686 points higher"


def test_the_thresholds_of_a_drop_lie_on_the_axis_of_the_metric() -> None:
    results = metric_results("roc_auc", 0.9, 0.8, drop=(0.02, 0.05))
    assert written.thresholds_on_value(one(results)) == pytest.approx((0.88, 0.85))
    results = metric_results("mae", 2_000.0, 2_500.0, drop=(0.1, 0.2), higher_is_better=False)
    assert written.thresholds_on_value(one(results)) == pytest.approx((2_200, 2_400))
    results = metric_results("roc_auc", 0.9, 0.9, drop=(0.02, 0.05))
    assert written.thresholds_on_value(one(results)) == (None, None)


def test_judged_metrics_stand_before_told_ones_worst_first() -> None:
    rows = [
        metric_results("accuracy", 0.9, 0.7),
        metric_results("f1", 0.9, 0.89, half=0.1, drop=(0.02, 0.05)),
        metric_results("roc_auc", 0.9, 0.7, drop=(0.02, 0.05)),
    ]
    found = measures([r for results in rows for r in results], MODEL)
    assert [m.result.name for m in worst_first(found)] == ["roc_auc", "f1", "accuracy"]


def test_labels_of_all_windows_are_told_whichever_window_is_shown() -> None:
    bad = check("roc_auc", 0.1, aspect="drop", window=2, detected=0.05, status=Status.DETECTED)
    results = [
        check("conflicting_labels", 3.0),
        check("label_coverage", 0.7),
        check("single_target", 1.0),
        check("label_coverage", 0.9, window=2),
        check("roc_auc", 0.7, window=2),
        bad,
    ]
    found = shown(document(*results, windows=[Window(i, 100) for i in range(3)]), MODEL)
    assert found.window == 2
    assert [(r.name, r.value) for r in checks(found)] == [
        ("label_coverage", 0.9),
        ("conflicting_labels", 3.0),
    ]


def test_the_window_shown_is_the_worst_one_or_else_the_last() -> None:
    windows = [Window(index, 100) for index in range(3)]
    bad = check("roc_auc", 0.1, aspect="drop", window=1, detected=0.05, status=Status.DETECTED)
    calm = [check("roc_auc", 0.8, window=index) for index in range(3)]
    assert worst_window([*calm, bad], windows) == 1
    assert worst_window(calm, windows) == 2
    assert worst_window([], []) == 0
