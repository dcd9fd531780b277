"""The history in a terminal: every judged result over the windows, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mmon.outline import severity, summary, units, wording
from mmon.outline.courses import Course, courses
from mmon.reports.terminal import spark
from mmon.reports.terminal.lines import Strip, width_of
from mmon.reports.terminal.pen import Pen
from mmon.reports.terminal.printing import printed
from mmon.results import Document, Status

if TYPE_CHECKING:
    from rich.text import Text

_COUNTED = (Status.DETECTED, Status.POTENTIAL_DETECTION, Status.INCONCLUSIVE, Status.NO_DETECTION)
_MOST_NAMED = 12
_MOST_ROWS = 30
_LEAST_CELLS, _MOST_CELLS = 12, 60


def render(
    document: Document,
    names: Sequence[str] = (),
    *,
    width: int = 100,
    color: bool = False,
    unicode: bool = True,
    is_whole: bool = False,
) -> str:
    """Lines of text: the windows, then a line for each course.

    Parameters
    ----------
    names : sequence of str
        Which results are wanted, as `courses` takes them.
    width, color, unicode
        As of a report.
    is_whole : bool
        Whether results without any finding are shown, too, however many there are.
    """
    pen = Pen(max(width, 20), unicode)
    lines = _lines(document, courses(document, names), pen, is_whole=is_whole)
    return printed(lines, width, color=color)


def verdicts(before: Document, after: Document, unknown: int) -> str:
    """How many windows had each status, how many would have it, and which are others now."""
    sides = before.windows, after.windows
    counts = [
        ", ".join(
            f"{[one.status for one in side].count(status):,} {wording.STATUS_WORDS[status]}"
            for status in _COUNTED
        )
        for side in sides
    ]
    lines = [f"{'as it was judged:':<24}{counts[0]}", f"{'as it would be now:':<24}{counts[1]}"]
    others = [now for was, now in zip(*sides, strict=True) if was.status != now.status]
    if others:
        named = [f"{wording.begin_word(one)} {wording.window_status(one)}" for one in others]
        lines.append(f"{'of another status now:':<24}{summary.listed(named, _MOST_NAMED)}")
    if unknown:
        those = wording.counted(unknown, "window")
        lines.append(
            f"{those} cannot be judged again: analyse them once more, with --from and --to"
        )
    return "\n".join(lines)


def _lines(
    document: Document, found: Sequence[Course], pen: Pen, *, is_whole: bool
) -> Iterator[Text]:
    windows = document.windows
    yield from _heading(document, pen)
    yield pen.text("")
    yield pen.strip([window.status for window in windows])
    yield pen.text("")
    troubled = [one for one in found if severity.needs_a_look(one.worst)]
    shown = found if is_whole else (troubled or found)[:_MOST_ROWS]
    if shown:
        yield from pen.table(_strips(document, shown, pen), [one.worst.status for one in shown])
    more = len(found) - len(shown)
    if more > 0:
        calm = "without a finding" if len(shown) >= len(troubled) else "more"
        yield from pen.paragraph(f"{wording.counted(more, 'result')} {calm} (--all)", style="dim")
    if not found:
        what = "no window has such a result" if windows else "no window was analysed yet"
        yield from pen.paragraph(what)


def _heading(document: Document, pen: Pen) -> Iterator[Text]:
    windows = document.windows
    pieces = [summary.subject(document) or "mmon", wording.windows_word(windows)]
    if windows and windows[0].start:
        pieces.append(f"{wording.begin_word(windows[0])} to {wording.end_word(windows[-1])}")
    pieces.append(f"{wording.count(document.production.rows)} rows")
    yield pen.text("   ".join(map(pen.safe, pieces)), style="bold")


def _strips(document: Document, found: Sequence[Course], pen: Pen) -> list[Strip]:
    windows, by_index = document.windows, {one.index: one for one in document.windows}
    worst = [
        f"{units.value_word(one.worst)} ({wording.begin_word(by_index[one.worst.window])})"
        if one.worst.value
        else ""
        for one in found
    ]
    about = [one.about for one in found]
    names = [one.name for one in found]
    taken = sum(max(map(width_of, cells), default=0) for cells in (names, about, worst)) + 40
    cells = min(_MOST_CELLS, max(_LEAST_CELLS, pen.width - taken), max(len(windows), 1))
    blocks = pen.signs.blocks
    return [
        Strip("result", names, least=12),
        Strip("of", about, least=8),
        Strip("newest", [units.value_word(one.newest) for one in found], "right"),
        Strip("thresholds", [units.limits_word(one.worst) for one in found], importance=3),
        Strip("worst", worst, importance=1),
        Strip("over time", [spark.line(one.heights, cells=cells, blocks=blocks) for one in found]),
    ]
