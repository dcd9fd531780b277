"""What short reports say of the model, of operations and of segments, as texts in cells."""

from __future__ import annotations

import dataclasses

from mmon.outline import measures, segments, units, wording, worse
from mmon.outline.measures import Measure
from mmon.outline.phrases import before_after
from mmon.outline.rows import measure_row
from mmon.outline.severity import needs_a_look
from mmon.results import Document, Result, ResultKind, Status
from mmon.results.quantity import Unit

_MOST_METRICS = 8
_MOST_WORSE = 3
_HEADLINES = ("invocations", "completeness", "error_rate", "latency_p95")


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One metric; texts are empty where there is nothing to say."""

    status: Status
    name: str
    reference: str
    production: str
    interval: str
    change: str
    limits: str
    q_value: str
    remark: str
    trend: tuple[float | None, ...]
    """(W,) how much worse, in each window."""
    is_of_class: bool
    """Whether it is about one class, whose name tells it from those that are not told."""


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """The model's performance, or operations, in short.

    Attributes
    ----------
    window : str
        Which one is told; empty where there is one only.
    lines : tuple of Line
    left_out : int
        Metrics that are not told.
    remarks : tuple of (Status, str)
        What else calls for attention, and what got worse.
    notes : tuple of str
        What is only told.
    """

    window: str
    lines: tuple[Line, ...]
    left_out: int
    remarks: tuple[tuple[Status, str], ...]
    notes: tuple[str, ...]

    @property
    def all_notes(self) -> tuple[str, ...]:
        """What is only told, with how many metrics were left out."""
        if not self.left_out:
            return self.notes
        metrics = "metric" if self.left_out == 1 else "metrics"
        return *self.notes, f"{self.left_out:,} more {metrics} in the HTML and JSON reports"


@dataclasses.dataclass(frozen=True, slots=True)
class SegmentLine:
    """One segment that needs a look."""

    status: Status
    name: str
    rows: str
    drifted: str
    findings: tuple[str, ...]
    more: int

    def told(self, most: int) -> str:
        """The worst findings in one text, and how many more there are."""
        more = self.more + max(0, len(self.findings) - most)
        return "; ".join(self.findings[:most]) + (f" and {more:,} more" if more else "")


@dataclasses.dataclass(frozen=True, slots=True)
class SegmentPart:
    """The segments that need a look, worst first, of how many."""

    lines: tuple[SegmentLine, ...]
    total: int

    def besides(self, shown: int) -> str:
        """How many segments there are besides the first ``shown`` ones; empty where none is."""
        more, calm = max(0, len(self.lines) - shown), self.total - len(self.lines)
        counts = [f"{more:,} more to look at"] if more else []
        if calm:
            counts.append(f"{wording.counted(calm, 'segment')} without a finding")
        return ", ".join(counts)


def performance_part(document: Document) -> Part | None:
    """The model's performance; None where nothing of it was measured."""
    found = measures.shown(document, ResultKind.MODEL_PERFORMANCE)
    worst = worse.worse_segments(document)
    tested = worse.segments_tested(document)
    if found is None and not worst and tested is None:
        return None
    found = found or measures.Shown(0, (), ())
    of_window, besides = found.measures, measures.checks(found)
    # Classes and variants stay in the HTML report unless one of them is in trouble.
    told = [one for one in of_window if _is_main(one) or needs_a_look(one.head)]
    shown = measures.worst_first(told)[:_MOST_METRICS]
    calm = [one for one in besides if not needs_a_look(one)]
    notes = [", ".join(map(_check, calm))] if calm else []
    if not worst and tested is not None:
        notes.append(
            f"no segment got worse than the others ({tested:,} tested)"
            if tested
            else "no segment was tested: there are too few labelled rows"
        )
    remarks = [(one.status, _check(one)) for one in besides if needs_a_look(one)]
    remarks += [(_status(one.severity), _worse(one)) for one in worst[:_MOST_WORSE]]
    if len(worst) > _MOST_WORSE:
        notes.append(f"and {len(worst) - _MOST_WORSE:,} more segments that got worse")
    return Part(
        window=wording.window_title(document.windows, found.window),
        lines=tuple(_line(document, one) for one in shown),
        left_out=len(of_window) - len(shown),
        remarks=tuple(remarks),
        notes=tuple(notes),
    )


def operations_part(document: Document) -> Part | None:
    """Operations: what is judged, else a few numbers; None where nothing was measured."""
    found = measures.shown(document, ResultKind.SYSTEM_PERFORMANCE)
    if found is None:
        return None
    of_window = found.measures
    shown = measures.worst_first(
        [one for one in of_window if one.is_judged or needs_a_look(one.head)]
    )
    notes = []
    if not shown:
        known = {one.result.name: one.result for one in of_window}
        told = [_headline(known[name]) for name in _HEADLINES if name in known]
        notes = [", ".join(told)] if told else []
    return Part(
        window=wording.window_title(document.windows, found.window),
        lines=tuple(_line(document, one) for one in shown),
        left_out=0,
        remarks=(),
        notes=tuple(notes),
    )


def segment_part(document: Document) -> SegmentPart | None:
    """The configured segments; None where there are none."""
    tables = segments.segment_tables(document)
    if not tables:
        return None
    rows = [(table.column, row) for table in tables for row in table.rows]
    found = [pair for pair in rows if pair[1].findings]
    found.sort(key=lambda pair: (-pair[1].severity, pair[1].is_rest))
    return SegmentPart(
        lines=tuple(
            SegmentLine(
                status=_status(row.severity),
                name=f"{column} = {row.value}",
                rows=row.rows,
                drifted=row.drifted,
                findings=row.findings,
                more=row.more,
            )
            for column, row in found
        ),
        total=len(rows),
    )


def _headline(result: Result) -> str:
    return f"{result.quantity.words} {before_after(result)}"


def _is_main(one: Measure) -> bool:
    """Whether a metric is about the model as a whole, defined, and no mere variant of another."""
    return one.is_judged or (one.quantity.is_main and one.result.value is not None)


def _check(result: Result) -> str:
    of = "" if result.column is None else f" of {result.column}"
    is_fact = result.quantity.unit is Unit.YES_NO
    value = "" if is_fact else f" {units.value_word(result)}"
    text = f"{result.quantity.words}{of}{value}"
    return f"{text}: {result.reason}" if result.reason else text


def _worse(one: worse.Worse) -> str:
    window = f" [window {one.window}]" if one.window else ""
    return f"worse: {one.segment}" + (f": {one.reason}" if one.reason else "") + window


def _status(severity: int) -> Status:
    return next(status for status in Status if status.severity == severity)


def _line(document: Document, one: Measure) -> Line:
    row = measure_row(one)
    has_news = row.reason is not None and needs_a_look(one.head)
    return Line(
        status=one.head.status,
        name=row.name,
        reference=row.reference,
        production=row.production,
        interval=row.production_interval,
        change=row.change,
        limits=row.limits,
        q_value=row.q_value,
        remark=(row.reason or "") if has_news else "",
        trend=() if one.change is None else _trend(document, one.change),
        is_of_class=one.quantity.label is not None,
    )


def _trend(document: Document, change: Result) -> tuple[float | None, ...]:
    """How much worse it was in each window; better is not worse at all."""
    values = {
        one.window: None if one.value is None else max(one.value, 0.0)
        for one in document.results
        if (one.quantity, one.aspect) == (change.quantity, change.aspect)
        and (one.column, one.segment) == (None, None)
    }
    return tuple(values.get(window.index) for window in document.windows)
