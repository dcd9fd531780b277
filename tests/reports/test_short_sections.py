"""The terminal's and Markdown's sections on the model, on operations and on segments."""

from __future__ import annotations

import dataclasses
import re

import pytest
from markdown_it import MarkdownIt

from mmon.reports import html, markdown, terminal
from mmon.reports.terminal.lines import width_of
from mmon.results import Document, Status, Window
from tests import quantities
from tests.reports.html_page import document, drift, section, words
from tests.reports.sample_operations import (
    operation,
    operations_document,
    operations_of,
    segments_document,
)
from tests.reports.sample_performance import (
    binary_document,
    check,
    metric_results,
    multiclass_document,
    regression_document,
    worse_segments,
)

SAMPLES = {
    "binary": binary_document(2, 3),
    "multiclass": multiclass_document(12, 2),
    "regression": regression_document(2, 2),
    "operations": operations_document(2),
    "segments": segments_document(12, 2),
}


def performance(*drops: tuple[str, float, float]) -> Document:
    found = [
        metric_results(name, ref, cur, half=0.007, drop=(0.02, 0.05)) for name, ref, cur in drops
    ]
    told = metric_results("accuracy", 0.91, 0.88, half=0.007)
    results = [row for rows in found for row in rows] + told[:1] + worse_segments()
    return dataclasses.replace(document(*results), sentence="roc_auc fell")


def test_the_terminal_tells_metrics_and_then_what_got_worse() -> None:
    text = terminal.render(performance(("roc_auc", 0.873, 0.812), ("f1", 0.7, 0.72)), width=100)
    assert (
        text.partition("\n\n")[2]
        == """\
   performance  reference  production  95% interval    worse by  thresholds   q
 ● roc_auc          0.873       0.812  [0.805, 0.819]     0.061  0.02 / 0.05  2.1e-33
 · f1               0.700       0.720  [0.713, 0.727]    -0.020  0.02 / 0.05  1
   accuracy         0.910       0.880  [0.873, 0.887]
 ◐ worse: country = BR and amount > 310: error rate 0.09 → 0.38, 4.1% of rows, explains 38% of the
   rise
 ◐ worse: deposit = Non Refund: error rate 0.021 → 0.109, 12.2% of rows, explains 21% of the rise

 PASS   roc_auc fell
"""
    )


def test_the_terminal_tells_operations_that_are_judged() -> None:
    text = terminal.render(document(*operations_of()), width=100)
    assert (
        text.partition("\n\n")[2].partition("\n\n")[0]
        == """\
   operations    reference  production  95% interval    change  thresholds          q
 ● latency p99         101         412                   +307%  50% / 100%          3.0e-12
 ● failure rate       0.4%       3.13%  [2.83%, 3.45%]   +682%  50% / 100%          3.0e-12
 ◐ completeness                    61%                          at least 90% / 50%
     12,505 of 20,500 expected rows arrived
 · gaps                              3                          at most 6"""
    )


def test_a_rise_of_the_error_rate_is_told_in_points_everywhere() -> None:
    judged = {"potential": 0.01, "detected": 0.05, "reference_value": 0.00395, "q_value": 4e-14}
    rows = [
        operation("error_rate", 0.016, reference_value=0.00395),
        operation(
            "error_rate_increase",
            0.0121,
            aspect="increase",
            status=Status.POTENTIAL_DETECTION,
            **judged,
        ),
    ]
    sample = document(*rows)
    terminal_lines = terminal.render(sample, width=100).splitlines()
    assert (
        " ◐ failure rate     0.395%        1.6%  +1.21 points  1 / 5 points  4.0e-14"
        in terminal_lines
    )
    text = markdown.render(sample)
    assert r"| 🟡 | failure rate | 0.395% | 1.6% | \+1.21 points | 1 / 5 points | 4.0e-14 |" in text
    page = words(section(html.render(sample), "operations"))
    assert "potential failure rate 0.395% 1.6% +1.21 points 1 / 5 points" in page


def test_operations_that_nothing_judges_are_one_line() -> None:
    rows = [
        operation("invocations", 12_505.0),
        operation("error_rate", 0.031, reference_value=0.004),
        operation("latency_p95", 91.7),
    ]
    text = terminal.render(document(*rows))
    assert (
        "\n   operations: invocations 12,505, failure rate 0.4% → 3.1%, latency p95 91.7\n" in text
    )


