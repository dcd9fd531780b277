"""The shapes of charts: paths, axes, ticks, and trends are where the numbers say."""

from __future__ import annotations

import dataclasses
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmon.reports.html import geometry

COUNTS = st.lists(st.integers(0, 10**12), min_size=1, max_size=40)


def heights(path: str) -> list[tuple[float, float]]:
    """The (x, y) points of a path made of M, V, h and l commands."""
    x = y = 0.0
    points = []
    for command, text in re.findall(r"([MVhl])([^MVhl]*)", path):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", text)]
        if command == "M":
            x, y = numbers
        elif command == "V":
            y = numbers[0]
        elif command == "h":
            x += numbers[0]
        else:
            for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = x + dx, y + dy
                points.append((x, y))
            continue
        points.append((x, y))
    return points


def test_a_histogram_is_a_closed_outline_with_one_step_a_bin() -> None:
    shape = geometry.overlay(None, (0, 5, 10), (10, 5, 0), geometry.even_axis(3))
    assert shape.reference == "M0,99V99h1V49h1V0h1V99"
    assert shape.production == "M0,99V0h1V49h1V99h1V99"


def test_bins_of_one_height_are_one_step() -> None:
    shape = geometry.overlay(None, (4, 4, 4), (4, 4, 4), geometry.even_axis(3))
    assert shape.reference == "M0,99V0h3V99"


def test_both_sides_are_shares_of_their_own_rows() -> None:
    small, large = geometry.densities(None, (1, 3), (1000, 3000))
    assert large == small
    assert [round(height, 9) for height in small] == [0.333333333, 1.0]


def test_a_wide_bin_is_as_high_as_its_rows_per_unit() -> None:
    # 10 rows over 1 unit, 20 rows over 4 units, 10 rows over 1 unit.
    ref, _ = geometry.densities((0.0, 1.0, 5.0, 6.0), (10, 20, 10), (1, 1, 1))
    assert ref == [pytest.approx(h) for h in (ref[0], ref[0] / 2, ref[0])]


def test_a_side_without_rows_is_flat() -> None:
    shape = geometry.overlay(None, (1, 2), (0, 0), geometry.even_axis(2))
    assert shape.production == "M0,99V99h2V99"
    cumulative = geometry.cumulative((1, 2), (0, 0), geometry.even_axis(2), is_stepped=False)
    assert cumulative.production == ""


@given(COUNTS, st.booleans())
def test_a_cumulative_line_rises_from_the_bottom_to_the_top(
    counts: list[int], is_stepped: bool
) -> None:
    across = geometry.even_axis(len(counts))
    path = geometry.cumulative(counts, counts, across, is_stepped=is_stepped).reference
    if sum(counts) == 0:
        assert path == ""
        return
    points = heights(path)
    assert [points[0], points[-1]] == [(0.0, geometry.HEIGHT), (len(counts), 0.0)]
    assert all(a[0] <= b[0] and a[1] >= b[1] for a, b in itertools.pairwise(points))


@given(COUNTS, COUNTS)
def test_a_histogram_stays_in_its_box_and_reaches_its_top(ref: list[int], cur: list[int]) -> None:
    size = min(len(ref), len(cur))
    ref, cur = ref[:size], cur[:size]
    shape = geometry.overlay(None, ref, cur, geometry.even_axis(size))
    points = heights(shape.reference) + heights(shape.production)
    assert all(0 <= x <= size and 0 <= y <= geometry.HEIGHT for x, y in points)
    assert min(y for _, y in points) == (0 if sum(ref) + sum(cur) else geometry.HEIGHT)


def test_even_bins_take_one_unit_each() -> None:
    assert geometry.axis((0.0, 2.0, 4.0, 6.0)) == geometry.Axis((1, 1, 1), is_broken=False)


def test_a_bin_that_reaches_to_an_outlier_is_cut_and_said_to_be() -> None:
    across = geometry.axis((0.0, 1.0, 2.0, 3.0, 1e6))
    assert across.is_broken
    assert across.widths[3] == pytest.approx(6 * across.widths[0], abs=4)
    assert across.width == 400


def test_a_sliver_at_the_end_can_be_seen_and_does_not_dwarf_the_rest() -> None:
    edges = (0.0, 0.5, 19.5, 38.5, 57.5)
    across = geometry.axis(edges)
    assert across.is_broken
    assert across.widths == (1, 1, 1, 1)
    ref, _ = geometry.densities(edges, (10, 20, 10, 5), (1, 1, 1, 1))
    assert max(ref) == ref[1]


