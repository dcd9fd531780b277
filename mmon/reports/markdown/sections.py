"""The Markdown report's sections on the model, on operations and on segments."""

from __future__ import annotations

from collections.abc import Iterator

from mmon.outline import parts as short
from mmon.reports.markdown.markup import STATUS_SIGNS, code, escaped, row
from mmon.results import Document, Status

_MOST_SEGMENTS = 10
_MOST_FINDINGS = 3


def sections(document: Document) -> Iterator[str]:
    """Blocks of Markdown: all sections that apply."""
    for title, change, part in (
        ("Model performance", "worse by", short.performance_part(document)),
        ("Operations", "change", short.operations_part(document)),
    ):
        if part is not None:
            yield from _part(part, title, change)
    segments = short.segment_part(document)
    if segments is not None:
        yield from _segments(segments)


def _part(part: short.Part, title: str, change: str) -> Iterator[str]:
    yield f"**{title}**" + (f", {escaped(part.window)}" if part.window else "")
    if part.lines:
        yield "\n".join(_table(part, change))
    remarks = [f"- {_sign(status)}{escaped(text)}" for status, text in part.remarks]
    remarks += [
        f"- {_sign(line.status)}{escaped(line.name)}: {escaped(line.remark)}"
        for line in part.lines
        if line.remark
    ]
    remarks += [f"- {escaped(note)}" for note in part.all_notes]
    if remarks:
        yield "\n".join(remarks)


def _table(part: short.Part, change: str) -> Iterator[str]:
    titles = ["", "metric", "reference", "production", change, "potential / detected", "q"]
    yield row(titles)
    yield row([":--", ":--", "--:", "--:", "--:", ":--", ":--"])
    for line in part.lines:
        name = line.name
        production = f"{line.production} {line.interval}".rstrip()
        cells = (name, line.reference, production, line.change, line.limits, line.q_value)
        yield row([_sign(line.status).rstrip(), *(escaped(cell) for cell in cells)])


def _segments(part: short.SegmentPart) -> Iterator[str]:
    shown = part.lines[:_MOST_SEGMENTS]
    besides = part.besides(len(shown))
    yield "**Segments**" + ("" if shown else f": {besides}")
    if not shown:
        return
    lines = [
        row(["", "segment", "rows", "drifted columns", "worst findings"]),
        row([":--", ":--", "--:", ":--", ":--"]),
    ]
    for line in shown:
        cells = (line.rows, line.drifted, line.told(_MOST_FINDINGS))
        name = code(line.name)
        lines.append(row([_sign(line.status).rstrip(), name, *(escaped(cell) for cell in cells)]))
    yield "\n".join(lines)
    if besides:
        yield besides


def _sign(status: Status) -> str:
    sign = STATUS_SIGNS.get(status)
    return f"{sign} " if sign else ""
