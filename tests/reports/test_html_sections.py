"""What the HTML report says of the model, of operations and of segments, and in which order."""

from __future__ import annotations

import dataclasses
import re

import pytest

from mmon.reports import html
from mmon.results import ResultKind, Status
from tests import quantities
from tests.reports.html_page import Page, document, drift, section, words
from tests.reports.sample_operations import (
    activity,
    operation,
    operations_document,
    segments_document,
)
from tests.reports.sample_performance import (
    CLASSES,
    binary_document,
    check,
    metric_results,
    multiclass_document,
    regression_document,
)


def test_sections_follow_the_table_of_columns_and_appear_only_with_results() -> None:
    plain = html.render(document(drift("a", 0.1, Status.NO_DETECTION)))
    for anchor in ("performance", "features", "worse", "operations", "segments"):
        assert f"<section id={anchor}>" not in plain
    whole = binary_document(2)
    others = (operations_document(), segments_document())
    whole = dataclasses.replace(
        whole,
        results=[*whole.results, *(r for other in others for r in other.results)],
        activity=[activity()],
    )
    titles = re.findall("<h2>([^<]*)", html.render(whole))
    start = titles.index("Columns")
    assert titles[start + 1 : start + 6] == [
        "Model performance",
        "Performance by feature",
        "Segments that got worse",
        "Operations",
        "Segments",
    ]


def test_a_metric_stands_with_both_sides_its_drop_and_its_thresholds() -> None:
    results = metric_results("roc_auc", 0.873, 0.812, half=0.007, drop=(0.02, 0.05))
    text = words(section(html.render(document(*results)), "performance"))
    row = "detected roc_auc 0.873 [0.867, 0.879] 0.812 [0.805, 0.819] 0.061 0.02 / 0.05"
    assert row in text


def test_an_interval_bar_can_be_read_aloud() -> None:
    results = metric_results("f1", 0.8, 0.7, half=0.01)
    source = html.render(document(*results))
    label = "f1: reference 0.800 [0.792, 0.808], production 0.700 [0.690, 0.710]"
    assert f'role=img aria-label="{label}"' in source


def test_numbers_that_stand_in_a_section_are_not_told_again() -> None:
    sample = binary_document(2, 3)
    source = html.render(sample)
    assert {"rows", "segments_tested"} < {metric.name for metric in sample.metrics}
    assert "Other numbers" not in source
    more = quantities.metric("columns_seen", 8.0, window=2)
    source = html.render(dataclasses.replace(sample, metrics=[*sample.metrics, more]))
    text = words(section(source, "metrics"))
    assert "1 number" in text
    assert "columns seen 8" in text


def test_the_model_does_not_speak_for_columns_or_the_dataset() -> None:
    results = metric_results("roc_auc", 0.873, 0.812, drop=(0.02, 0.05))
    outside = check("score_outside", 4.0, column="score", status=Status.DETECTED, detected=1.0)
    source = html.render(document(*results, outside))
    assert "<section id=dataset>" not in source
    assert "No column could be tested." in source
    assert "score outside of <bdi>score</bdi>" in section(source, "performance")


def test_labels_are_counted_and_their_trouble_is_told() -> None:
    text = words(section(html.render(binary_document(1)), "performance"))
    assert "All 4,000 rows of the reference have a label" in text
    assert "3,000 of 3,750 rows of production have a label (80%)" in text
    assert "label coverage 80%" in text
    assert "detected conflicting labels 3 – / 1 3 ids have two labels: the last counts" in text


def test_a_reference_without_labels_says_so() -> None:
    sample = binary_document(1)
    picture = dataclasses.replace(sample.performance[0], reference=None)
    text = words(
        section(html.render(dataclasses.replace(sample, performance=[picture])), "performance")
    )
    assert "The reference has no labels; 3,000 of 3,750" in text
    assert text.count("Production") >= 1


def test_too_few_labels_are_inconclusive_with_the_number_it_takes() -> None:
    reason = "a value of 0.05 could not be significant with 120 labelled rows: it takes about 900"
    results = metric_results("roc_auc", 0.87, 0.85, drop=(0.02, 0.05))
    unsure = dataclasses.replace(results[1], status=Status.INCONCLUSIVE, reason=reason)
    source = html.render(document(results[0], unsure))
    assert reason in section(source, "performance")
    assert "<section id=inconclusive>" not in source


def test_metrics_that_are_not_defined_are_listed_apart() -> None:
    results = metric_results("accuracy", 0.9, 0.9)
    missing = check("roc_auc", None, reason="there are no scores")
    source = section(html.render(document(*results, missing)), "performance")
    assert "1 metric is not defined here" in source
    assert "<li>roc_auc: there are no scores" in source
    assert "<bdi>roc_auc</bdi>" not in source


def test_several_windows_have_a_trend_of_what_is_judged() -> None:
    source = section(html.render(binary_document(2, 4)), "performance")
    captions = re.findall("<figcaption><b><bdi>([a-z_0-9]*)", source)
    assert captions == ["roc_auc", "f1", "log_loss"]
    assert "2016-10-01 to 2016-10-31: 0." in source
    single = section(html.render(binary_document(2, 1)), "performance")
    assert "multiples" not in single