@pytest.mark.parametrize(
    ("edges", "values"),
    [
        ((-0.5, 0.5, 1.5, 2.5), (0, 1, 2)),
        ((-0.5, 0.5, 2.0, 6.5, 13.5), (0, 1, 3, 10)),
        ((6.5, 7.5), (7,)),
        ((0.0, 2.0, 4.0, 6.0), None),
        ((0.0, 0.4, 0.8), None),
        ((-0.5, 0.5, 1.5, 3.0), None),
    ],
)
def test_bins_of_single_integers_are_recognised(
    edges: tuple[float, ...], values: tuple[int, ...] | None
) -> None:
    assert geometry.integers(edges) == values


@pytest.mark.slow
@given(st.sets(st.integers(-(10**6), 10**6), min_size=2, max_size=24))
def test_values_come_back_from_edges_cut_half_way(found: set[int]) -> None:
    values = sorted(found)
    middles = [(a + b) / 2 for a, b in itertools.pairwise(values)]
    edges = [2 * values[0] - middles[0], *middles, 2 * values[-1] - middles[-1]]
    gaps = {b - a for a, b in itertools.pairwise(values)}
    expected = None if len(gaps) == 1 and gaps != {1} else tuple(values)
    assert geometry.integers(edges) == expected


def test_ticks_of_a_linear_axis_are_round_numbers_in_place() -> None:
    edges = tuple(float(i) for i in range(0, 738, 67))
    placed = geometry.ticks(edges, geometry.axis(edges))
    assert [value for _, value in placed] == [0, 200, 400, 600]
    assert [at for at, _ in placed] == [0.0, 27.1, 54.3, 81.4]


def test_ticks_of_an_uneven_axis_are_edges() -> None:
    edges = (0.0, 1.0, 2.0, 3.0, 1e6)
    placed = geometry.ticks(edges, geometry.axis(edges))
    assert {value for _, value in placed} <= set(edges)
    assert placed[0] == (0.0, 0.0)
    assert placed[-1] == (100.0, 1e6)


EXTREMES = [
    [-1.7e308, 0.0, 1.7e308],
    [-1.7e308, 1.7e308],
    [0.0, 1.0, 1.7e308],
    [0.0, 5e-324],
    [-5e-324, 0.0, 5e-324, 1e-323],
    [0.0, 5e-324, 1.7e308],
    [1e-310, 2e-310, 3e-310],
    [0.0, 0.0],
]


@pytest.mark.parametrize("edges", EXTREMES, ids=str)
def test_values_at_the_ends_of_what_numbers_can_be_are_drawn(edges: list[float]) -> None:
    counts = [3, *[1] * (len(edges) - 2)]
    across = geometry.axis(edges)
    for path in dataclasses.astuple(geometry.overlay(edges, counts, counts[::-1], across))[1:]:
        assert max(geometry.HEIGHT - y for _, y in heights(path)) <= geometry.HEIGHT
    for place, value in geometry.ticks(edges, across):
        assert 0.0 <= place <= 100.0
        assert edges[0] <= value <= edges[-1]


def test_the_axis_of_a_range_without_end_is_as_that_of_any_other() -> None:
    edges = [0.0, 1.0, 2.0, 4.0]
    for size in (1e-300, 4.25e307):
        scaled = [edge * size for edge in edges]
        assert geometry.axis(scaled) == geometry.axis(edges)
        assert geometry.densities(scaled, (1, 2, 3), (3, 2, 1)) == geometry.densities(
            edges, (1, 2, 3), (3, 2, 1)
        )


def test_a_trend_shows_values_and_thresholds_on_one_scale() -> None:
    shape = geometry.trend((0.0, 0.1, None, 0.4), 0.1, 0.2, top=0.4)
    assert shape.width == 3
    assert shape.line == "M0,99L1,74M3,0h0"
    assert (shape.potential, shape.detected) == (74, 49)
    assert shape.heights == (99, 74, None, 0)
    assert shape.ends == (0.0, 0.4)


def test_a_long_trend_keeps_its_largest_value() -> None:
    values: list[float | None] = [0.01] * 1000
    values[617] = 0.3
    shape = geometry.trend(tuple(values), 0.1, 0.2, top=0.3)
    assert shape.width < 120
    assert shape.each == 9
    assert shape.heights[617 // 9] == 0


def test_a_trend_without_any_value_is_empty() -> None:
    shape = geometry.trend((None, None), None, None, top=0.0)
    assert (shape.line, shape.heights) == ("", (None, None))
