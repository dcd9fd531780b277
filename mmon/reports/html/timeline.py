"""What happened over time, as shapes over one axis of steps; empty steps stay visible."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from mmon.outline import units, wording
from mmon.reports.html import geometry
from mmon.results.charts import ActivityPicture

_MOST_STEPS = 240  # more would not be told apart in a chart of 1,150 pixels
_POINTED = 130  # steps wide enough to be pointed at
_TICKS = 6
_QUANTILES = {"p50": "latency_p50", "p95": "latency_p95", "p99": "latency_p99"}
# Of the mean step's rows: with fewer, a step's share of errors says little.
_LEAST_ROWS = 0.1
_MARK = 14  # height of the mark of a value above the axis

_FOLDS: Mapping[str, Callable[[Iterable[float]], float]] = {
    "rows": sum,
    "expected": sum,
    "errors": sum,
    **dict.fromkeys(_QUANTILES.values(), max),
}
"""What is known of steps, and how neighbours become one: the worst latency stays."""


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
    """Charts one above the other, of ``width`` steps each ``step`` long.

    The times are of the clock of ``zone``, which is empty for UTC.
    ``empty`` is path data of the ``gaps`` steps without any row: where it is known how many rows
    were expected, of those in which some were. ``points`` is what each step says when pointed at;
    empty where they are too narrow.
    """

    width: int
    step: str
    zone: str
    empty: str
    gaps: int
    has_expected: bool
    charts: tuple[TimeChart, ...]
    ticks: tuple[tuple[float, str], ...]
    points: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Steps:
    """Steps in a row, and what is known of them by its name; None where it was not measured."""

    starts: Sequence[str]
    known: Mapping[str, Sequence[float | None]]

    @property
    def rows(self) -> list[float]:
        return [rows or 0 for rows in self.known["rows"]]

    def grouped(self, each: int) -> _Steps:
        """Every ``each`` neighbours as one step."""

        def folded(name: str, at: int) -> float | None:
            run = [value for value in self.known[name][at : at + each] if value is not None]
            return _FOLDS[name](run) if run else None

        places = range(0, len(self.starts), each)
        known = {name: [folded(name, at) for at in places] for name in self.known}
        return _Steps(self.starts[::each], known)


def timeline(pictures: Iterable[ActivityPicture], zone: str = "") -> Timeline | None:
    """The activity of everything together, all windows in a row; None where there is none."""
    whole = [one for one in pictures if one.segment is None and one.starts]
    if not whole:
        return None
    step_s = max(one.step_s for one in whole)
    # Windows may have been cut into steps of several lengths: one axis has the longest.
    windows = [
        _steps(one, zone or "UTC").grouped(max(1, round(step_s / one.step_s)))
        for one in sorted(whole, key=lambda one: (one.starts[0], one.window))
    ]
    joined = _Steps(
        [start for one in windows for start in one.starts],
        {name: [value for one in windows for value in one.known[name]] for name in _FOLDS},
    )
    each = -(-len(joined.starts) // _MOST_STEPS)
    steps = joined.grouped(each)
    width = len(steps.starts)
    gaps = _gaps(steps)
    return Timeline(
        width=width,
        step=units.duration(step_s * each),
        zone=zone,
        empty="".join(f"M{x},0h1v{geometry.HEIGHT}h-1z" for x in gaps),
        gaps=len(gaps),
        has_expected=any(rows is not None for rows in steps.known["expected"]),
        charts=tuple(_charts(steps)),
        ticks=_ticks(steps.starts),
        points=tuple(_points(steps)) if width <= _POINTED else (),
    )


def _steps(picture: ActivityPicture, zone: str) -> _Steps:
    nothing = (None,) * len(picture.starts)
    starts = [wording.on_clock(start, zone) for start in picture.starts]
    return _Steps(starts, {name: getattr(picture, name) or nothing for name in _FOLDS})


def _gaps(steps: _Steps) -> list[int]:
    """The empty steps: at night, where hardly any row is expected, none is no gap."""
    # So many are expected that one step of all is empty by chance in one chart of twenty.
    enough = math.log(len(steps.starts) / 0.05)
    return [
        x
        for x, (rows, expected) in enumerate(zip(steps.rows, steps.known["expected"], strict=True))
        if not rows and (expected is None or expected >= enough)
    ]


def _charts(steps: _Steps) -> Iterator[TimeChart]:
    expected = steps.known["expected"]
    top = _top([*steps.rows, *expected]) or 1.0
    bars = geometry.steps([value / top for value in steps.rows], (1,) * len(steps.rows))
    lines = [Line("p", "rows", bars)]
    if _top(expected) is not None:
        lines.append(Line("e", "expected", _level_line(expected, top)))
    yield TimeChart("Invocations", wording.count(top), tuple(lines))
    if _top(steps.known["errors"]) is not None:
        yield _error_rates(steps)
    latency = {name: steps.known[field] for name, field in _QUANTILES.items()}
    slowest = _top(itertools.chain(*latency.values()))
    if slowest is not None:
        top = slowest or 1.0
        lines = [
            Line(f"q {name}", name, geometry.broken_line(values, 0.0, top))
            for name, values in latency.items()
            if _top(values) is not None
        ]
        yield TimeChart("Latency", wording.number(top), tuple(lines))


def _top(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _error_rates(steps: _Steps) -> TimeChart:
    """Shares of failed rows; a few rows that all failed do not stretch the axis for the others."""
    counts = list(zip(steps.known["errors"], steps.rows, strict=True))
    rates = [None if errors is None or not rows else errors / rows for errors, rows in counts]
    filled = [rows for rows in steps.rows if rows]
    least = sum(filled) / max(len(filled), 1) * _LEAST_ROWS
    top = _top(rate for rate, rows in zip(rates, steps.rows, strict=True) if rows >= least) or 0.01
    lines = [Line("q p99", "failure rate", geometry.broken_line(rates, 0.0, top))]
    above = "".join(
        f"M{x},0v{_MARK}" for x, rate in enumerate(rates) if rate is not None and rate > top
    )
    if above:
        lines.append(Line("q cut", "above the axis, in a step of few rows", above))
    return TimeChart("Failure rate", units.percent(top), tuple(lines))


def _level_line(values: Sequence[float | None], top: float) -> str:
    """A level over the whole of each step, broken where it is not known."""
    parts, at, pen = [], 0, False
    for value, run in itertools.groupby(values):
        length = len(list(run))
        if value is not None:
            height = geometry.height(value, 0.0, top)
            parts.append(f"V{height}h{length}" if pen else f"M{at},{height}h{length}")
        pen, at = value is not None, at + length
    return "".join(parts)


def _ticks(starts: Sequence[str]) -> tuple[tuple[float, str], ...]:
    """Starts of days, where there are several, else of a few steps as far from each other."""
    last = len(starts)
    days = [at for at, start in enumerate(starts) if start[11:16] == "00:00"]
    if len(days) > 1:
        chosen = days[:: -(-len(days) // (_TICKS + 1))]
    else:
        chosen = sorted({round(last * i / _TICKS) for i in range(_TICKS)})
    return tuple(
        (round(i / last * 100, 1), wording.iso_moment(starts[i])) for i in chosen if i < last
    )


def _points(steps: _Steps) -> Iterator[str]:
    for x, (start, rows) in enumerate(zip(steps.starts, steps.rows, strict=True)):
        known = {name: values[x] for name, values in steps.known.items()}
        expected, errors = known["expected"], known["errors"]
        parts = [f"{_moment(start)}: {wording.counted(rows, 'row') if rows else 'no rows'}"]
        if expected is not None:
            parts.append(f"{wording.count(expected)} expected")
        if errors is not None and rows:
            parts.append(f"{wording.counted(errors, 'error')} ({units.percent(errors / rows)})")
        parts += [
            f"{name} {wording.number(known[field])}"
            for name, field in _QUANTILES.items()
            if known[field] is not None
        ]
        yield ", ".join(parts)


def _moment(start: str) -> str:
    try:
        return f"{dt.datetime.fromisoformat(start):%Y-%m-%d %H:%M}"
    except ValueError:
        return start
