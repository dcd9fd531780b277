"""What the page shows of one window: every section, so that no row mixes windows."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Sequence
from typing import Any

from mmon.outline import measures, severity, units, wording, worse
from mmon.outline.rows import ResultRow, result_row
from mmon.outline.seen import seen
from mmon.reports.html.columns import ColumnRow, column_rows
from mmon.reports.html.concept import concept
from mmon.reports.html.headline import tiles
from mmon.reports.html.measures import section
from mmon.reports.html.performance import performance
from mmon.reports.html.segments import heat_tables
from mmon.reports.html.timeline import timeline
from mmon.reports.html.together import together
from mmon.reports.html.whole import Whole
from mmon.results import Document, Metric, Result, ResultKind, Status

_SMALL_MULTIPLES = 12
_LISTED = 300  # rows of one list: a page must stay small
_STATUSES_SHOWN = tuple(reversed(Status))
_FEW = 4
_ROWS = "rows"  # of each window: the strip tells them, or the head of the page
_KIND_TITLES = {
    ResultKind.DATA_QUALITY: "Data quality",
    ResultKind.MM_APP_ANOMALY: "Application anomalies",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Listing:
    """Results, worst first, and how many more the JSON result has than a page can carry."""

    rows: tuple[ResultRow, ...]
    left_out: int


def view(document: Document, place: int, window: int, whole: Whole) -> dict[str, Any]:
    """Everything the templates show of one window, which stands at a place of the strip."""
    one = seen(document, window) if document.windows else document
    model = performance(document, one, whole)
    rows = column_rows(one, whole.lines, _importance(model))
    own = [r for r in one.results if r.segment is None and not measures.is_together(r)]
    rest = [r for r in own if not measures.is_measure(r) and not _is_in_head(r)]
    metrics = [metric for metric in one.metrics if _is_told_here(metric)]
    return {
        "place": place,
        "window": window,
        "tiles": tiles(one),
        "columns": rows,
        "tally": _tally(rows),
        "multiples": _multiples(rows) if len(document.windows) > 1 else (),
        "performance": model,
        "concept": concept(one),
        "together": together(one),
        "operations": _operations(one, whole),
        "applications": _applications(one, whole),
        "segments": heat_tables(one, whole.worst_windows),
        "undecided": _listing([r for r in rest if r.status is Status.INCONCLUSIVE]),
        "dataset": _listing([r for r in rest if r.column is None and _is_drift_judged(r)]),
        "sections": [
            _section(kind, rest) for kind in _KIND_TITLES if any(r.kind is kind for r in rest)
        ],
        "metrics": _metrics(metrics),
        "metrics_left_out": max(0, len(metrics) - _LISTED),
    }


def _importance(model: dict[str, Any] | None) -> dict[str, float]:
    """How much each column has to do with the model's change: the order of its features."""
    tables = model["features"] if model else ()
    names = [row.name for row in tables[0].rows] if tables else []
    return {name: float(len(names) - place) for place, name in enumerate(names)}


def _operations(one: Document, whole: Whole) -> dict[str, Any] | None:
    """Did the data arrive, how fast was the model, how often did it fail?"""
    kind = ResultKind.SYSTEM_PERFORMANCE
    shown, steps = measures.shown(one, kind), timeline(one.activity, wording.zone_word(one.windows))
    if not shown.results and steps is None:
        return None
    return {**section(shown.measures, whole.trends[kind]), "timeline": steps}


def _applications(one: Document, whole: Whole) -> dict[str, Any] | None:
    """What applications of the user's own measured."""
    kind = measures.APPLICATIONS
    shown = measures.shown(one, kind)
    return section(shown.measures, whole.trends[kind]) if shown.measures else None


def _tally(rows: Sequence[ColumnRow]) -> tuple[tuple[int, str, int], ...]:
    """Rows ``(severity, status in words, columns)``, worst first, without the empty ones."""
    found = collections.Counter(row.severity for row in rows)
    return tuple(
        (status.severity, wording.STATUS_WORDS[status], found[status.severity])
        for status in _STATUSES_SHOWN
        if found[status.severity]
    )


def _multiples(rows: Sequence[ColumnRow]) -> tuple[ColumnRow, ...]:
    """The columns worth a chart of their own: those in trouble, else the few nearest to it."""
    drawn = [row for row in rows if row.trend is not None]
    trouble = [row for row in drawn if row.severity >= Status.INCONCLUSIVE.severity]
    return tuple(trouble[:_SMALL_MULTIPLES] or drawn[:_FEW])


def _listing(results: Sequence[Result]) -> Listing:
    worst_first = sorted(results, key=severity.order, reverse=True)
    rows = tuple(map(result_row, worst_first[:_LISTED]))
    return Listing(rows, left_out=max(0, len(results) - _LISTED))


def _is_drift_judged(result: Result) -> bool:
    return result.kind is ResultKind.DATA_DRIFT and result.status is not Status.IRRELEVANT


def _section(kind: ResultKind, rest: Sequence[Result]) -> dict[str, Any]:
    """One sort of analysis; results without trouble stay in their column."""
    found = [r for r in rest if r.kind is kind]
    bad = sum(map(severity.needs_a_look, found))
    results, needs = wording.counted(len(found), "result"), "needs" if bad <= 1 else "need"
    shown = [r for r in found if severity.needs_a_look(r) or r.column is None]
    return {
        "anchor": kind.value,
        "title": _KIND_TITLES[kind],
        "sentence": f"{wording.count(bad) if bad else 'None'} of {results} {needs} a look.",
        "listing": _listing(shown),
    }


def _is_in_head(result: Result) -> bool:
    """Whether it tells of the run itself, as the head of the page does."""
    is_of_run = result.quantity.about == "run" and result.kind is ResultKind.MM_APP_ANOMALY
    return is_of_run and result.status is Status.IRRELEVANT


def _is_told_here(metric: Metric) -> bool:
    """Whether a number has no better place: beside its metric, feature, segment or window."""
    is_rows = metric.column is None and metric.name == _ROWS
    is_placed = is_rows or worse.is_told(metric) or metric.quantity.part_of is not None
    return metric.segment is None and not is_placed


def _metrics(metrics: Sequence[Metric]) -> tuple[tuple[str, str, str], ...]:
    """Rows ``(name, column, value)``."""
    return tuple(
        (metric.quantity.words, metric.column or "", units.amount(metric.quantity, metric.value))
        for metric in metrics[:_LISTED]
    )
