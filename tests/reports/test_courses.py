"""How results went over windows: the lines of a history, and the map of findings on the page."""

from __future__ import annotations

import dataclasses
import re

import pytest

from mmon.outline.courses import courses
from mmon.reports.html.heat import heat
from mmon.reports.terminal import past
from mmon.results import Document, Result, Status
from tests.reports.sample_document import sample_document


@pytest.fixture
def document() -> Document:
    """Ten windows, of which one column drifted in the last four."""
    found = sample_document(3, 10)
    return dataclasses.replace(found, results=[_judged(one) for one in found.results])


def _judged(one: Result) -> Result:
    if not one.has_levels or one.quantity.about == "run":
        return one
    is_hit = one.column == "agent" and one.name == "total_variation" and one.window >= 6
    status = Status.DETECTED if is_hit else Status.NO_DETECTION
    value = 2 * (one.detected or 1.0) if is_hit else 0.0
    return dataclasses.replace(one, status=status, value=value, gating=True)


def test_the_worst_course_comes_first_and_is_high_where_it_was_found(document: Document) -> None:
    first, *rest = courses(document)
    assert (first.name, first.about) == ("total variation", "agent")
    assert first.heights == (0.0,) * 6 + (2.0,) * 4
    assert first.statuses == (Status.NO_DETECTION,) * 6 + (Status.DETECTED,) * 4
    assert all(one.worst.status is Status.NO_DETECTION for one in rest)


def test_names_and_patterns_choose(document: Document) -> None:
    assert {one.about for one in courses(document, ["agent"])} == {"agent"}
    names = {one.worst.name for one in courses(document, ["total_*"])}
    assert names == {"total_variation"}
    assert courses(document, ["nothing"]) == []


def test_parts_that_each_window_finds_anew_are_one_course(document: Document) -> None:
    rows = [
        dataclasses.replace(one, segment=f"age > {one.window}") if one.column == "agent" else one
        for one in document.results
    ]
    found = courses(dataclasses.replace(document, results=rows), ["agent"])
    assert [one.worst.name for one in found].count("total_variation") == 1


def test_the_map_has_a_line_for_what_was_found_and_a_cell_for_each_window(
    document: Document,
) -> None:
    found = heat(document)
    assert found is not None
    assert found.width == 10
    (line,) = found.lines
    assert dict(line.shades) == {"k4": "M6,0h4v1h-4z", "far": "M0,0h6v1h-6z"}
    assert line.told == "detected in 4 of 10"
    assert found.calm == len(courses(document)) - 1


def test_what_chance_alone_may_have_moved_is_as_pale_as_what_did_not_move(
    document: Document,
) -> None:
    rows = [
        dataclasses.replace(one, value=0.75 * one.detected, changed=one.window < 3)
        if one.status is Status.NO_DETECTION and one.column == "agent" and one.detected
        else one
        for one in document.results
    ]
    found = heat(dataclasses.replace(document, results=rows))
    assert found is not None
    shades = dict(found.lines[0].shades)
    assert shades == {"k4": "M6,0h4v1h-4z", "near": "M0,0h3v1h-3z", "far": "M3,0h3v1h-3z"}


def test_what_is_only_told_has_no_line_where_it_is_inconclusive(document: Document) -> None:
    for gating, lines in ((True, 2), (False, 1)):
        rows = [
            dataclasses.replace(one, status=Status.INCONCLUSIVE, gating=gating)
            if (one.column, one.name) == ("adr", "ks")
            else one
            for one in document.results
        ]
        found = heat(dataclasses.replace(document, results=rows))
        assert found is not None
        assert len(found.lines) == lines


def test_there_is_no_map_of_two_windows_or_of_no_finding(document: Document) -> None:
    assert heat(dataclasses.replace(document, windows=document.windows[:2])) is None
    calm = [one for one in document.results if one.status is not Status.DETECTED]
    assert heat(dataclasses.replace(document, results=calm)) is None


def test_a_terminal_shows_a_line_for_each_finding(document: Document) -> None:
    shown = past.render(document, width=120)
    lines = shown.splitlines()
    assert "10 windows" in lines[0]
    assert re.search(r"● total variation +agent +\S+ .*▁+█+$", shown, re.MULTILINE)
    assert "without a finding (--all)" in lines[-1]
    whole = past.render(document, width=120, is_whole=True).splitlines()
    assert len(whole) > len(lines)
    assert max(map(len, whole)) <= 120


def test_a_terminal_says_that_nothing_is_there(document: Document) -> None:
    assert "no window has such a result" in past.render(document, ["nothing"])
    empty = dataclasses.replace(document, windows=[], results=[])
    assert "no window was analysed yet" in past.render(empty)
