"""Files that are there, before anybody looks into them; of their names some may be left out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from mmon.sources.dated_names import Place, named_spans
from mmon.sources.formats import Part
from mmon.sources.time_range import Span, TimeRange


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """A file, or a table; ``part`` has a look at it, and is None where it is empty."""

    place: Place
    part: Callable[[], Part | None]


def claimed_spans(places: Sequence[Place], between: TimeRange | None) -> list[Span | None]:
    """When the rows of each file happened, by its name; None where that tells nothing."""
    spans = None
    if between is not None and between.by_names and len(places) > 1:
        spans = named_spans(places, between.column)
    if between is None or spans is None:
        return [None] * len(places)
    return [None if span is None else between.claimed(span) for span in spans]
