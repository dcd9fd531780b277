"""Intervals, signed bars, scales and bands are where the numbers say."""

from __future__ import annotations

import dataclasses
import math

import hypothesis.strategies as st
import pytest
from hypothesis import given

from mmon.reports.html import geometry, marks
from mmon.results import Status
from tests.reports.html_page import drift

NUMBERS = st.floats(-1e6, 1e6)


def test_both_sides_share_one_axis() -> None:
    drawn = marks.whiskers(0.8, (0.7, 0.9), 0.4, (0.3, 0.5))
    assert drawn is not None
    assert drawn.reference == marks.Whisker(104, 85, 124)
    assert drawn.production == marks.Whisker(26, 6, 45)


def test_a_side_without_interval_is_a_mark_and_without_value_nothing() -> None:
    drawn = marks.whiskers(None, None, 0.4, None)
    assert drawn == marks.Whiskers(None, marks.Whisker(marks.WIDTH // 2, None, None))
    assert marks.whiskers(None, None, None, None) is None
    assert marks.whiskers(math.nan, None, math.inf, None) is None


def test_an_interval_that_reaches_beyond_the_axis_is_cut() -> None:
    drawn = marks.whiskers(0.5, (0.0, 1.0), 0.6, None, span=(0.4, 0.6))
    assert drawn is not None
    assert drawn.reference == marks.Whisker(65, 6, 124)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_whiskers_stay_in_their_box_and_in_order(a: float, b: float, c: float, d: float) -> None:
    drawn = marks.whiskers(a, (min(a, b), max(a, b)), c, (min(c, d), max(c, d)))
    assert drawn is not None
    for side in (drawn.reference, drawn.production):
        assert side is not None
        assert side.low is not None
        assert side.high is not None
        assert 0 <= side.low <= side.value <= side.high <= marks.WIDTH


@pytest.mark.parametrize(
    ("value", "top", "length"),
    [(1.0, 2.0, 20), (-2.0, 2.0, -40), (9.0, 2.0, 40), (None, 2.0, 0), (1.0, 0.0, 0)],
)
def test_a_signed_bar_is_as_long_as_its_share_of_the_largest(
    value: float | None, top: float, length: int
) -> None:
    assert marks.signed(value, top) == length


def test_a_scale_places_value_and_thresholds_and_marks_what_lies_beyond() -> None:
    result = drift("age", 0.75, Status.POTENTIAL_DETECTION, potential=0.5, detected=1.0)
    inside = marks.scale(result, reach=2.0)
    assert inside == marks.Scale(39, 26, 52, is_beyond=False)
    beyond = marks.scale(dataclasses.replace(result, value=7.0, potential=None), reach=2.0)
    assert beyond == marks.Scale(104, None, 52, is_beyond=True)


def test_a_band_shows_values_intervals_reference_and_thresholds_on_one_axis() -> None:
    drawn = marks.band(
        [0.9, 0.8, 0.7],
        [(0.85, 0.95), None, (0.65, 0.75)],
        0.9,
        (0.88, 0.92),
        (0.85, 0.7),
    )
    assert drawn is not None
    assert drawn.heights == tuple(sorted(h for h in drawn.heights if h is not None))
    assert drawn.width == 2
    # The axis runs from 0.65 to 0.95 with a twentieth to spare at each end.
    heights = [99 - round(99 * (v - 0.635) / 0.33) for v in (0.9, 0.8, 0.7)]
    assert drawn.line == f"M0,{heights[0]}L1,{heights[1]}L2,{heights[2]}"
    assert (drawn.reference, drawn.detected) == (heights[0], heights[2])
    assert drawn.band.count("z") == 2  # the window without an interval parts the area
    assert drawn.reference_ends is not None
    low, high = drawn.reference_ends
    assert low > heights[0] > high


def test_a_window_without_value_breaks_the_line_and_none_at_all_draws_nothing() -> None:
    drawn = marks.band([0.9, None, 0.7], [None] * 3, None, None, (None, None))
    assert drawn is not None
    assert drawn.line.count("M") == 2
    assert (drawn.band, drawn.reference, drawn.potential) == ("", None, None)
    assert marks.band([None, None], [None, None], 0.9, None, (None, None)) is None


def test_a_value_that_never_changes_is_drawn_in_the_middle() -> None:
    drawn = marks.band([0.5, 0.5], [None, None], 0.5, None, (None, None))
    assert drawn is not None
    assert drawn.reference == pytest.approx(geometry.HEIGHT / 2, abs=1)


def test_what_was_expected_is_a_line_beside_the_values_and_stands_where_there_are_none() -> None:
    drawn = marks.band([None, None], [None, None], None, None, (None, None), [0.5, 1.0])
    assert drawn is not None
    assert (drawn.line, drawn.beside) == ("", "M0,94L1,4")
