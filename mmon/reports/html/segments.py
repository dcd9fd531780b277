"""Segments beside metrics: how the model did in each of them, before and after, as a heat table."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from mmon.outline import measures, severity, units
from mmon.outline.measures import Measure
from mmon.outline.rows import decimals_of
from mmon.outline.segments import SegmentRow, segment_tables, worst_in
from mmon.outline.worse import is_found_segment
from mmon.results import Document, Result, ResultKind, Status, grouped

_MOST = 4  # metrics that a page has room for beside each other
_DARKEST = 100

_Measures = Mapping[tuple[str, str], Measure]


@dataclasses.dataclass(frozen=True, slots=True)
class HeatCell:
    """One metric in one segment; ``shade`` (0 to 100) is how much worse than in others it got."""

    text: str
    severity: int
    shade: int


@dataclasses.dataclass(frozen=True, slots=True)
class HeatRow:
    """One segment; ``worst`` is the number of the window in which it was worst, where one was."""

    told: SegmentRow
    cells: tuple[HeatCell, ...]
    worst: str


@dataclasses.dataclass(frozen=True, slots=True)
class HeatTable:
    """The segments of one column, worst first, below all rows together."""

    column: str
    metrics: tuple[str, ...]
    whole: tuple[HeatCell, ...]
    rows: tuple[HeatRow, ...]


def worst_windows(document: Document) -> dict[str, str]:
    """The number of the window in which each segment was worst, of those that need a look."""
    if len(document.windows) <= 1:
        return {}
    judged = severity.deciding(document.results, document.windows)
    own = (one for one in judged if one.segment is not None and not is_found_segment(one))
    found = grouped(own, lambda one: one.segment or "")
    told = {name: worst_in(rows) for name, rows in found.items()}
    return {name: number for name, number in told.items() if number}


def heat_tables(seen: Document, worst: Mapping[str, str]) -> tuple[HeatTable, ...]:
    """The configured segments in the window seen."""
    tables = segment_tables(seen)
    own = grouped(
        (one for one in seen.results if not is_found_segment(one)), lambda one: one.segment
    )
    known = {name: _measures(rows) for name, rows in own.items()} if tables else {}
    return tuple(_table(table.column, table.rows, known, worst) for table in tables)


def _measures(results: Sequence[Result]) -> _Measures:
    """The model's main metrics, and what is judged of operations; what is judged comes first."""
    model = measures.measures(results, ResultKind.MODEL_PERFORMANCE)
    system = measures.measures(results, ResultKind.SYSTEM_PERFORMANCE)
    found = [one for one in model if one.is_judged or one.quantity.is_main]
    own = measures.measures(results, measures.APPLICATIONS)
    found += [one for one in (*system, *own) if one.is_judged]
    kept = [one for one in found if one.quantity.label is None]
    return {one.quantity.key: one for one in sorted(kept, key=lambda one: not one.is_judged)}


def _table(
    column: str,
    rows: Sequence[SegmentRow],
    known: Mapping[str | None, _Measures],
    worst: Mapping[str, str],
) -> HeatTable:
    of_rows = [known.get(row.key, {}) for row in rows]
    measured = {
        key: one
        for found in of_rows
        for key, one in found.items()
        if one.result.value is not None and one.result.reference_value is not None
    }
    keys = sorted(measured, key=lambda key: not measured[key].is_judged)[:_MOST]
    scales = {
        key: max((abs(_worse(found[key])) for found in of_rows if key in found), default=0.0)
        for key in keys
    }

    def cells(found: _Measures) -> tuple[HeatCell, ...]:
        return tuple(_cell(found.get(key), scales[key]) for key in keys)

    return HeatTable(
        column=column,
        metrics=tuple(measured[key].quantity.words for key in keys),
        whole=cells(known.get(None, {})),
        rows=tuple(
            HeatRow(row, cells(found), worst.get(row.key, ""))
            for row, found in zip(rows, of_rows, strict=True)
        ),
    )


def _worse(one: Measure) -> float:
    """By how much a metric got worse; negative where it got better, 0 where nobody can tell."""
    before, after = one.result.reference_value, one.result.value
    sign = {"higher": 1.0, "lower": -1.0}.get(one.quantity.worse or "", 0.0)
    return 0.0 if before is None or after is None else sign * (after - before)


def _cell(one: Measure | None, scale: float) -> HeatCell:
    if one is None or (one.result.value is None and one.result.reference_value is None):
        return HeatCell("", Status.IRRELEVANT.severity, 0)
    decimals = decimals_of(one)
    before, after = (
        units.amount(one.quantity, value, decimals)
        for value in (one.result.reference_value, one.result.value)
    )
    shade = round(_DARKEST * max(_worse(one), 0.0) / scale) if scale > 0 else 0
    return HeatCell(f"{before} → {after}", one.head.status.severity, shade)
