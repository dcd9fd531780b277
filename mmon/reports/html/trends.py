"""Judged metrics over windows: a line with its interval, beside the reference and thresholds."""

from __future__ import annotations

import dataclasses

from mmon.outline import measures, rows, units, wording
from mmon.outline.measures import Measure
from mmon.reports.html import marks
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
        kind,
    )
    by_name: dict[str, dict[int, Measure]] = {}
    for window, found in by_window.items():
        for one in found:
            by_name.setdefault(one.result.name, {})[window] = one
    judged = [own for own in by_name.values() if any(one.is_judged for one in own.values())]
    figures = (_figure(document, own) for own in judged or list(by_name.values())[:_FEW])
    drawn = [figure for figure in figures if figure is not None]
    return tuple(sorted(drawn, key=lambda figure: -figure.severity)[:_MOST])


def _figure(document: Document, found: dict[int, Measure]) -> TrendFigure | None:
    line = [found.get(window.index) for window in document.windows]
    known = [row for row in line if row is not None]
    # Where the change is largest its thresholds are placed most exactly on the metric's axis.
    by_change = sorted(known, key=lambda row: abs(row.change.value or 0.0) if row.change else 0.0)
    one = by_change[-1]
    band = marks.band(
        [None if row is None else row.result.value for row in line],
        [None if row is None else row.result.interval for row in line],
        one.result.reference_value,
        one.result.reference_interval,
        rows.thresholds_on_value(one),
    )
    if band is None:
        return None
    intervals = [row.result.interval for row in known]
    values = [row.result.value for row in known if row.result.value is not None]
    decimals = units.places(intervals, values)
    return TrendFigure(
        name=one.quantity.words,
        severity=max(row.head.status.severity for row in known),
        band=band,
        low=units.amount(one.quantity, min(values), decimals),
        high=units.amount(one.quantity, max(values), decimals),
        points=tuple(
            f"{wording.period(window)}: {_told(row) if row else 'no result'}"
            for window, row in zip(document.windows, line, strict=True)
        ),
    )


def _told(row: Measure) -> str:
    decimals = units.places((row.result.interval,), [row.result.value or 0.0])
    text = units.amount(row.quantity, row.result.value, decimals)
    if row.result.interval is not None:
        text += f" {units.interval_word(row.quantity, row.result.interval, decimals)}"
    word = rows.told_status(row.head)
    return f"{text}, {word}" if word else text
