"""The Markdown report's sections on the model, its concept and changes, operations, segments."""

from __future__ import annotations

from collections.abc import Iterator

from mmon.outline import parts as short
from mmon.outline.changes import ChangesPart, changes_part
from mmon.outline.concept import ConceptPart, concept_part
from mmon.outline.rows import MeasureRow
from mmon.outline.together import TITLE, together_part
from mmon.outline.why import Why, why
from mmon.reports.markdown.markup import STATUS_SIGNS, code, escaped, table
from mmon.results import Document, Status

_MOST_SEGMENTS = 10
_MOST_FINDINGS = 3


def sections(document: Document) -> Iterator[str]:
    """Blocks of Markdown: all sections that apply."""
    model, system = short.performance_part(document), short.operations_part(document)
    concept = concept_part(document)
    changes, together = changes_part(document), together_part(document)
    if model is not None:
        yield from _part(model, "Model performance", "worse by")
    if changes is not None:
        yield from _changes(changes)
    reasons = why(document)
    if reasons is not None:
        yield from _why(reasons)
    if concept is not None:
        yield from _concept(concept, "Concept")
    if together is not None:
        yield from _concept(together, TITLE)
    if system is not None:
        yield from _part(system, "Operations", "change")
    own = short.applications_part(document)
    if own is not None:
        yield from _part(own, "Applications", "change")
    segments = short.segment_part(document)
    if segments is not None:
        yield from _segments(segments)


def _part(part: short.Part, title: str, change: str) -> Iterator[str]:
    yield f"**{title}**" + (f", {escaped(part.window)}" if part.window else "")
    if part.lines:
        lines = table(
            part.lines,
            ("", ":--", lambda line: STATUS_SIGNS.get(line.status, "")),
            ("metric", ":--", lambda line: escaped(line.row.name)),
            ("reference", "--:", lambda line: escaped(line.row.reference)),
            ("production", "--:", lambda line: escaped(_production(line.row))),
            (change, "--:", lambda line: escaped(line.row.change)),
            ("potential / detected", ":--", lambda line: escaped(line.row.limits)),
            ("q", ":--", lambda line: escaped(line.row.q_value)),
        )
        yield "\n".join(lines)
    remarks = [f"- {_sign(status)}{escaped(text)}" for status, text in part.remarks]
    remarks += [
        f"- {_sign(line.status)}{escaped(line.row.name)}: {escaped(line.remark)}"
        for line in part.lines
        if line.remark
    ]
    remarks += [f"- {escaped(note)}" for note in part.notes]
    if remarks:
        yield "\n".join(remarks)


def _changes(part: ChangesPart) -> Iterator[str]:
    yield "**When performance changed**"
    lines = [f"- {_sign(one.status)}{escaped(one.text)}" for one in part.changes]
    yield "\n".join([*lines, *(f"- {escaped(note)}" for note in part.notes)])


def _why(part: Why) -> Iterator[str]:
    yield "**Why performance changed**" + (f", {escaped(part.window)}" if part.window else "")
    if part.parts:
        lines = table(
            part.parts,
            ("because", ":--", lambda one: escaped(one.name)),
            ("change", "--:", lambda one: escaped(one.text)),
            ("95% interval", ":--", lambda one: escaped(one.interval)),
        )
        yield "\n".join(lines)
    if part.where or part.notes:
        yield "\n".join(f"- {escaped(one)}" for one in (*part.where, *part.notes))


def _concept(part: ConceptPart, title: str) -> Iterator[str]:
    yield f"**{title}**" + (f", {escaped(part.window)}" if part.window else "")
    if part.lines:
        lines = table(
            part.lines,
            ("", ":--", lambda line: STATUS_SIGNS.get(line.status, "")),
            ("result", ":--", lambda line: escaped(line.row.name)),
            ("of", ":--", lambda line: code(line.about) if line.about else ""),
            ("value", "--:", lambda line: escaped(line.row.value)),
            ("potential / detected", ":--", lambda line: escaped(line.row.thresholds)),
            ("q", ":--", lambda line: escaped(line.row.q_value)),
        )
        yield "\n".join(lines)
    remarks = [
        f"- {_sign(line.status)}{escaped(line.row.name)}: {escaped(line.remark)}"
        for line in part.lines
        if line.remark
    ]
    remarks += [f"- {_sign(Status.INCONCLUSIVE)}{escaped(doubt)}" for doubt in part.doubts]
    remarks += [f"- {escaped(note)}" for note in part.notes]
    if remarks:
        yield "\n".join(remarks)


def _production(row: MeasureRow) -> str:
    return f"{row.production} {row.production_interval}".rstrip()


def _segments(part: short.SegmentPart) -> Iterator[str]:
    shown = part.lines[:_MOST_SEGMENTS]
    besides = part.besides(len(shown))
    yield "**Segments**" + ("" if shown else f": {besides}")
    if not shown:
        return
    lines = table(
        shown,
        ("", ":--", lambda row: STATUS_SIGNS.get(row.level, "")),
        ("segment", ":--", lambda row: code(row.name)),
        ("rows", "--:", lambda row: escaped(row.rows)),
        ("drifted columns", ":--", lambda row: escaped(row.drifted)),
        ("worst findings", ":--", lambda row: escaped(row.told(_MOST_FINDINGS))),
    )
    yield "\n".join(lines)
    if besides:
        yield besides


def _sign(status: Status) -> str:
    sign = STATUS_SIGNS.get(status)
    return f"{sign} " if sign else ""