def test_the_terminal_tells_segments_worst_first_and_counts_the_calm_ones() -> None:
    results = [
        drift("age", 0.3, Status.DETECTED, segment="country = BR"),
        drift("age", 0.15, Status.POTENTIAL_DETECTION, segment="country = PT"),
        drift("age", 0.01, Status.NO_DETECTION, segment="country = DE"),
    ]
    rows = [quantities.metric("rows", 1_200.0, segment="country = BR")]
    text = terminal.render(document(*results, metrics=rows))
    assert (
        text.partition("\n\n")[2].partition("\n\n")[0]
        == """\
   segment        rows  drifted  worst findings
 ● country = BR  1,200  1 of 1   age (ks 0.300)
 ◐ country = PT         1 of 1   age (ks 0.150)
   1 segment without a finding"""
    )


def test_long_lists_of_segments_say_how_many_more_there_are() -> None:
    text = terminal.render(SAMPLES["segments"])
    assert len(re.findall(r"^ [●◐] (country|device) = ", text, re.MULTILINE)) == 8
    assert re.search(
        r"^   \d+ more to look at, \d+ segments without a finding$", text, re.MULTILINE
    )


def test_nothing_got_worse_is_said_with_how_many_were_tested() -> None:
    for render in (terminal.render, markdown.render):
        told = render(SAMPLES["multiclass"]).replace("\\", "")
        assert "in none of 310 segments did errors surely rise more than in all other rows" in told


def test_more_than_three_worse_segments_are_counted() -> None:
    rows = [
        check("worse_segment", 0.1 + i / 10, segment=f"s = {i}", status=Status.POTENTIAL_DETECTION)
        for i in range(5)
    ]
    text = terminal.render(document(*rows))
    assert re.findall(r"worse: s = (\d)", text) == ["4", "3", "2"]
    assert "and 2 more segments that got worse" in text


def test_labels_that_need_a_look_have_their_reason() -> None:
    text = terminal.render(SAMPLES["binary"])
    assert " ● conflicting labels 3 in the whole run: 3 ids have two labels: the last" in text
    assert "   label coverage 80%\n   labels without prediction 12 in the whole run\n" in text


def test_what_is_counted_once_for_the_run_is_not_said_of_a_window() -> None:
    found = check("repeated_predictions", 15.0)
    for windows, words_ in ((1, "repeated predictions 15"), (2, "in the whole run")):
        sample = document(found, windows=[Window(i, 100) for i in range(windows)])
        assert ("15 in the whole run" in terminal.render(sample)) is (windows > 1)
        assert words_ in terminal.render(sample)
        page = words(section(html.render(sample), "performance"))
        assert ("repeated predictions in the whole run 15" in page) is (windows > 1)


def test_repeated_ids_are_told_of_the_window_that_has_them() -> None:
    judged = {"detected": 0.5, "direction": "below", "gating": True}
    rows = [
        operation("completeness", 1.0 - 0.6 * n, window=n, status=status, **judged)
        for n, status in enumerate((Status.NO_DETECTION, Status.DETECTED))
    ]
    windows = [Window(i, 100) for i in range(2)]
    for at, told in ((0, "duplicate ids 15 in window 1 (100 rows)"), (1, "duplicate ids 15\n")):
        repeats = [operation("duplicate_ids", 15.0 * (n == at), window=n) for n in range(2)]
        sample = document(*rows, *repeats, windows=windows)
        assert f"   {told}" in terminal.render(sample)
        assert told.partition(" (")[0].strip() in markdown.render(sample)
    calm = document(*rows, operation("duplicate_ids", 0.0), windows=windows)
    assert "duplicate ids" not in terminal.render(calm)


def test_a_fact_is_told_by_its_reason_alone() -> None:
    fact = check("single_target", 1.0, reason="all 109 labelled rows have the same target, 'no'")
    text = terminal.render(document(fact))
    assert "   performance: single target: all 109 labelled rows have the same target" in text


def test_a_metric_that_could_not_be_judged_says_why() -> None:
    results = metric_results("roc_auc", 0.87, 0.85, drop=(0.02, 0.05))
    unsure = dataclasses.replace(results[1], status=Status.INCONCLUSIVE, reason="it takes 900")
    text = terminal.render(document(results[0], unsure))
    assert re.search(r"^ \? roc_auc .*\n     it takes 900$", text, re.MULTILINE)


