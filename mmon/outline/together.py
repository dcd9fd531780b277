"""What reports say of what many columns show together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from mmon.outline import severity
from mmon.outline.concept import ConceptPart, part_of
from mmon.outline.measures import is_together
from mmon.results import Document, Result, grouped

TITLE = "Many columns at once"


def together_results(document: Document) -> list[Result]:
    """All that is said of many columns together, in all rows."""
    return [r for r in document.results if is_together(r) and r.segment is None]


def together_part(document: Document) -> ConceptPart | None:
    """Where it is worst; of what was left out, what and why. None where all is calm."""
    every = together_results(document)
    is_calm = not any(map(severity.needs_a_look, every))
    lacks = [r for r in every if r.value is None and r.reason and not severity.needs_a_look(r)]
    if not lacks and is_calm:
        return None
    told = [r for r in every if r.value is not None or severity.needs_a_look(r)]
    # Where nothing changed, what was left out is all there is to say.
    found = None if is_calm else part_of(document, told, "result", "without a change")
    found = found or ConceptPart("", (), ())
    return dataclasses.replace(found, notes=(*found.notes, *_left_out(lacks)))


def _left_out(lacks: Sequence[Result]) -> Iterator[str]:
    """What was not looked at, and why: once for each reason."""
    for reason, rows in grouped(lacks, lambda r: r.reason).items():
        names = " and ".join(dict.fromkeys(r.quantity.words for r in rows))
        yield f"{names} not looked at: {reason}"
