"""One column in one window, as the page shows it: a row of the table and what it opens to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
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

_POINTED = 31  # windows, in the width of a table's half
_DRIFT_FIRST = {ResultKind.DATA_DRIFT: 0, ResultKind.DATA_QUALITY: 1}


@dataclasses.dataclass(frozen=True, slots=True)
class TrendView:
    """A value over windows, what the upper end stands for, and what each point says.

    ``points`` are empty where there are so many that nobody could point at one.
    """

    shape: geometry.Course
    top: str
    points: tuple[str, ...]


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
    note: str | None


Line = Mapping[int, Result]
"""One quantity of one column, by windows."""
_Key = tuple[str | None, tuple[str, str], str]


class _Scales(NamedTuple):
    """What all rows share, so that they can be compared."""

    reach: float
    tops: _Tops


@dataclasses.dataclass(frozen=True, slots=True)
class Lines:
    """Every result of columns over all windows, found once for the tables of all of them."""

    windows: Sequence[Window]
    known: Mapping[_Key, Line]

    @classmethod
    def of(cls, document: Document) -> Lines:
        """The lines of a whole document."""
        known: dict[_Key, dict[int, Result]] = {}
        for result in document.results:
            if result.segment is None and result.column is not None:
                known.setdefault(_key(result), {})[result.window] = result
        return cls(document.windows, known)

    def through(self, head: Result) -> Line:
        """The line on which a result lies."""
        return self.known.get(_key(head), {})


def _key(result: Result) -> _Key:
    return result.column, result.quantity.key, result.aspect


def column_rows(seen: Document, lines: Lines, importance: Mapping[str, float]) -> list[ColumnRow]:
    """Every column of a window with a drift result, and every other one that has trouble.

    The worst first, and of those as bad the one that matters most to the model, where known.
    """
    by_column = by_columns(seen).items()
    shown = {name: rows for name, rows in by_column if name is not None and _is_shown(rows)}
    heads = {name: _head(rows) for name, rows in shown.items()}
    columns = {column.name: column for column in seen.columns}
    pictures = {picture.column: picture for picture in seen.pictures}
    scales = _Scales(marks.reach(heads.values()), _tops(heads.values(), lines))

    def rank(name: str) -> tuple[int, float, float]:
        level, size = severity.order(heads[name])
        return level, importance.get(name, 0.0), size

    return [
        _row(
            columns.get(name) or Column(name, ColumnKind.UNSUPPORTED, ""),
            shown[name],
            heads[name],
            pictures.get(name),
            lines,
            scales,
        )
        for name in sorted(shown, key=rank, reverse=True)
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


def _tops(heads: Iterable[Result], lines: Lines) -> _Tops:
    """The largest value drawn over windows: one scale wherever the thresholds are the same."""
    tops: _Tops = {}
    for head in heads:
        worst = head.detected if head.detected is not None else head.potential
        limits = (head.potential, head.detected)
        top = max((abs(row.value or 0.0) for row in lines.through(head).values()), default=0.0)
        # A single outlier must not flatten every other line.
        tops[limits] = max(tops.get(limits, 0.0), min(top, abs(worst) * 3) if worst else top)
    return tops


def _row(
    column: Column,
    results: Sequence[Result],
    head: Result,
    picture: Picture | None,
    lines: Lines,
    scales: _Scales,
) -> ColumnRow:
    ordered = sorted(results, key=lambda row: (not row.gating, _DRIFT_FIRST.get(row.kind, 2)))
    known = [row for row in ordered if not _is_plain_fact(row)]
    judged = [row for row in known if row.status is not Status.IRRELEVANT or row.reason]
    told = [row for row in known if row not in judged]
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
        chart=None if picture is None else chart(picture, column.kind),
        trend=_trend(head, lines, scales.tops) if len(lines.windows) > 1 else None,
        judged=tuple(map(result_row, judged)),
        told=tuple(map(result_row, told)),
        note=column.reason,
    )


def _is_plain_fact(result: Result) -> bool:
    """Whether it says that a column is what one expects: not constant, of no other type."""
    is_fact = result.quantity.unit is Unit.YES_NO
    return is_fact and not result.value and not severity.needs_a_look(result)


def _trend(head: Result, lines: Lines, tops: _Tops) -> TrendView:
    line, windows = lines.through(head), lines.windows
    rows = [line.get(window.index) for window in windows]
    pointed = zip(windows, rows, strict=True) if len(windows) <= _POINTED else ()
    said = [
        f"{wording.period(window)}: "
        + (f"{units.value_word(row)}, {units.status_word(row)}" if row else "no result")
        for window, row in pointed
    ]
    limits = (head.potential, head.detected)
    values = tuple(row.value if row else None for row in rows)
    shape = geometry.trend(values, *limits, tops[limits])
    return TrendView(
        shape,
        units.amount(head.quantity, shape.ends[1]),
        tuple(said),
    )
