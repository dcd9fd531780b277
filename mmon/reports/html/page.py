"""The parts of the page around the table of columns: verdict, windows, sections, how it was run."""

from __future__ import annotations

import collections
import dataclasses
import json
import math
from collections.abc import Sequence
from typing import Any

from mmon.outline import facts, measures, severity, summary, units, wording, worse
from mmon.outline.rows import ResultRow, result_row
from mmon.outline.segments import segment_tables
from mmon.reports.html.columns import ColumnRow, column_rows
from mmon.reports.html.measures import section
from mmon.reports.html.performance import performance
from mmon.reports.html.timeline import timeline
from mmon.results import Document, Metric, Result, ResultKind, Status, Verdict

_SMALL_MULTIPLES = 12
_LISTED = 300  # rows of one list: a thousand windows must not make a page of a hundred megabytes
_STATUSES_SHOWN = tuple(reversed(Status))
_FEW = 4
_ROWS = "rows"  # of each window: the table of windows tells them, or the head of the page
_KIND_TITLES = {
    ResultKind.DATA_QUALITY: "Data quality",
    ResultKind.CONCEPT_DRIFT: "Concept drift",
    ResultKind.MM_APP_ANOMALY: "Application anomalies",
}
_MARKS = {Verdict.PASS: 5, Verdict.INCONCLUSIVE: 2, Verdict.BREACH: 4}
_SENTENCE_END = (".", "!", "?")


@dataclasses.dataclass(frozen=True, slots=True)
class WindowRow:
    """One production window, written out."""

    name: str
    period: str
    rows: str
    late_rows: str
    severity: int
    status: str
    detected: int
    potential: int


@dataclasses.dataclass(frozen=True, slots=True)
class Listing:
    """Results, worst first, and how many more the JSON result has than a page can carry."""

    rows: tuple[ResultRow, ...]
    left_out: int


def page(document: Document) -> dict[str, Any]:
    """Everything the template shows, top-down, by the names that it has there."""
    document = _finite(document)
    rows = column_rows(document)
    windows = _windows(document)
    subject = summary.subject(document)
    rest = [r for r in document.results if r.segment is None and r.kind not in measures.KINDS]
    metrics = [metric for metric in document.metrics if _is_told_here(metric)]
    return {
        "title": f"{document.verdict.upper()}: {subject or 'drift report'}",
        "verdict": document.verdict.value,
        "mark": _MARKS[document.verdict],
        "sentence": _sentence(document.sentence),
        "subject": subject,
        "facts": facts.facts(document),
        "tally": _tally(rows),
        "kinds": sorted({row.kind for row in rows}),
        "columns": rows,
        "windows": windows,
        "worst_window": _worst(document, windows),
        "multiples": _multiples(rows) if len(windows) > 1 else (),
        "performance": performance(document),
        "operations": _operations(document),
        "segments": segment_tables(document),
        "undecided": _listing(document, [r for r in rest if r.status is Status.INCONCLUSIVE]),
        "dataset": _listing(
            document, [r for r in rest if r.column is None and r.kind is ResultKind.DATA_DRIFT]
        ),
        "sections": [
            _section(document, kind, rest)
            for kind in _KIND_TITLES
            if any(r.kind is kind for r in rest)
        ],
        "untested": facts.untested(document),
        "recognised": summary.recognised(document),
        "metrics": _metrics(metrics, several=len(windows) > 1),
        "metrics_left_out": max(0, len(metrics) - _LISTED),
        "run": facts.run(document),
        "configuration": json.dumps(
            document.configuration, indent=2, ensure_ascii=False, default=str
        ),
        "deliveries": [
            ", ".join(f"{key}: {value}" for key, value in delivery.items())
            for delivery in (*document.alerts, *document.deliveries)
        ],
        "errors": document.errors,
    }


def _operations(document: Document) -> dict[str, Any] | None:
    """Did the data arrive, how fast was the model, how often did it fail?"""
    kind = ResultKind.SYSTEM_PERFORMANCE
    shown, steps = measures.shown(document, kind), timeline(document.activity)
    if not shown.results and steps is None:
        return None
    return {**section(document, shown, shown.measures, kind), "timeline": steps}


