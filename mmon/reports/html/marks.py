"""The geometry of one value: beside thresholds, in its interval, to both sides, over windows."""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Sequence

from mmon.reports.html import geometry

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
    """One value beside its thresholds: positions in pixels from the left."""

    value: int
    potential: int | None
    detected: int | None
    is_beyond: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Band:
    """A value over windows with its interval, beside the reference's.

    Attributes
    ----------
    width : int
    line, band : str
        Path data of production's values and of their intervals.
    reference, reference_low, reference_high : int or None
        Heights of the reference's value and of its interval's ends.
    potential, detected : int or None
        Heights of the thresholds.
    """

    width: int
    line: str
    band: str
    reference: int | None
    reference_low: int | None
    reference_high: int | None
    potential: int | None
    detected: int | None


def whiskers(
    reference: float | None,
    reference_interval: Interval,
    production: float | None,
    production_interval: Interval,
    span: tuple[float, float] | None = None,
) -> Whiskers | None:
    """Both sides on one axis; None where there is nothing to place.

    Parameters
    ----------
    reference, production : float or None
    reference_interval, production_interval : (float, float) or None
    span : (float, float) or None
        The ends of the axis, at which what reaches beyond is cut; None takes one that just holds
        everything.
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


def scale(ratio: float, potential: float | None, detected: float | None, reach: float) -> Scale:
    """Place a value and its thresholds, all given as multiples of the worst threshold.

    Parameters
    ----------
    ratio : float
        How far the value is on the way from harmless (0) to the worst threshold (1).
    potential, detected : float or None
        Where the thresholds are on that way.
    reach : float
        What the right end stands for; a value beyond it ends in an arrow.
    """

    def place(position: float | None) -> int | None:
        if position is None:
            return None
        return round(geometry.part(position, 0.0, reach) * _SCALE_WIDTH)

    return Scale(place(ratio) or 0, place(potential), place(detected), is_beyond=ratio > reach)


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
) -> Band | None:
    """Lay out one value a window; a window without one breaks the line.

    Parameters
    ----------
    values, intervals : (W,) of float or None, of (float, float) or None
    reference, reference_interval : float or None, (float, float) or None
    levels : (float or None, float or None)
        The potential and the detected threshold, on the axis of the values.
    """
    ends = [end for interval in (*intervals, reference_interval) for end in interval or ()]
    known = [v for v in (*values, *ends, reference, *levels) if v is not None and math.isfinite(v)]
    if not known or not any(value is not None for value in values):
        return None
    low, high = min(known), max(known)
    slack = (high / 2 - low / 2) * 0.1 or abs(high) * 0.05 or 1.0
    low, high = max(low - slack, -sys.float_info.max), min(high + slack, sys.float_info.max)

    def height(value: float | None) -> int | None:
        if value is None or math.isnan(value):
            return None
        return geometry.HEIGHT - round(geometry.HEIGHT * geometry.part(value, low, high))

    reference_ends = reference_interval or (None, None)
    return Band(
        width=max(1, len(values) - 1),
        line=geometry.broken_line([height(value) for value in values]),
        band=_area([_both(height(i[0]), height(i[1])) if i else None for i in intervals]),
        reference=height(reference),
        reference_low=height(reference_ends[0]),
        reference_high=height(reference_ends[1]),
        potential=height(levels[0]),
        detected=height(levels[1]),
    )


def _both(low: int | None, high: int | None) -> tuple[int, int] | None:
    return None if low is None or high is None else (low, high)


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
