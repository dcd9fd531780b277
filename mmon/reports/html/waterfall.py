"""The picture of why performance changed: each part begins where the one before it ended."""

from __future__ import annotations

import dataclasses

from mmon.outline.why import ChangePart, Why, why
from mmon.results import Document

WIDTH = 400
_ROOM = 1.05  # beyond the farthest end


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One bar of the picture, from ``at`` over ``width`` units; worse goes to the right."""

    part: ChangePart
    at: int
    width: int
    is_worse: bool
    is_total: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Waterfall:
    """The bars, and where no change is."""

    why: Why
    steps: tuple[Step, ...]
    zero: int
    width: int = WIDTH


def waterfall(document: Document) -> Waterfall | None:
    """The parts of the change and their sum; None where nobody looked."""
    told = why(document)
    if told is None:
        return None
    ends, at = [], 0.0
    for one in told.parts[:-1]:
        ends.append((at, at + (one.value or 0.0)))
        at = ends[-1][1]
    ends += [(0.0, one.value or 0.0) for one in told.parts[-1:]]
    low = min([0.0, *map(min, ends)]) * _ROOM
    high = max([0.0, *map(max, ends)]) * _ROOM
    scale = WIDTH / (high - low) if high > low else 0.0
    steps = [
        Step(
            part=one,
            at=round((min(pair) - low) * scale),
            width=max(1, round(abs(pair[1] - pair[0]) * scale)),
            is_worse=pair[1] > pair[0],
            is_total=place == len(ends) - 1,
        )
        for place, (one, pair) in enumerate(zip(told.parts, ends, strict=True))
    ]
    return Waterfall(told, tuple(steps), round(-low * scale))