def test_variants_and_classes_leave_room_for_the_model_as_a_whole() -> None:
    found = [metric_results(name, 0.9, 0.9)[0] for name in ("f1_macro", "f1_micro", "f1:a")]
    undefined = check("roc_auc", None, reason="no scores")
    text = terminal.render(document(*found, undefined))
    assert "f1_macro" in text
    assert "f1_micro" not in text
    assert "f1 of a" not in text
    assert "3 more metrics in the HTML and JSON reports" in text


def test_the_class_of_a_metric_is_not_shortened_away() -> None:
    found = metric_results("recall:upmarket_card", 0.76, 0.57, window=1, drop=(0.02, 0.05))
    calm = metric_results("expected_calibration_error", 0.1, 0.1, window=1)[:1]
    sample = document(*found, *calm, windows=[Window(i, 100) for i in range(2)])
    for width in (70, 80, 100):
        assert "● recall of upmarket_card " in terminal.render(sample, width=width)


def test_several_windows_tell_the_worst_one_with_the_trend_of_its_drops() -> None:
    text = terminal.render(SAMPLES["binary"], width=120)
    assert "   performance in window 3 (2016-11-30 to 2016-12-30)\n   metric " in text
    assert re.search(r"● roc_auc .* [▁-█ ]{2}█$", text, re.MULTILINE)


def test_the_worst_window_of_the_model_is_told_by_its_values() -> None:
    results = [
        row
        for window, after in enumerate((0.87, 0.70))
        for row in metric_results("roc_auc", 0.873, after, window=window, drop=(0.02, 0.05))
    ]
    text = terminal.render(document(*results, windows=[Window(0, 5), Window(1, 5)]))
    assert "worst: window 2 (5 rows), roc_auc fell 0.873 → 0.700" in text


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_no_line_but_the_verdict_is_wider_than_the_terminal(
    sample: Document, width: int, unicode: bool
) -> None:
    text = terminal.render(sample, width=width, unicode=unicode)
    *lines, last = text.splitlines()
    assert max(map(width_of, lines)) <= width
    assert last.strip().startswith(sample.verdict.value.upper())
    if not unicode:
        assert text.isascii()


def test_markdown_has_a_table_for_each_section() -> None:
    text = markdown.render(performance(("roc_auc", 0.873, 0.812)))
    lines = text.splitlines()
    at = lines.index("**Model performance**")
    assert lines[at + 2].startswith("|  | metric | reference | production | worse by |")
    assert lines[at + 4] == (
        r"| 🔴 | roc\_auc | 0.873 | 0.812 \[0.805, 0.819\] | 0.061 | 0.02 / 0.05 | 2.1e-33 |"
    )
    assert "- 🟡 worse: country = BR and amount &gt; 310" in text
    text = markdown.render(operations_document())
    assert "**Operations**" in text
    assert r"| 🔴 | failure rate | 0.4% | 3.13% \[2.83%, 3.45%\] | \+682% |" in text
    assert "- 🟡 completeness: 12,505 of 20,500 expected rows arrived" in text
    text = markdown.render(segments_document())
    assert "**Segments**" in text
    assert "| 🔴 | `country = C0` | 2,400 | 1 of 1 | " in text


def test_no_name_becomes_markup_in_any_section() -> None:
    bad = "<b>|`x`|**y** @me\n"
    results = metric_results(f"f1:{bad}", 0.9, 0.7, drop=(0.02, 0.05))
    rows = [
        *results,
        check("worse_segment", 0.3, segment=bad, reason=bad, status=Status.DETECTED),
        drift("a", 0.9, Status.DETECTED, segment=f"c = {bad}"),
        operation("completeness", 0.1, detected=0.5, status=Status.DETECTED, reason=bad),
    ]
    shown = (
        MarkdownIt("commonmark", {"html": True})
        .enable("table")
        .render(markdown.render(document(*rows)))
    )
    assert "<b>" not in shown
    assert "<strong>y" not in shown
    assert "@me" not in re.sub("<code>.*?</code>", "", shown, flags=re.DOTALL)
    cells = [line.count("<td") for line in re.findall(r"<tr>.*?</tr>", shown, re.DOTALL)]
    assert set(cells) <= {0, 5, 7}


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_a_comment_on_a_pull_request_stays_short(sample: Document) -> None:
    assert len(markdown.render(sample)) < 20_000
