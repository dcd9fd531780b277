"""What reports say of what many columns show together."""

from __future__ import annotations

import dataclasses

from mmon.outline import severity
from mmon.outline.concept import ConceptPart, part_of
from mmon.outline.measures import is_together
from mmon.results import Document, Result

TITLE = "Many columns at once"


def together_results(document: Document) -> list[Result]:
    """All that is said of many columns together, in all rows."""
    return [r for r in document.results if is_together(r) and r.segment is None]


def together_part(document: Document) -> ConceptPart | None:
    """Where it is worst; of what was not looked at, why. None where all is calm."""
    every = together_results(document)
    lacks = [r.reason for r in every if r.value is None and not severity.needs_a_look(r)]
    if not any(lacks) and not any(map(severity.needs_a_look, every)):
        return None
    told = [r for r in every if r.value is not None or severity.needs_a_look(r)]
    found = part_of(document, told, "result", "without a change")
    notes = tuple(f"not looked at: {reason}" for reason in dict.fromkeys(lacks) if reason)
    found = found or ConceptPart("", (), ())
    return dataclasses.replace(found, notes=(*found.notes, *notes))
