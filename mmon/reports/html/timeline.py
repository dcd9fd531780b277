"""What happened over time, as shapes over one axis of steps; empty steps stay visible."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import math
from collections.abc import Iterable, Sequence

from mmon.outline import units, wording
from mmon.reports.html import geometry
from mmon.results.charts import ActivityPicture

_MOST_STEPS = 240  # more would not be told apart in a chart of 1,150 pixels
_POINTED = 130  # steps wide enough to be pointed at
_TICKS = 6
_QUANTILES = ("p50", "p95", "p99")
# Of the mean step's rows: with fewer, a step's share of errors says little.
_LEAST_ROWS = 0.1
_MARK = 14  # height of the mark of a value above the axis


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: its class in the style sheet, its name, its path data."""

    style: str
    name: str
    path: str


@dataclasses.dataclass(frozen=True, slots=True)
class TimeChart:
    """Lines over one axis, and what the upper end stands for; the lower one is zero."""

    title: str
    top: str
    lines: tuple[Line, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Timeline:
    """Charts one above the other.

    Attributes
    ----------
    width : int
        Steps drawn.
    step : str
        How long each is, in words.
    empty : str
        Path data of the steps without any row: where it is known, those in which rows were
        expected.
    gaps : int
        Their number.
    has_expected : bool
        Whether it is known how many rows were expected.
    charts : tuple of TimeChart
    ticks : tuple of (float, str)
    points : tuple of str
        What each step says when pointed at; empty where they are too narrow.
    """

    width: int
    step: str
    empty: str
    gaps: int
    has_expected: bool
    charts: tuple[TimeChart, ...]
    ticks: tuple[tuple[float, str], ...]
    points: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Steps:
    """The steps of all windows in a row."""

    starts: tuple[str, ...]
    rows: tuple[int, ...]
    expected: tuple[float | None, ...]
    errors: tuple[int | None, ...]
    latency: tuple[tuple[float | None, ...], ...]


def timeline(pictures: Iterable[ActivityPicture]) -> Timeline | None:
    """The activity of everything together, all windows in a row; None where there is none."""
    shown = sorted((p for p in pictures if p.segment is None and p.starts), key=_first_start)
    if not shown:
        return None
    step_s = max(one.step_s for one in shown)
    # Windows may have been cut into steps of several lengths: one axis has the longest.
    windows = [_grouped(_steps(one), max(1, round(step_s / one.step_s))) for one in shown]
    steps = _joined(windows)
    each = -(-len(steps.rows) // _MOST_STEPS)
    steps = _grouped(steps, each)
    width = len(steps.rows)
    gaps = _gaps(steps)
    return Timeline(
        width=width,
        step=units.duration(step_s * each),
        empty="".join(f"M{x},0h1v{geometry.HEIGHT}h-1z" for x in gaps),
        gaps=len(gaps),
        has_expected=any(rows is not None for rows in steps.expected),
        charts=tuple(_charts(steps)),
        ticks=_ticks(steps.starts),
        points=_points(steps) if width <= _POINTED else (),
    )


def _first_start(picture: ActivityPicture) -> tuple[str, int]:
    return picture.starts[0], picture.window


def _steps(picture: ActivityPicture) -> _Steps:
    """One window, with None for what was not measured."""
    nothing = (None,) * len(picture.starts)
    return _Steps(
        starts=picture.starts,
        rows=picture.rows,
        expected=picture.expected or nothing,
        errors=picture.errors or nothing,
        latency=tuple(
            values or nothing
            for values in (picture.latency_p50, picture.latency_p95, picture.latency_p99)
        ),
    )


def _joined(windows: Sequence[_Steps]) -> _Steps:
    return _Steps(
        starts=tuple(start for one in windows for start in one.starts),
        rows=tuple(rows for one in windows for rows in one.rows),
        expected=tuple(rows for one in windows for rows in one.expected),
        errors=tuple(rows for one in windows for rows in one.errors),
        latency=tuple(
            tuple(value for one in windows for value in one.latency[quantile])
            for quantile in range(len(_QUANTILES))
        ),
    )


def _grouped(steps: _Steps, each: int) -> _Steps:
    """Every ``each`` neighbours as one step: rows and errors add up, the worst latency stays."""
    if each == 1:
        return steps

    def runs(values: Sequence[float | None]) -> list[list[float]]:
        return [
            [value for value in values[at : at + each] if value is not None]
            for at in range(0, len(values), each)
        ]

    return _Steps(
        starts=steps.starts[::each],
        rows=tuple(round(sum(run)) for run in runs(steps.rows)),
        expected=tuple(sum(run) if run else None for run in runs(steps.expected)),
        errors=tuple(round(sum(run)) if run else None for run in runs(steps.errors)),
        latency=tuple(tuple(max(run, default=None) for run in runs(q)) for q in steps.latency),
    )


def _gaps(steps: _Steps) -> list[int]:
    """The empty steps: at night, where hardly any row is expected, none is no gap."""
    # So many are expected that one step of all is empty by chance in one chart of twenty.
    enough = math.log(len(steps.rows) / 0.05)
    return [
        x
        for x, (rows, expected) in enumerate(zip(steps.rows, steps.expected, strict=True))
        if not rows and (expected is None or expected >= enough)
    ]


def _charts(steps: _Steps) -> Iterable[TimeChart]:
    known = [value for value in steps.expected if value is not None]
    top = max([*map(float, steps.rows), *known], default=0.0) or 1.0
    rows = geometry.steps([value / top for value in steps.rows], (1,) * len(steps.rows))
    lines = [Line("p", "rows", rows)]
    if known:
        lines.append(Line("e", "expected", _level_line(steps.expected, top)))
    yield TimeChart("Invocations", wording.count(top), tuple(lines))
    if any(value is not None for value in steps.errors):
        yield _error_rates(steps)
    lasting = [value for q in steps.latency for value in q if value is not None]
    if lasting:
        top = max(lasting) or 1.0
        lines = [
            Line(f"q {name}", name, _line(values, top))
            for name, values in zip(_QUANTILES, steps.latency, strict=True)
            if any(value is not None for value in values)
        ]
        yield TimeChart("Latency", wording.number(top), tuple(lines))


def _error_rates(steps: _Steps) -> TimeChart:
    """Shares of failed rows; a few rows that all failed do not stretch the axis for the others."""
    rates = [
        None if errors is None or not rows else errors / rows
        for errors, rows in zip(steps.errors, steps.rows, strict=True)
    ]
    filled = [rows for rows in steps.rows if rows]
    least = sum(filled) / max(len(filled), 1) * _LEAST_ROWS
    known = [
        rate
        for rate, rows in zip(rates, steps.rows, strict=True)
        if rate is not None and rows >= least
    ]
    top = max(known, default=0.0) or 0.01
    lines = [Line("q p99", "error rate", _line(rates, top))]
    above = "".join(
        f"M{x},0v{_MARK}" for x, rate in enumerate(rates) if rate is not None and rate > top
    )
    if above:
        lines.append(Line("q cut", "above the axis, in a step of few rows", above))
    return TimeChart("Error rate", units.percent(top), tuple(lines))


def _height(value: float, top: float) -> int:
    return geometry.HEIGHT - round(geometry.HEIGHT * geometry.part(value, 0.0, top))


def _line(values: Sequence[float | None], top: float) -> str:
    return geometry.broken_line([None if v is None else _height(v, top) for v in values])


def _level_line(values: Sequence[float | None], top: float) -> str:
    """A level over the whole of each step, broken where it is not known."""
    parts, at, pen = [], 0, False
    for value, run in itertools.groupby(values):
        length = len(list(run))
        if value is not None:
            height = _height(value, top)
            parts.append(f"V{height}h{length}" if pen else f"M{at},{height}h{length}")
        pen, at = value is not None, at + length
    return "".join(parts)


def _ticks(starts: Sequence[str]) -> tuple[tuple[float, str], ...]:
    last = len(starts)
    chosen = sorted({round(last * i / _TICKS) for i in range(_TICKS)})
    return tuple(
        (round(i / last * 100, 1), wording.iso_moment(starts[i])) for i in chosen if i < last
    )


def _points(steps: _Steps) -> tuple[str, ...]:
    told = []
    for x, (start, rows) in enumerate(zip(steps.starts, steps.rows, strict=True)):
        parts = [
            f"{_moment(start)}: {wording.counted(rows, 'row')}"
            if rows
            else f"{_moment(start)}: no rows"
        ]
        expected, errors = steps.expected[x], steps.errors[x]
        if expected is not None:
            parts.append(f"{wording.count(expected)} expected")
        if errors is not None and rows:
            parts.append(f"{wording.counted(errors, 'error')} ({units.percent(errors / rows)})")
        parts += [
            f"{name} {wording.number(values[x])}"
            for name, values in zip(_QUANTILES, steps.latency, strict=True)
            if values[x] is not None
        ]
        told.append(", ".join(parts))
    return tuple(told)


def _moment(start: str) -> str:
    try:
        return f"{dt.datetime.fromisoformat(start):%Y-%m-%d %H:%M}"
    except ValueError:
        return start
