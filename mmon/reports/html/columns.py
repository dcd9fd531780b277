"""One column of a document as the page shows it: a row of the table and what the row opens to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from mmon.outline import severity, units, wording
from mmon.outline.measures import KINDS
from mmon.outline.rows import ResultRow, result_row
from mmon.reports.html import column_chart as charts
from mmon.reports.html import geometry, marks
from mmon.results import Column, ColumnKind, Document, Result, ResultKind, Status, Window
from mmon.results.charts import Picture
from mmon.results.quantity import Unit

_Tops = dict[tuple[float | None, float | None], float]

_DRIFT_FIRST = {ResultKind.DATA_DRIFT: 0, ResultKind.DATA_QUALITY: 1}


@dataclasses.dataclass(frozen=True, slots=True)
class TrendView:
    """A value over windows, and what each point says when pointed at, in short and in full."""

    shape: geometry.Trend
    points: tuple[str, ...]
    full_points: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class ColumnRow:
    """One line of the table of columns."""

    name: str
    kind: str
    dtype: str
    severity: int
    status: str
    headline: ResultRow
    scale: marks.Scale | None
    chart: charts.Chart | None
    trend: TrendView | None
    judged: tuple[ResultRow, ...]
    told: tuple[ResultRow, ...]
    results_window: str
    note: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class _Layout:
    """What all rows share: the windows, and scales on which they can be compared."""

    windows: Sequence[Window]
    reach: float
    tops: _Tops


def column_rows(document: Document) -> list[ColumnRow]:
    """Every column with a drift result, and every other one that has trouble; worst first."""
    by_column: dict[str, list[Result]] = {}
    for result in document.results:
        if result.kind not in KINDS and result.column is not None and result.segment is None:
            by_column.setdefault(result.column, []).append(result)
    shown = {name: rows for name, rows in by_column.items() if _is_shown(rows)}
    heads = {name: _head(rows) for name, rows in shown.items()}
    columns = {column.name: column for column in document.columns}
    pictures = {picture.column: picture for picture in document.pictures}
    layout = _Layout(document.windows, _reach(heads.values()), _tops(heads, shown))
    worst_first = sorted(shown, key=lambda name: severity.order(heads[name]), reverse=True)
    return [
        _row(
            columns.get(name) or Column(name, ColumnKind.UNSUPPORTED, ""),
            shown[name],
            heads[name],
            pictures.get(name),
            layout,
        )
        for name in worst_first
    ]


def _head(rows: Sequence[Result]) -> Result:
    """The result that speaks for a column; sound quality does not speak for its drift."""
    head = severity.worst(rows)
    drift = [row for row in rows if row.kind is ResultKind.DATA_DRIFT]
    if not drift or head.status.severity > Status.NO_DETECTION.severity:
        return head
    head = severity.worst(drift)
    if head.status is Status.IRRELEVANT:
        # Nothing is judged: show the metric that would decide by default.
        return next((row for row in drift if row.quantity.bounds), head)
    return head


def _is_shown(rows: Sequence[Result]) -> bool:
    return any(row.kind is ResultKind.DATA_DRIFT or severity.needs_a_look(row) for row in rows)


def _reach(heads: Iterable[Result]) -> float:
    # One scale for all rows, so that marks can be compared down the table.
    ratios = [severity.ratio(head, head.value) for head in heads]
    return min(max([1.5, *ratios]), 4.0)


def _tops(heads: Mapping[str, Result], shown: Mapping[str, Sequence[Result]]) -> _Tops:
    """The largest value drawn over windows: one scale wherever the thresholds are the same."""
    tops: _Tops = {}
    for name, head in heads.items():
        worst = head.detected if head.detected is not None else head.potential
        limits = (head.potential, head.detected)
        values = [abs(row.value) for row in shown[name] if _is_same(row, head) and row.value]
        top = max(values, default=0.0)
        # A single outlier must not flatten every other line.
        tops[limits] = max(tops.get(limits, 0.0), min(top, abs(worst) * 3) if worst else top)
    return tops


def _is_same(result: Result, head: Result) -> bool:
    return (result.quantity, result.aspect) == (head.quantity, head.aspect)


def _row(
    column: Column,
    results: Sequence[Result],
    head: Result,
    picture: Picture | None,
    layout: _Layout,
) -> ColumnRow:
    windows = layout.windows
    names = {window.index: wording.window_word(window, windows=len(windows)) for window in windows}
    of_window = sorted(
        (row for row in results if row.window == head.window),
        key=lambda row: (not row.gating, _DRIFT_FIRST.get(row.kind, 2)),
    )
    same = [row for row in results if _is_same(row, head)]
    judged = [row for row in of_window if row.status is not Status.IRRELEVANT or row.reason]
    told = [row for row in of_window if row not in judged]
    return ColumnRow(
        name=column.name,
        kind=column.kind.value,
        dtype=wording.dtype_word(column.dtype),
        severity=head.status.severity,
        status=wording.STATUS_WORDS[head.status],
        headline=result_row(head),
        scale=_scale(head, layout.reach),
        chart=None if picture is None else _chart(picture, column.kind, names),
        trend=_trend(same, head, layout) if len(windows) > 1 else None,
        judged=tuple(result_row(row) for row in judged),
        told=tuple(result_row(row) for row in told),
        results_window=names.get(head.window, f"window {head.window + 1}"),
        note=column.reason,
    )


def _chart(picture: Picture, kind: ColumnKind, names: Mapping[int, str]) -> charts.Chart:
    return charts.chart(picture, kind, names.get(picture.window, f"window {picture.window + 1}"))


def _scale(head: Result, reach: float) -> marks.Scale | None:
    return None if head.quantity.unit is Unit.YES_NO else scale_of(head, reach)


def scale_of(result: Result, reach: float) -> marks.Scale | None:
    """A value beside its levels, on a scale that ends at ``reach``; None without levels."""
    if result.value is None or not result.has_levels:
        return None
    potential, detected = (
        None if limit is None else severity.ratio(result, limit)
        for limit in (result.potential, result.detected)
    )
    return marks.scale(severity.ratio(result, result.value), potential, detected, reach)


def _trend(results: Sequence[Result], head: Result, layout: _Layout) -> TrendView:
    found = {result.window: result for result in results}
    rows = [(window, found.get(window.index)) for window in layout.windows]
    values = [row.value if row else None for _, row in rows]
    top = layout.tops[head.potential, head.detected]
    said = [(window, _told(row) if row else "no result") for window, row in rows]
    return TrendView(
        shape=geometry.trend(values, head.potential, head.detected, top),
        points=tuple(f"{window.index + 1}: {text}" for window, text in said),
        full_points=tuple(f"{wording.period(window)}: {text}" for window, text in said),
    )


def _told(result: Result) -> str:
    return f"{units.value_word(result)}, {units.status_word(result)}"
