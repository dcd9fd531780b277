"""The report in a terminal: worst first, one line a column, the verdict last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mmon.outline import severity, summary, told, units, wording
from mmon.outline.phrases import column_word, phrase
from mmon.outline.shown import artifact_lines, error_head
from mmon.outline.summary import Doubt, Head, Summary
from mmon.reports.terminal import signs, spark
from mmon.reports.terminal.lines import Strip, width_of, wrap
from mmon.reports.terminal.pen import INDENT, Pen
from mmon.reports.terminal.printing import printed
from mmon.reports.terminal.sections import sections
from mmon.results import Document, Status

if TYPE_CHECKING:
    from rich.text import Text

SUFFIXES = (".txt",)

# A screen of columns; who wants all of them opens the HTML report or the JSON.
MOST_ROWS = 20
_MOST_DOUBTS = 5
_MOST_NAMES = 6
_SPARK_CELLS = 8
_COUNTED = (Status.DETECTED, Status.POTENTIAL_DETECTION, Status.INCONCLUSIVE)


def render(
    document: Document, *, width: int = 100, color: bool = False, unicode: bool = True
) -> str:
    """The report as lines of text; the last one is the verdict, in one line however long.

    Parameters
    ----------
    width : int
        Cells of a line; at least 20.
    color : bool
        Whether to write ANSI colours. Statuses differ by shape too.
    unicode : bool
        Whether the terminal shows more than ASCII.
    """
    screen = _Screen(document, max(width, 20), unicode=unicode)
    return printed(screen.lines(), width, color=color)


class _Screen:
    """One document on one terminal."""

    def __init__(self, document: Document, width: int, *, unicode: bool) -> None:
        self.document = document
        self.summary: Summary = summary.summarise(document)
        self.pen = Pen(width, unicode)

    def lines(self) -> Iterator[Text]:
        windows = self._windows() if len(self.document.windows) > 1 else ()
        own = sections(self.document, self.pen)
        parts = (self._heading(), windows, self._findings(), *own, self._told_of(), self._besides())
        for part in parts:
            lines = list(part)
            yield from [*lines, self.pen.text("")] if lines else ()
        yield self._verdict()

    def _heading(self) -> Iterator[Text]:
        document = self.document
        seconds = summary.duration_s(document)
        pieces = [
            summary.subject(document) or "mmon",
            f"reference {wording.count(document.reference.rows)} rows",
            f"production {wording.count(document.production.rows)} rows",
            wording.counted(len(document.columns), "column"),
        ]
        if len(document.windows) > 1:
            pieces.append(wording.windows_word(document.windows))
        elif any(one.start is not None for one in document.windows):
            pieces.append(wording.period(document.windows[0]))
        if seconds is not None:
            pieces.append(f"{seconds:,.1f} s")
        fitted = [self.pen.fitted(piece) for piece in pieces]
        first, *later = self._heading_lines(fitted)
        heading = self.pen.text(first)
        heading.stylize("bold", 0, len(fitted[0]))
        yield heading
        yield from (self.pen.text(line) for line in later)

    def _heading_lines(self, pieces: Sequence[str]) -> list[str]:
        """In one line where the gaps can be made to allow it; else no line has seconds only."""
        for gap in ("   ", "  "):
            if width_of(gap.join(pieces)) <= self.pen.width:
                return [gap.join(pieces)]
        counts = "   ".join(pieces[3:])
        if width_of(counts) <= self.pen.width:
            pieces = [*pieces[:3], counts]
        return wrap(pieces, self.pen.width, between="   ")

    def _windows(self) -> Iterator[Text]:
        windows, results = self.document.windows, self.document.results
        yield self.pen.strip([window.status for window in windows])
        worst = severity.worst_window(results)
        if worst is None:
            return
        found = (r for r in results if (r.window, r.segment) == (worst.window, None))
        head = severity.worst(filter(severity.is_of_window, found))
        if severity.needs_a_look(head):
            where, what = wording.window_name(windows, worst.window), phrase(head, results)
            told = f"worst: {where}, {what}"
            if worst.findings > 1:
                told = f"most findings ({worst.findings:,}): {where}, the worst: {what}"
            yield from self.pen.paragraph(told)

    def _findings(self) -> Iterator[Text]:
        doubtful = len(self.summary.findings) - len(self.summary.changes)
        some = self.summary.findings if doubtful <= _MOST_DOUBTS else self.summary.changes
        shown = some[:MOST_ROWS]
        if shown:
            yield from self.pen.table(
                self._strips(shown),
                [finding.head.status for finding in shown],
                [list(self._remarks(finding)) for finding in shown],
            )
        ellipsis = self.pen.signs.ellipsis
        if len(some) > len(shown):
            text = f"and {len(some) - len(shown):,} more: the HTML and JSON reports have them all"
            yield from self.pen.paragraph(f"{ellipsis} {text}")
        for doubt in self.summary.doubts[:_MOST_DOUBTS]:
            yield from self._doubt(doubt)
        more = len(self.summary.doubts) - _MOST_DOUBTS
        if more > 0:
            text = f"and {more:,} more reasons in the HTML and JSON reports"
            yield from self.pen.paragraph(f"{ellipsis} {text}")

    def _strips(self, findings: Sequence[Head]) -> list[Strip]:
        heads = [finding.head for finding in findings]
        sparks = [self._sparks(finding) for finding in findings]
        has_windows = len(self.document.windows) > 1
        trends = [
            spark.line(f.trend, cells=_SPARK_CELLS, blocks=self.pen.signs.blocks) for f in findings
        ]
        nothing = [""] * len(findings)
        windows = [str(head.window + 1) for head in heads]
        return [
            Strip("column", [column_word(f.column) for f in findings], least=12),
            Strip("metric", [head.quantity.words for head in heads], least=8),
            Strip("value", [units.value_word(head) for head in heads], "right"),
            Strip("thresholds", [units.limits_word(head) for head in heads], importance=4),
            Strip("q", [wording.probability(head.q_value) for head in heads], importance=5),
            Strip("window", windows if has_windows else nothing, "right", importance=1),
            Strip("trend", trends if has_windows else nothing, importance=2),
            Strip("reference", [ref for ref, _ in sparks], importance=3),
            Strip("production", [cur for _, cur in sparks], importance=3),
        ]

    def _sparks(self, finding: Head) -> tuple[str, str]:
        picture = finding.picture
        if picture is None:
            return "", ""
        return spark.pair(
            picture.reference,
            picture.production,
            cells=_SPARK_CELLS,
            is_ordered=picture.labels is None,
            blocks=self.pen.signs.blocks,
        )

    def _remarks(self, finding: Head) -> Iterator[str]:
        if finding.head.reason and finding.head.status is not Status.INCONCLUSIVE:
            yield finding.head.reason
        also = [
            f"{row.quantity.words} {units.value_word(row)} ({units.status_word(row)})"
            for row in finding.also
            if row.status is not Status.INCONCLUSIVE
        ]
        if also:
            yield "also " + ", ".join(also)

    def _doubt(self, doubt: Doubt) -> Iterator[Text]:
        yield from self.pen.signed(Status.INCONCLUSIVE, self._told(doubt))

    def _told(self, doubt: Doubt) -> str:
        names = [column_word(name) for name in doubt.columns]
        text = f"{summary.listed(names, _MOST_NAMES)}: {doubt.reason}"
        windows, count = self.document.windows, len(doubt.windows)
        if len(windows) > 1:
            only = wording.window_name(windows, doubt.windows[0])
            text += f" [{only if count == 1 else f'{count:,} windows'}]"
        return text

    def _told_of(self) -> Iterator[Text]:
        """The alerts, and what was sent."""
        for line in told.lines(self.document):
            yield from self.pen.signed(line.sign, line.sentence)

    def _besides(self) -> Iterator[Text]:
        yield from self._counts()
        outside = summary.rows_outside(self.document)
        if outside is not None:
            yield from self.pen.paragraph(outside)
        skipped = summary.rows_skipped(self.document.production)
        for one in summary.usual(self.document)[:_MOST_DOUBTS]:
            yield from self.pen.paragraph(self._told(one), style="dim")
        noise = summary.own_noise(self.document)
        told = [None if skipped is None else f"production: {skipped}", noise and noise[1]]
        for line in filter(None, [*told, summary.judged_against(self.document)]):
            yield from self.pen.paragraph(line, style="dim")
        untested, recognised = self.summary.untested, self.summary.recognised
        if untested:
            names = [f"{column_word(one.name)} ({summary.column_word(one)})" for one in untested]
            text = f"not tested: {summary.listed(names, _MOST_NAMES)}"
            yield from self.pen.paragraph(text, style="dim")
        if recognised:
            names = [f"{column.name} ({column.reason})" for column in recognised]
            text = f"read as: {summary.listed(names, _MOST_NAMES)}; see mmon explain reading"
            yield from self.pen.paragraph(text, style="dim")
        lines = artifact_lines(self.document)
        if lines:
            text = f"shown in the HTML report: {summary.listed(lines, _MOST_NAMES)}"
            yield from self.pen.paragraph(text, style="dim")
        for error in self.document.errors:
            yield from self.pen.paragraph(f"error: {error_head(error)}", style="red")

    def _counts(self) -> Iterator[Text]:
        """How many columns have each status; it also tells what the signs mean."""
        found = [finding.head.status for finding in self.summary.findings]
        told = [
            (s, found.count(s), f"{found.count(s):,} {wording.STATUS_WORDS[s]}") for s in _COUNTED
        ]
        for count, words in (
            (self.summary.below, wording.BELOW_WORDS),
            (self.summary.calm, "without drift"),
        ):
            told.append((Status.NO_DETECTION, count, f"{wording.counted(count, 'column')} {words}"))
        line = self.pen.text("")
        for status, count, piece in told:
            if not count:
                continue
            if line.cell_len + len(INDENT) + 1 + len(piece) > self.pen.width:
                yield line
                line = self.pen.text("")
            line.append(INDENT)
            # One that is not judged leaves no hole in the strip.
            line.append(self.pen.signs.statuses[status].strip() or "-", style=signs.STYLES[status])
            line.append(f" {piece}")
        if line.cell_len:
            yield line

    def _verdict(self) -> Text:
        verdict = self.document.verdict
        line = self.pen.text("")
        line.append(f" {verdict.value.upper()} ", style=signs.VERDICT_STYLES[verdict])
        line.append("  " + self.pen.safe(self.document.sentence))
        return line
