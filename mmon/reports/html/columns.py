"""One column of a document as the page shows it: a row of the table and what the row opens to."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mmon.outline import severity, units, wording
from mmon.outline.measures import by_columns
from mmon.outline.rows import ResultRow, result_row
from mmon.outline.summary import drifted_below
from mmon.reports.html import geometry, marks
from mmon.reports.html.column_chart import Chart, chart
from mmon.results import Column, ColumnKind, Document, Result, ResultKind, Status, Window
from mmon.results.charts import Picture
from mmon.results.quantity import Unit

_Tops = dict[tuple[float | None, float | None], float]

_DRIFT_FIRST = {ResultKind.DATA_DRIFT: 0, ResultKind.DATA_QUALITY: 1}


@dataclasses.dataclass(frozen=True, slots=True)
class TrendView:
    """A value over windows, and what each point says when pointed at, in short and in full."""

    shape: geometry.Course
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
    chart: Chart | None
    trend: TrendView | None
    judged: tuple[ResultRow, ...]
    told: tuple[ResultRow, ...]
    results_window: str
    note: str | None


class _Scales(NamedTuple):
    """What all rows share, so that they can be compared."""

    reach: float
    tops: _Tops


def column_rows(document: Document) -> list[ColumnRow]:
    """Every column with a drift result, and every other one that has trouble; worst first."""
    by_column = by_columns(document).items()
    shown = {name: rows for name, rows in by_column if name is not None and _is_shown(rows)}
    heads = {name: _head(rows) for name, rows in shown.items()}
    columns = {column.name: column for column in document.columns}
    pictures = {picture.column: picture for picture in document.pictures}
    scales = _Scales(marks.reach(heads.values()), _tops(heads, shown))
    return [
        _row(
            document.windows,
            columns.get(name) or Column(name, ColumnKind.UNSUPPORTED, ""),
            shown[name],
            heads[name],
            pictures.get(name),
            scales,
        )
        for name in sorted(shown, key=lambda name: severity.order(heads[name]), reverse=True)
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
    windows: Sequence[Window],
    column: Column,
    results: Sequence[Result],
    head: Result,
    picture: Picture | None,
    scales: _Scales,
) -> ColumnRow:
    of_window = sorted(
        (row for row in results if row.window == head.window),
        key=lambda row: (not row.gating, _DRIFT_FIRST.get(row.kind, 2)),
    )
    judged = [row for row in of_window if row.status is not Status.IRRELEVANT or row.reason]
    told = [row for row in of_window if row not in judged]
    return ColumnRow(
        name=column.name,
        kind=column.kind.value,
        dtype=wording.dtype_word(column.dtype),
        severity=head.status.severity,
        status=wording.BELOW
        if head.status is Status.NO_DETECTION and drifted_below(results)
        else wording.STATUS_WORDS[head.status],
        headline=result_row(head),
        scale=None if head.quantity.unit is Unit.YES_NO else marks.scale(head, scales.reach),
        chart=None
        if picture is None
        else chart(picture, column.kind, wording.window_name(windows, picture.window)),
        trend=_trend(results, head, windows, scales.tops) if len(windows) > 1 else None,
        judged=tuple(map(result_row, judged)),
        told=tuple(map(result_row, told)),
        results_window=wording.window_name(windows, head.window),
        note=column.reason,
    )


def _trend(
    results: Sequence[Result], head: Result, windows: Sequence[Window], tops: _Tops
) -> TrendView:
    found = {row.window: row for row in results if _is_same(row, head)}
    rows = [found.get(window.index) for window in windows]
    said = [
        f"{units.value_word(row)}, {units.status_word(row)}" if row else "no result" for row in rows
    ]
    limits = (head.potential, head.detected)
    return TrendView(
        geometry.trend([row.value if row else None for row in rows], *limits, tops[limits]),
        tuple(f"{window.index + 1}: {text}" for window, text in zip(windows, said, strict=True)),
        tuple(f"{wording.period(one)}: {text}" for one, text in zip(windows, said, strict=True)),
    )