def test_curves_and_a_confusion_matrix_are_drawn_for_classes() -> None:
    source = section(html.render(binary_document(1)), "performance")
    for title in ("ROC", "Precision and recall", "Calibration"):
        assert f"<figcaption>{title}</figcaption>" in source
    assert source.count("class=cr ") == 3
    assert source.count("class=cp ") == 3
    matrices = re.findall(r"<table class=\"cm (\w+)\">", source)
    assert matrices == ["reference", "production"]
    sample = binary_document(1).performance[0]
    assert sample.production is not None
    for line in sample.production.confusion or ():
        for rows in line:
            assert f">{rows:,}<small>" in source


@pytest.mark.parametrize("classes", [3, 12])
def test_every_class_has_its_line(classes: int) -> None:
    source = section(html.render(multiclass_document(classes, 1)), "performance")
    page = Page(source)
    assert f"ROC of {classes} classes" in page.text
    for name in CLASSES[:classes]:
        assert page.text.count(name) >= 2 * 2 + 3  # both matrices twice, three curves
    assert "<b>payday</b>" not in source
    row = source[source.index("prepaid_card") :]
    assert re.search(r'<td class="n">0\.950 → 0\.\d{3}', row)


def test_a_regression_has_its_errors_and_its_plane() -> None:
    source = section(html.render(regression_document(1)), "performance")
    assert "Error: prediction minus target" in source
    assert 'aria-label="Production: rows by target and prediction"' in source
    assert "class=mean" in source
    assert "Confusion" not in source
    ids = re.findall(r"href=#(\S+)", source)
    assert "errors" not in ids  # it is drawn where it stands, not referred to


def test_operations_are_told_in_their_units_and_drawn_over_time() -> None:
    source = section(html.render(operations_document()), "operations")
    text = words(source)
    assert "detected failure rate 0.4% 3.13% [2.83%, 3.45%] +682% 50% / 100%" in text
    assert "freshness – 3 h 15 min" in text
    assert "potential completeness – 61% at least 90% / 50%" in text
    assert "12,505 of 20,500 expected rows arrived" in text
    assert "Over time, in steps of 1 h" in text
    assert "3 steps without any of the rows expected" in text
    assert source.count("class=gap") == 3
    assert len(re.findall("<li><b>2026-10-", source)) == 48


def test_operations_without_steps_are_a_table_only() -> None:
    source = html.render(document(operation("invocations", 0.0, reference_value=100.0)))
    assert "class=gap" not in source
    assert "invocations" in section(source, "operations")


def test_a_table_of_segments_is_sorted_with_the_rest_at_its_end() -> None:
    source = section(html.render(segments_document()), "segments")
    assert re.findall("<h3>By <bdi>([^<]*)", source) == ["country", "device"]
    rows = re.findall(r"<tbody data-s=(\d)( data-last)?>", source)[:6]
    severities = [int(level) for level, _ in rows[:5]]
    assert severities == sorted(severities, reverse=True)
    assert rows[5][1] == " data-last"
    assert "lead_time (ks 0.3" in source
    assert "roc_auc fell 0.873 → 0.800" in source


def test_segments_do_not_fill_the_other_lists() -> None:
    plain, parted = html.render(document()), html.render(segments_document(20, columns=("c",)))
    assert "<section id=inconclusive>" not in plain
    assert "c = C" not in section(parted, "data_quality")


def test_hostile_names_of_features_classes_bins_and_segments_stay_text() -> None:
    bad = '"><script>alert(1)</script>'
    sample = multiclass_document(3, 1)
    results = metric_results(f"f1:{bad}", 0.9, 0.8, drop=(0.02, 0.05))
    bins = [dataclasses.replace(one, column=bad, label=bad) for one in sample.bins]
    pictures = [dataclasses.replace(sample.performance[0], classes=(bad, bad, bad))]
    segment = drift("a", 0.9, Status.DETECTED, segment=f"{bad} = {bad}")
    worse = check("worse_segment", 0.3, segment=bad, reason=bad, status=Status.DETECTED)
    hostile = dataclasses.replace(
        sample,
        results=[*sample.results, *results, segment, worse],
        metrics=[*sample.metrics, quantities.metric(bad, 1.0)],
        bins=bins,
        performance=pictures,
    )
    source = html.render(hostile)
    assert Page(source).tags.count("script") == 1
    assert bad not in source


def test_every_reference_inside_the_page_has_its_target() -> None:
    for sample in (binary_document(2, 2), multiclass_document(3, 1), regression_document(1)):
        page = Page(html.render(sample))
        ids = [value for _, name, value in page.attributes if name == "id"]
        used = {v[1:] for _, name, v in page.attributes if name == "href" and v[0] == "#"}
        assert len(ids) == len(set(ids))
        assert used <= set(ids)


def test_kinds_without_results_leave_no_empty_heading() -> None:
    results = [operation("invocations", 5.0)]
    source = html.render(document(*results))
    assert ResultKind.SYSTEM_PERFORMANCE.value not in re.findall(r"<section id=(\w+)", source)
    assert "Model performance" not in source


def test_what_the_head_tells_of_the_run_has_no_section() -> None:
    told = quantities.result("reference_blocks", 28.0, column=None)
    page = html.render(document(told))
    assert "Application anomalies" not in page
    assert "28 windows of the reference" in page
    too_few = html.render(document(dataclasses.replace(told, value=0.0, reason="it has too few")))
    assert "not known" in too_few
    assert "0 windows of the reference" not in too_few
