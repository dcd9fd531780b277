"""The map of findings: a line for each judged result that was ever found, a cell a window."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

from mmon.outline import wording
from mmon.outline.courses import Course, courses
from mmon.outline.severity import needs_a_look
from mmon.results import Document, Result, Status

_FEWEST_WINDOWS = 3
_MOST_LINES = 30
_NEAR = 0.5
"""Of the way to its threshold: what surely went so far has a shade of its own; chance has none."""


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One result: (shade, path data of its cells), each a unit wide and high."""

    name: str
    about: str
    severity: int
    told: str
    shades: tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Heat:
    """The lines, worst first, ``width`` windows wide; ``calm`` results have none."""

    width: int
    lines: tuple[Line, ...]
    left_out: int
    calm: int


def heat(document: Document) -> Heat | None:
    """The map of a document; None where there are too few windows, or nothing was found."""
    found = courses(document)
    hit = [one for one in found if _is_found(one.worst)]
    if len(document.windows) < _FEWEST_WINDOWS or not hit:
        return None
    lines = tuple(_line(one) for one in hit[:_MOST_LINES])
    left_out = len(hit) - len(lines)
    return Heat(len(document.windows), lines, left_out, len(found) - len(hit))


def _is_found(worst: Result) -> bool:
    """Whether there is something to see: that a small segment is inconclusive, is no finding."""
    is_doubt = worst.status is Status.INCONCLUSIVE
    return needs_a_look(worst) and (worst.gating or not is_doubt)


def _line(one: Course) -> Line:
    shades: dict[str, list[str]] = {}
    cells = [_shade(*cell) for cell in zip(one.statuses, one.heights, one.is_below, strict=True)]
    at = 0
    for shade, run in itertools.groupby(cells):
        length = len(list(run))
        if shade:
            shades.setdefault(shade, []).append(f"M{at},0h{length}v1h-{length}z")
        at += length
    paths = tuple((shade, "".join(parts)) for shade, parts in sorted(shades.items()))
    return Line(one.name, one.about, one.worst.status.severity, _told(one.statuses), paths)


def _shade(status: Status | None, height: float | None, is_below: bool) -> str:
    """The class of a cell; empty where nothing was judged."""
    if status is None or status is Status.IRRELEVANT:
        return ""
    if status is not Status.NO_DETECTION:
        return f"k{status.severity}"
    return "near" if is_below and height is not None and height >= _NEAR else "far"


def _told(statuses: Sequence[Status | None]) -> str:
    """In how many windows it was found, by the gravest status."""
    known = [one for one in statuses if one is not None and one is not Status.IRRELEVANT]
    worst = max(known, key=lambda one: one.severity)
    return f"{wording.STATUS_WORDS[worst]} in {known.count(worst):,} of {len(known):,}"
