"""The geometry of one value: beside thresholds, in its interval, to both sides, over windows."""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Iterable, Sequence

from mmon.outline import severity
from mmon.reports.html import geometry
from mmon.results import Result

WIDTH = 130
_MARGIN = 6  # a dot at the end must not be cut
_HALF = 40  # two bars, one after the other, fill a half and a bit
_SCALE_WIDTH = 104

Interval = tuple[float, float] | None


@dataclasses.dataclass(frozen=True, slots=True)
class Whisker:
    """One side's value and interval: positions in units from the left; no ends where unknown."""

    value: int
    low: int | None
    high: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Whiskers:
    """Both sides' values and intervals on one axis; None where a side has no value."""

    reference: Whisker | None
    production: Whisker | None


@dataclasses.dataclass(frozen=True, slots=True)
class Scale:
    """One value beside its thresholds: positions in pixels; beyond the end it is an arrow."""

    value: int
    potential: int | None
    detected: int | None
    is_beyond: bool


def whiskers(
    reference: float | None,
    reference_interval: Interval,
    production: float | None,
    production_interval: Interval,
    span: tuple[float, float] | None = None,
) -> Whiskers | None:
    """Both sides on one axis; None where there is nothing to place.

    What reaches beyond ``span`` is cut at its ends; without it the axis just holds everything.
    """
    sides = ((reference, reference_interval), (production, production_interval))
    ends = [end for value, interval in sides for end in (value, *(interval or ()))]
    known = [end for end in ends if end is not None and math.isfinite(end)]
    if not known:
        return None
    low, high = span or (min(known), max(known))
    room = WIDTH - 2 * _MARGIN

    def place(value: float) -> int:
        if high == low:
            return WIDTH // 2
        return _MARGIN + round(geometry.part(value, low, high) * room)

    def whisker(value: float | None, interval: Interval) -> Whisker | None:
        if value is None or not math.isfinite(value):
            return None
        if interval is None or not all(map(math.isfinite, interval)):
            return Whisker(place(value), None, None)
        return Whisker(place(value), place(interval[0]), place(interval[1]))

    return Whiskers(*(whisker(value, interval) for value, interval in sides))


def reach(results: Iterable[Result]) -> float:
    """What the right end of one scale for all of them stands for, so that they can be compared."""
    return min(max([1.5, *(severity.ratio(one, one.value) for one in results)]), 4.0)


def scale(result: Result, reach: float) -> Scale | None:
    """A value beside its levels, on a scale that ends at ``reach``; None without levels."""
    if result.value is None or not result.has_levels:
        return None

    def place(level: float | None) -> int | None:
        if level is None:
            return None
        return round(geometry.part(severity.ratio(result, level), 0.0, reach) * _SCALE_WIDTH)

    levels = place(result.potential), place(result.detected)
    return Scale(
        place(result.value) or 0, *levels, is_beyond=severity.ratio(result, result.value) > reach
    )


def signed(value: float | None, top: float) -> int:
    """Length of a bar from the middle, in [-40, 40], where ``top`` fills its half."""
    if value is None or not math.isfinite(value) or not top > 0:
        return 0
    return round(min(max(value / top, -1.0), 1.0) * _HALF)


def band(
    values: Sequence[float | None],
    intervals: Sequence[Interval],
    reference: float | None,
    reference_interval: Interval,
    levels: tuple[float | None, float | None],
    beside: Sequence[float | None] = (),
) -> geometry.Course | None:
    """Lay out one value and its interval a window, and the thresholds on the values' axis.

    A window without a value breaks the line; None where no window has one, nor one ``beside`` it.
    """
    ends = [end for interval in (*intervals, reference_interval) for end in interval or ()]
    every = (*values, *beside, *ends, reference, *levels)
    known = [v for v in every if v is not None and math.isfinite(v)]
    if not known or not any(value is not None for value in (*values, *beside)):
        return None
    low, high = min(known), max(known)
    slack = (high / 2 - low / 2) * 0.1 or abs(high) * 0.05 or 1.0
    # What is never negative, such as a time, has no axis that says so.
    low = low - slack if low < 0 else max(low - slack, 0.0)
    low, high = max(low, -sys.float_info.max), min(high + slack, sys.float_info.max)

    def height(value: float | None) -> int | None:
        return None if value is None or math.isnan(value) else geometry.height(value, low, high)

    def both(interval: Interval) -> tuple[int, int] | None:
        bottom, top = map(height, interval or (None, None))
        return None if bottom is None or top is None else (bottom, top)

    return geometry.Course(
        width=max(1, len(values) - 1),
        line=geometry.broken_line(values, low, high),
        ends=(low, high),
        heights=tuple(map(height, values)),
        potential=height(levels[0]),
        detected=height(levels[1]),
        band=_area([both(interval) for interval in intervals]),
        reference=height(reference),
        reference_ends=both(reference_interval),
        beside=geometry.broken_line(beside, low, high),
    )


def _area(ends: Sequence[tuple[int, int] | None]) -> str:
    """The area between lower and upper ends, in a piece for each run of windows with both."""
    parts, run = [], []
    for x, pair in enumerate([*ends, None]):
        if pair is not None:
            run.append((x, pair))
            continue
        if run:
            upper = "L".join(f"{at},{high}" for at, (_, high) in run)
            lower = "L".join(f"{at},{low}" for at, (low, _) in reversed(run))
            parts.append(f"M{upper}L{lower}z")
        run = []
    return "".join(parts)
