"""The page around its windows: verdict, strip, how it was run; and what each window shows."""

from __future__ import annotations

import collections
import dataclasses
import json
import math
from collections.abc import Sequence
from typing import Any

from mmon.outline import facts, severity, summary, told, wording
from mmon.reports.html import artifacts
from mmon.reports.html.changes import changes
from mmon.reports.html.headline import since, title
from mmon.reports.html.heat import heat
from mmon.reports.html.strip import day_of, strip
from mmon.reports.html.view import view
from mmon.reports.html.waterfall import waterfall
from mmon.reports.html.whole import whole
from mmon.results import Document, Status, Verdict

_MARKS = {Verdict.PASS: 5, Verdict.INCONCLUSIVE: 2, Verdict.BREACH: 4}


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


def page(document: Document) -> dict[str, Any]:
    """Everything the templates show, by the names that it has there; each window in ``views``."""
    document = _finite(document)
    every, windows, cells = whole(document), _windows(document), strip(document)
    shown = [(cell.place, cell.index) for cell in cells.cells] or [(0, 0)]
    views = [view(document, place, window, every) for place, window in shown]
    subject = summary.subject(document)
    when = since(document)
    columns = [row for one in (views[cells.first], *views) for row in one["columns"]]
    return {
        "title": f"{document.verdict.upper()}: {subject or 'drift report'}",
        "verdict": document.verdict.value,
        "mark": _MARKS[document.verdict],
        "headline": title(document.sentence, when),
        "sentence": document.sentence.strip(),
        "since": when,
        "subject": subject,
        "facts": facts.facts(document),
        "strip": cells,
        "views": views,
        "changes": changes(document),
        "why": waterfall(document),
        # A column is in the same place of the page in every window.
        "columns": {name: n for n, name in enumerate(dict.fromkeys(c.name for c in columns))},
        "statuses": sorted({row.severity: row.status for row in columns}.items(), reverse=True),
        "kinds": sorted({row.kind for row in columns}),
        "windows": windows,
        "days": _days(document),
        "heat": heat(document),
        "worst_window": _worst(document, windows),
        "untested": facts.untested(document),
        "recognised": summary.recognised(document),
        "run": facts.run(document),
        "configuration": json.dumps(
            document.configuration, indent=2, ensure_ascii=False, default=str
        ),
        "alerts": told.alert_lines(document),
        "deliveries": told.delivery_lines(document),
        "errors": [error.partition("\n")[::2] for error in document.errors],
        "artifacts": [artifacts.shown(document, one) for one in document.artifacts],
    }


def _finite(document: Document) -> Document:
    """The document as its JSON has it, where a number that is not finite is none."""
    results = [
        result
        if result.value is None or math.isfinite(result.value)
        else dataclasses.replace(result, value=None)
        for result in document.results
    ]
    return dataclasses.replace(document, results=results)


def _days(document: Document) -> tuple[str, ...]:
    """When the first and the last window begin."""
    ends = (*document.windows[:1], *document.windows[-1:])
    return tuple(dict.fromkeys(map(day_of, ends)))


def _windows(document: Document) -> list[WindowRow]:
    columns_at: dict[tuple[int, Status], set[str]] = collections.defaultdict(set)
    context = {window.index for window in document.windows if not window.is_judged}
    for result in document.results:
        decides = result.gating or (result.window in context and result.has_levels)
        if result.column is not None and result.segment is None and decides:
            columns_at[result.window, result.status].add(result.column)
    return [
        WindowRow(
            name=f"{window.index + 1}",
            period=wording.period(window) if window.start else "",
            rows=wording.count(window.rows),
            late_rows=wording.count(window.late_rows) if window.late_rows else "",
            severity=window.status.severity,
            status=wording.window_status(window),
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
