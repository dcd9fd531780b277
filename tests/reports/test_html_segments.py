"""Segments beside metrics in the HTML report, and which of those that got worse are named."""

from __future__ import annotations

import re

from mmon.outline.segments import segment_tables
from mmon.outline.worse import Worse, distinct
from mmon.reports import html
from mmon.reports.html.segments import heat_tables, worst_windows
from mmon.results import Result, Status, Window
from tests.reports.html_page import document, drift, section, words
from tests.reports.sample_operations import segments_document
from tests.reports.sample_performance import metric_results

SEGMENTS = (("a = x", 0.62), ("a = y", 0.85), ("a = z", 0.9))


def of_segments() -> list[Result]:
    whole = metric_results("roc_auc", 0.86, 0.84, drop=(0.02, 0.05))
    parts = [
        row
        for name, after in SEGMENTS
        for row in metric_results("roc_auc", 0.87, after, segment=name, drop=(0.02, 0.05))
    ]
    return [*whole, *parts]


def test_each_segment_tells_the_metric_before_and_after() -> None:
    (table,) = heat_tables(document(*of_segments()), {})
    assert (table.column, table.metrics) == ("a", ("roc_auc",))
    assert [row.told.value for row in table.rows] == ["x", "y", "z"]
    assert [row.cells[0].text for row in table.rows] == [
        "0.870 → 0.620",
        "0.870 → 0.850",
        "0.870 → 0.900",
    ]
    assert table.whole[0].text == "0.860 → 0.840"


def test_the_more_a_segment_got_worse_the_darker_its_cell() -> None:
    (table,) = heat_tables(document(*of_segments()), {})
    assert [row.cells[0].shade for row in table.rows] == [100, 8, 0]


def test_the_number_that_decides_stands_on_the_page_whatever_drifted() -> None:
    drifts = [drift(f"d{n}", 0.9, Status.DETECTED, segment="a = x") for n in range(6)]
    text = words(section(html.render(document(*drifts, *of_segments())), "segments"))
    text = text.replace("\xa0", " ")
    assert "x 6 of 6 0.870 → 0.620 roc_auc fell 0.870 → 0.620; d0 (ks 0.900)" in text
    assert "all rows 0.860 → 0.840" in text


def test_the_window_in_which_a_segment_was_worst_is_told() -> None:
    results = [
        drift("d", value, status, segment="a = x", window=window)
        for window, (value, status) in enumerate(
            [(0.05, Status.NO_DETECTION), (0.9, Status.DETECTED), (0.3, Status.DETECTED)]
        )
    ]
    windows = [Window(n, 100) for n in range(3)]
    assert worst_windows(document(*results, windows=windows)) == {"a = x": "2"}
    assert worst_windows(document(results[1], windows=windows[:1])) == {}


def test_more_detected_results_are_worse_than_a_larger_one() -> None:
    found = [
        drift("d", 0.3, Status.DETECTED, segment="a = x", window=0),
        drift("e", 0.3, Status.DETECTED, segment="a = x", window=0),
        drift("d", 0.9, Status.DETECTED, segment="a = x", window=2),
        *(drift(f"p{n}", 0.9, Status.POTENTIAL_DETECTION, segment="a = x", window=1)
          for n in range(4)),
        drift("d", 0.4, Status.DETECTED, segment="a = y", window=1),
        drift("d", 0.3, Status.DETECTED, segment="a = y", window=0),
        drift("d", 0.0, Status.NO_DETECTION, segment="a = z", window=2),
    ]  # fmt: skip
    every = document(*found, windows=[Window(n, 100) for n in range(3)])
    assert worst_windows(every) == {"a = x": "1", "a = y": "2"}
    ((x, y, z),) = (table.rows for table in segment_tables(every))
    assert [row.window for row in (x, y, z)] == ["1", "2", ""]


def test_without_metrics_the_table_has_rows_and_findings_only() -> None:
    source = section(
        html.render(document(drift("d", 0.9, Status.DETECTED, segment="a = x"))), "segments"
    )
    assert "all rows" not in source
    assert "→" not in source


def test_fourteen_segments_are_sorted_with_the_rest_at_their_end() -> None:
    source = section(html.render(segments_document(14, columns=("region",))), "segments")
    names = re.findall(r"<th scope=row class=name><bdi>([^<]*)", source)
    assert len(names) == 14
    assert names[-1] == "(other)"


def test_parts_of_a_segment_that_is_told_are_not_told_again() -> None:
    def one(segment: str) -> Worse:
        return Worse(Status.DETECTED, "detected", segment, "", "", "", "")

    told = ["a = x and b > 3", "a = x", "a = y", "b > 3 and a = y", "c = z and b > 3"]
    assert [w.segment for w in distinct([*map(one, told)])] == [
        "a = x and b > 3",
        "a = y",
        "c = z and b > 3",
    ]
    assert distinct([]) == ()
