"""Judged metrics over windows: a line with its interval, beside the reference and thresholds."""

from __future__ import annotations

import dataclasses

from mmon.reports import _marks as marks
from mmon.reports import _measure_rows as written
from mmon.reports import _measures as measures
from mmon.reports import _units as units
from mmon.reports import _wording as wording
from mmon.reports._measures import Measure
from mmon.results import Document, ResultKind

_MOST = 12
_FEW = 4


@dataclasses.dataclass(frozen=True, slots=True)
class TrendFigure:
    """One metric over windows.

    Attributes
    ----------
    name : str
    severity : int
        Of its worst window.
    band : Band
    low, high : str
        Production's smallest and largest value.
    points : tuple of str
        What each window says when pointed at.
    """

    name: str
    severity: int
    band: marks.Band
    low: str
    high: str
    points: tuple[str, ...]


def trend_figures(document: Document, kind: ResultKind) -> tuple[TrendFigure, ...]:
    """The judged metrics of one kind over windows; the first few where none is judged."""
    if len(document.windows) < 2:
        return ()
    by_window = measures.by_window(
        [r for r in document.results if r.segment is None and r.kind is kind],
        [m for m in document.metrics if m.segment is None],
        kind,
    )
    by_name: dict[str, dict[int, Measure]] = {}
    for window, found in by_window.items():
        for one in found:
            by_name.setdefault(one.result.name, {})[window] = one
    judged = [rows for rows in by_name.values() if any(one.is_judged for one in rows.values())]
    figures = (_figure(document, rows) for rows in judged or list(by_name.values())[:_FEW])
    drawn = [figure for figure in figures if figure is not None]
    return tuple(sorted(drawn, key=lambda figure: -figure.severity)[:_MOST])


def _figure(document: Document, found: dict[int, Measure]) -> TrendFigure | None:
    rows = [found.get(window.index) for window in document.windows]
    known = [row for row in rows if row is not None]
    # Where the change is largest its thresholds are placed most exactly on the metric's axis.
    by_change = sorted(known, key=lambda row: abs(row.change.value or 0.0) if row.change else 0.0)
    one = by_change[-1]
    band = marks.band(
        [None if row is None else row.result.value for row in rows],
        [None if row is None else row.result.interval for row in rows],
        one.result.reference_value,
        one.reference_interval,
        written.thresholds_on_value(one),
    )
    if band is None:
        return None
    intervals = [row.result.interval for row in known]
    values = [row.result.value for row in known if row.result.value is not None]
    decimals = units.places(intervals, values)
    return TrendFigure(
        name=units.measure_word(one.result),
        severity=max(row.head.status.severity for row in known),
        band=band,
        low=units.amount(one.result, min(values), decimals),
        high=units.amount(one.result, max(values), decimals),
        points=tuple(
            f"{wording.period(window)}: {_told(row) if row else 'no result'}"
            for window, row in zip(document.windows, rows, strict=True)
        ),
    )


def _told(row: Measure) -> str:
    decimals = units.places((row.result.interval,), [row.result.value or 0.0])
    text = units.amount(row.result, row.result.value, decimals)
    if row.result.interval is not None:
        low, high = (units.amount(row.result, end, decimals) for end in row.result.interval)
        text += f" [{low}, {high}]"
    word = written.status_word(row.head)
    return f"{text}, {word}" if word else text