def _finite(document: Document) -> Document:
    """The document as its JSON has it, where a number that is not finite is none."""
    results = [
        result
        if result.value is None or math.isfinite(result.value)
        else dataclasses.replace(result, value=None)
        for result in document.results
    ]
    return dataclasses.replace(document, results=results)


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return text
    # roc_auc and f1 are names, which have no capitals.
    is_name = not text.partition(" ")[0].isalpha()
    first = text[0] if is_name else text[0].upper()
    return first + text[1:] + ("" if text.endswith(_SENTENCE_END) else ".")


def _tally(rows: Sequence[ColumnRow]) -> tuple[tuple[int, str, int], ...]:
    """Rows ``(severity, status in words, columns)``, worst first, without the empty ones."""
    seen = collections.Counter(row.severity for row in rows)
    return tuple(
        (status.severity, wording.STATUS_WORDS[status], seen[status.severity])
        for status in _STATUSES_SHOWN
        if seen[status.severity]
    )


def _windows(document: Document) -> list[WindowRow]:
    columns_at: dict[tuple[int, Status], set[str]] = collections.defaultdict(set)
    for result in document.results:
        if result.column is not None and result.segment is None and result.gating:
            columns_at[result.window, result.status].add(result.column)
    return [
        WindowRow(
            name=f"{window.index + 1}",
            period=wording.period(window) if window.start else "",
            rows=wording.count(window.rows),
            late_rows=wording.count(window.late_rows) if window.late_rows else "",
            severity=window.status.severity,
            status=wording.STATUS_WORDS[window.status],
            detected=len(detected),
            potential=len(columns_at[window.index, Status.POTENTIAL_DETECTION] - detected),
        )
        for window in document.windows
        for detected in [columns_at[window.index, Status.DETECTED]]
    ]


def _worst(document: Document, rows: Sequence[WindowRow]) -> tuple[str, WindowRow] | None:
    """The window to look at first, after what makes it that."""
    worst = severity.worst_window(document.results)
    if len(rows) < 2 or worst is None:
        return None
    why = {0: "No result that decides reached a threshold; nearest came", 1: "The worst is"}
    return next(
        (
            (why.get(worst.findings, "Most was found in"), row)
            for row, window in zip(rows, document.windows, strict=True)
            if window.index == worst.window
        ),
        None,
    )


def _multiples(rows: Sequence[ColumnRow]) -> tuple[ColumnRow, ...]:
    """The columns worth a chart of their own: those in trouble, else the few nearest to it."""
    drawn = [row for row in rows if row.trend is not None]
    trouble = [row for row in drawn if row.severity >= Status.INCONCLUSIVE.severity]
    return tuple(trouble[:_SMALL_MULTIPLES] or drawn[:_FEW])


def _listing(document: Document, results: Sequence[Result]) -> Listing:
    several = len(document.windows) > 1
    worst_first = sorted(results, key=severity.order, reverse=True)
    rows = tuple(
        result_row(result, window=f"{result.window + 1}" if several else "")
        for result in worst_first[:_LISTED]
    )
    return Listing(rows, left_out=max(0, len(results) - _LISTED))


def _section(document: Document, kind: ResultKind, rest: Sequence[Result]) -> dict[str, Any]:
    """One sort of analysis; results without trouble stay in their column."""
    found = [r for r in rest if r.kind is kind]
    bad = sum(map(severity.needs_a_look, found))
    results, needs = wording.counted(len(found), "result"), "needs" if bad <= 1 else "need"
    shown = [r for r in found if severity.needs_a_look(r) or r.column is None]
    return {
        "anchor": kind.value,
        "title": _KIND_TITLES[kind],
        "sentence": f"{wording.count(bad) if bad else 'None'} of {results} {needs} a look.",
        "listing": _listing(document, shown),
    }


def _is_told_here(metric: Metric) -> bool:
    """Whether a number has no better place: beside its metric, feature, segment or window."""
    is_rows = metric.column is None and metric.name == _ROWS
    is_placed = is_rows or worse.is_told(metric) or metric.quantity.part_of is not None
    return metric.segment is None and not is_placed


def _metrics(metrics: Sequence[Metric], *, several: bool) -> tuple[tuple[str, str, str, str], ...]:
    """Rows ``(name, column, window, value)``."""
    return tuple(
        (
            metric.quantity.words,
            metric.column or "",
            f"{metric.window + 1}" if several else "",
            units.amount(metric.quantity, metric.value),
        )
        for metric in metrics[:_LISTED]
    )
