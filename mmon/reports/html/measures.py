"""Metrics of the model and of operations, drawn: a row for each, and the judged ones over time."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from mmon.outline import measures, rows, units, wording
from mmon.outline.measures import Measure
from mmon.reports.html import geometry, marks
from mmon.results import Document, ResultKind
from mmon.results.quantity import Unit

_MOST = 12
_FEW = 4


@dataclasses.dataclass(frozen=True, slots=True)
class DrawnRow:
    """A measure's texts, both intervals on one axis, and its change or value beside the levels.

    ``worse`` says of one that is not judged whether it got better or worse.
    """

    texts: rows.MeasureRow
    worse: str
    whiskers: marks.Whiskers | None
    scale: marks.Scale | None


@dataclasses.dataclass(frozen=True, slots=True)
class TrendFigure:
    """One metric over windows.

    ``severity`` is that of its worst window, ``low`` and ``high`` are production's smallest and
    largest value, ``ends`` those of the axis, and ``points`` what each window says.
    """

    name: str
    severity: int
    band: geometry.Course
    low: str
    high: str
    ends: tuple[str, str]
    points: tuple[str, ...]


def section(found: Sequence[Measure], trends: Sequence[TrendFigure]) -> dict[str, Any]:
    """What the sections on the model and on operations both have: a table, and trends."""
    return {
        "rows": drawn_rows(rows.defined(found)),
        "undefined": rows.undefined(found),
        "trends": trends,
    }


def drawn_rows(found: Sequence[Measure]) -> tuple[DrawnRow, ...]:
    """Measures on one common scale."""
    reach = marks.reach(one.change for one in found if one.change is not None)
    return tuple(
        DrawnRow(texts, _worse(one), _whiskers(one), marks.scale(one.change or one.result, reach))
        for texts, one in zip(rows.measure_rows(found), found, strict=True)
    )


def _worse(measure: Measure) -> str:
    """How far it moved, or that chance may explain it; empty where nobody can tell.

    A model gets better or worse; what arrives from production is higher or lower.
    """
    one, sign = measure.result, {"higher": 1, "lower": -1}.get(measure.quantity.worse or "", 0)
    before, after = one.reference_value, one.value
    if measure.change is not None or before is None or after is None or not sign:
        return ""
    both = one.reference_interval, one.interval
    overlaps = both[0] and both[1] and max(both[0][0], both[1][0]) <= min(both[0][1], both[1][1])
    if overlaps or before == after:
        return "about the same"
    moved = after - before
    if measure.quantity.unit is Unit.SHARE:
        size = units.points(abs(moved)).lstrip("+")
    else:
        size = units.amount(measure.quantity, abs(moved), rows.decimals_of(measure))
    if measure.quantity.kind is ResultKind.MODEL_PERFORMANCE:
        return f"{size} {'worse' if sign * moved > 0 else 'better'}"
    return f"{size} {'higher' if moved > 0 else 'lower'}"


def _whiskers(measure: Measure) -> marks.Whiskers | None:
    one = measure.result
    if one.reference_interval is None and one.interval is None:
        return None
    return marks.whiskers(one.reference_value, one.reference_interval, one.value, one.interval)


def trend_figures(document: Document, kind: ResultKind) -> tuple[TrendFigure, ...]:
    """The judged metrics of one kind over windows; the first few where none is judged."""
    if len(document.windows) < 2:
        return ()
    by_name = measures.by_name(document, kind)
    names = {name: next(iter(own.values())).quantity for name, own in by_name.items()}
    expected = {of.estimates: by_name[name] for name, of in names.items() if of.estimates}
    own = {name: found for name, found in by_name.items() if names[name].stands_beside is None}
    judged = [name for name, found in own.items() if any(one.is_judged for one in found.values())]
    figures = (
        _figure(document, own[name], expected.get(name, {})) for name in judged or [*own][:_FEW]
    )
    drawn = [figure for figure in figures if figure is not None]
    return tuple(sorted(drawn, key=lambda figure: -figure.severity)[:_MOST])


def _figure(
    document: Document, found: dict[int, Measure], expected: dict[int, Measure]
) -> TrendFigure | None:
    """A metric over windows, and beside it what it was expected to be without labels."""
    line = [found.get(window.index) for window in document.windows]
    known = [row for row in line if row is not None]
    # Where the change is largest its thresholds are placed most exactly on the metric's axis.
    one = sorted(known, key=lambda row: abs(row.change.value or 0.0) if row.change else 0.0)[-1]
    band = marks.band(
        [_value(row) for row in line],
        [None if row is None else row.result.interval for row in line],
        one.result.reference_value,
        one.result.reference_interval,
        rows.thresholds_on_value(one),
        [_value(expected.get(window.index)) for window in document.windows] if expected else (),
    )
    if band is None:
        return None
    told = [row.result.value for row in (*known, *expected.values())]
    values = [value for value in told if value is not None]
    decimals = units.places([row.result.interval for row in known], values)
    return TrendFigure(
        name=one.quantity.words,
        severity=max(row.head.status.severity for row in known),
        band=band,
        low=units.amount(one.quantity, min(values), decimals),
        high=units.amount(one.quantity, max(values), decimals),
        ends=(
            units.amount(one.quantity, band.ends[0], decimals),
            units.amount(one.quantity, band.ends[1], decimals),
        ),
        points=tuple(
            f"{wording.period(window)}: {_told(row) if row else 'no result'}"
            + (f"; {_told_beside(expected[window.index])}" if window.index in expected else "")
            for window, row in zip(document.windows, line, strict=True)
        ),
    )


def _value(row: Measure | None) -> float | None:
    return None if row is None else row.result.value


def _told_beside(row: Measure) -> str:
    """What was expected: "estimated 0.806 [0.793, 0.819]"."""
    return f"estimated {_told(row)}"


def _told(row: Measure) -> str:
    decimals = units.places((row.result.interval,), [row.result.value or 0.0])
    text = units.amount(row.quantity, row.result.value, decimals)
    interval = units.interval_word(row.quantity, row.result.interval, decimals)
    return ", ".join(filter(None, (f"{text} {interval}".rstrip(), units.told_status(row.head))))
