"""The terminal report's sections on the model, its concept and changes, operations, segments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mmon.outline import parts as short
from mmon.outline.changes import ChangesPart, changes_part
from mmon.outline.concept import ConceptLine, ConceptPart, concept_part
from mmon.outline.together import TITLE, together_part
from mmon.outline.why import Why, why
from mmon.reports.terminal import spark
from mmon.reports.terminal.lines import Strip, width_of
from mmon.reports.terminal.pen import Pen
from mmon.results import Document, Status

if TYPE_CHECKING:
    from rich.text import Text

_MOST_SEGMENTS = 8
_SPARK_CELLS = 8
_LEAST_NAME = 12


def sections(document: Document, pen: Pen) -> Iterator[Iterator[Text]]:
    """The lines of each that applies."""
    has_windows = len(document.windows) > 1
    model, system = short.performance_part(document), short.operations_part(document)
    concept = concept_part(document)
    changes, together = changes_part(document), together_part(document)
    if model is not None:
        yield _part(model, "performance", "worse by", pen, has_windows=has_windows)
    if changes is not None:
        yield _changes(changes, pen)
    reasons = why(document)
    if reasons is not None:
        yield _why(reasons, pen)
    if concept is not None:
        yield _concept(concept, "concept", pen, has_windows=has_windows)
    if together is not None:
        yield _concept(together, TITLE.lower(), pen, has_windows=has_windows)
    if system is not None:
        yield _part(system, "operations", "change", pen, has_windows=has_windows)
    own = short.applications_part(document)
    if own is not None:
        yield _part(own, "applications", "change", pen, has_windows=has_windows)
    segments = short.segment_part(document)
    if segments is not None:
        yield _segments(segments, pen)


def _changes(part: ChangesPart, pen: Pen) -> Iterator[Text]:
    yield from pen.paragraph("when performance changed", style="dim")
    for one in part.changes:
        yield from pen.signed(one.status, one.text)
    for note in part.notes:
        yield from pen.paragraph(note, style="dim")


def _part(
    part: short.Part, title: str, change: str, pen: Pen, *, has_windows: bool
) -> Iterator[Text]:
    if part.window:
        yield from pen.paragraph(f"{title} in {part.window}", style="dim")
    if part.lines:
        name = "metric" if part.window else title
        yield from pen.table(
            _strips(part.lines, name, change, pen, has_windows=has_windows),
            [line.status for line in part.lines],
            [[line.remark] if line.remark else [] for line in part.lines],
        )
    for status, text in part.remarks:
        yield from pen.signed(status, text)
    for note in part.notes:
        about = "" if part.lines or part.window else f"{title}: "
        yield from pen.paragraph(about + note, style="dim")


def _why(part: Why, pen: Pen) -> Iterator[Text]:
    title = "why performance changed"
    if part.window:
        yield from pen.paragraph(f"{title} in {part.window}", style="dim")
    if part.lead:
        yield from pen.paragraph(f"{part.lead}.")
    if part.parts:
        strips = [
            Strip("because" if part.window else title, [one.name for one in part.parts], least=12),
            Strip("change", [one.text for one in part.parts], "right"),
            Strip("95% interval", [one.interval for one in part.parts], importance=1),
        ]
        yield from pen.table(strips, [Status.IRRELEVANT] * len(part.parts))
    for one in part.where:
        yield from pen.paragraph(one)
    for note in part.notes:
        yield from pen.paragraph(note, style="dim")


def _concept(part: ConceptPart, title: str, pen: Pen, *, has_windows: bool) -> Iterator[Text]:
    if part.window:
        yield from pen.paragraph(f"{title} in {part.window}", style="dim")
    rows, about = [line.row for line in part.lines], [line.about for line in part.lines]
    strips = [
        Strip("result" if part.window else title, [row.name for row in rows], least=12),
        *([Strip("of", about, least=8)] if any(about) else []),
        Strip("value", [row.value for row in rows], "right"),
        Strip("thresholds", [row.thresholds for row in rows], importance=3),
        Strip("q", [row.q_value for row in rows], importance=4),
        Strip("trend", _trends(part.lines, pen, has_windows=has_windows), importance=2),
    ]
    if rows:
        remarks = [[line.remark] if line.remark else [] for line in part.lines]
        yield from pen.table(strips, [line.status for line in part.lines], remarks)
    elif part.doubts and not part.window:
        yield from pen.paragraph(title, style="dim")
    for doubt in part.doubts:
        yield from pen.signed(Status.INCONCLUSIVE, doubt)
    for note in part.notes:
        head = "" if part.lines or part.doubts or part.window else f"{title}: "
        yield from pen.paragraph(head + note, style="dim")


def _trends(lines: Sequence[short.Line | ConceptLine], pen: Pen, *, has_windows: bool) -> list[str]:
    blocks = pen.signs.blocks
    return [
        spark.line(line.trend, cells=_SPARK_CELLS, blocks=blocks) if has_windows else ""
        for line in lines
    ]


def _strips(
    lines: Sequence[short.Line], title: str, change: str, pen: Pen, *, has_windows: bool
) -> list[Strip]:
    rows = [line.row for line in lines]
    return [
        Strip(
            title, [row.name for row in rows], least=_least((row.name for row in rows), pen.width)
        ),
        Strip("reference", [row.reference for row in rows], "right", importance=1),
        Strip("production", [row.production for row in rows], "right"),
        Strip("95% interval", [row.production_interval for row in rows], importance=4),
        Strip(change, [row.change for row in rows], "right", importance=2),
        Strip("thresholds", [row.limits for row in rows], importance=3),
        Strip("q", [row.q_value for row in rows], importance=6),
        Strip("trend", _trends(lines, pen, has_windows=has_windows), importance=5),
    ]


def _least(names: Iterable[str], width: int) -> int:
    """Cells that names keep: most say nothing without any of their words."""
    return max(_LEAST_NAME, min(max(map(width_of, names), default=0), width // 3))


def _segments(part: short.SegmentPart, pen: Pen) -> Iterator[Text]:
    shown = part.lines[:_MOST_SEGMENTS]
    if shown:
        strips = [
            Strip(
                "segment",
                [row.name for row in shown],
                least=_least((row.name for row in shown), pen.width),
            ),
            Strip("rows", [row.rows for row in shown], "right", importance=2),
            Strip("drifted", [row.drifted for row in shown], importance=1),
            Strip("worst findings", [row.told(1) for row in shown], least=14, is_prose=True),
        ]
        yield from pen.table(strips, [row.level for row in shown])
    besides = part.besides(len(shown))
    if besides:
        yield from pen.paragraph(besides, style="dim")
