"""The terminal report's sections on the model, on operations and on segments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mmon.outline import parts as short
from mmon.reports.terminal import spark
from mmon.reports.terminal.lines import Strip, width_of
from mmon.reports.terminal.pen import Pen
from mmon.results import Document

if TYPE_CHECKING:
    from rich.text import Text

_MOST_SEGMENTS = 8
_SPARK_CELLS = 8
_LEAST_NAME, _MOST_NAME = 12, 30


def sections(document: Document, pen: Pen) -> Iterator[Text]:
    """All that apply, each followed by an empty line."""
    has_windows = len(document.windows) > 1
    for title, change, part in (
        ("performance", "worse by", short.performance_part(document)),
        ("operations", "change", short.operations_part(document)),
    ):
        if part is not None:
            yield from _part(part, title, change, pen, has_windows=has_windows)
            yield pen.text("")
    segments = short.segment_part(document)
    if segments is not None:
        yield from _segments(segments, pen)
        yield pen.text("")


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
            told=2,
        )
    for status, text in part.remarks:
        yield from pen.signed(status, text)
    for note in part.all_notes:
        about = "" if part.lines or part.window else f"{title}: "
        yield from pen.paragraph(about + note, style="dim")


def _strips(
    lines: Sequence[short.Line], title: str, change: str, pen: Pen, *, has_windows: bool
) -> list[Strip]:
    trends = [
        spark.line(line.trend, cells=_SPARK_CELLS, blocks=pen.signs.blocks) if has_windows else ""
        for line in lines
    ]

    def strip(name: str, values: Sequence[str], importance: int) -> Strip:
        return Strip(name, pen.cells(values), "right", importance)

    return [
        Strip(title, pen.cells(line.name for line in lines), least=_least(lines, pen.width)),
        strip("reference", [line.reference for line in lines], 1),
        strip("production", [line.production for line in lines], 0),
        Strip("95% interval", pen.cells(line.interval for line in lines), importance=5),
        strip(change, [line.change for line in lines], 2),
        Strip("thresholds", pen.cells(line.limits for line in lines), importance=3),
        Strip("q", pen.cells(line.q_value for line in lines), importance=6),
        Strip("trend", tuple(trends), importance=4),
    ]


def _least(lines: Sequence[short.Line], width: int) -> int:
    """Cells of the names of metrics: that of a class's metric says nothing without the class."""
    of_classes = (width_of(line.name) for line in lines if line.is_of_class)
    return max(_LEAST_NAME, min(max(of_classes, default=0), _MOST_NAME, width // 3))


def _segments(part: short.SegmentPart, pen: Pen) -> Iterator[Text]:
    shown = part.lines[:_MOST_SEGMENTS]
    if shown:
        strips = [
            Strip("segment", pen.cells(line.name for line in shown), least=12),
            Strip("rows", pen.cells(line.rows for line in shown), "right", importance=2),
            Strip("drifted", pen.cells(line.drifted for line in shown), importance=1),
            Strip("worst findings", pen.cells(line.told(1) for line in shown), least=14),
        ]
        nothing: list[list[str]] = [[] for _ in shown]
        yield from pen.table(strips, [line.status for line in shown], nothing, told=2)
    besides = part.besides(len(shown))
    if besides:
        yield from pen.paragraph(besides, style="dim")
