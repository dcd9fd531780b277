"""What short reports say of the model, of operations and of segments, as texts in cells."""

from __future__ import annotations

import dataclasses

from mmon.outline import measures, segments, units, wording, worse
from mmon.outline.estimates import estimate_words
from mmon.outline.measures import Measure
from mmon.outline.phrases import before_after
from mmon.outline.rows import MeasureRow, measure_row
from mmon.outline.segments import SegmentRow
from mmon.outline.severity import deciding, heights, needs_a_look
from mmon.results import Document, Result, ResultKind, Status, grouped
from mmon.results.quantity import Unit

_MOST_METRICS = 8
_MOST_WORSE = 3
_REPEATS = "duplicate_ids"
_HEADLINES = ("invocations", "completeness", "error_rate", "latency_p95")


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One metric, written out.

    ``remark`` is empty where nothing needs a look, and ``trend`` is (W,) how much worse it was in
    each window, its threshold being 1.
    """

    row: MeasureRow
    status: Status
    remark: str
    trend: tuple[float | None, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """The model's performance, or operations, in short.

    ``remarks`` is what else calls for attention and what got worse, ``notes`` what is only told.
    """

    window: str
    lines: tuple[Line, ...]
    remarks: tuple[tuple[Status, str], ...]
    notes: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class SegmentPart:
    """The segments that need a look, worst first, of how many."""

    lines: tuple[SegmentRow, ...]
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
    tested = worse.segments_tested(document, found.window)
    if not found.results and not worst and tested is None:
        return None
    of_window = [m for m in found.measures if not m.quantity.stands_beside or needs_a_look(m.head)]
    besides = measures.checks(found)
    # Classes and variants stay in the HTML report unless one of them is in trouble.
    told = [one for one in of_window if _is_main(one) or needs_a_look(one.head)]
    shown = measures.worst_first(told)[:_MOST_METRICS]
    calm = [one for one in besides if not needs_a_look(one)]
    # What is counted once for all windows says nothing of the one that is told.
    parts = grouped(calm, lambda one: measures.run_words(document, one)).values()
    notes = [", ".join(_check(document, one) for one in part) for part in parts]
    notes += estimate_words(document, found.measures)
    if not worst and tested is not None:
        notes.append(
            f"in none of {tested:,} segments did errors surely rise more than in all other rows"
            if tested
            else "no segment was tested: there are too few labelled rows"
        )
    remarks = [(one.status, _check(document, one)) for one in besides if needs_a_look(one)]
    remarks += [(one.level, _worse(one)) for one in worst[:_MOST_WORSE]]
    if len(worst) > _MOST_WORSE:
        notes.append(f"and {len(worst) - _MOST_WORSE:,} more segments that got worse")
    left_out = len(of_window) - len(shown)
    if left_out:
        more = wording.counted(left_out, "more metric")
        notes.append(f"{more} in the HTML and JSON reports")
    return Part(
        window=wording.window_title(document.windows, found.window),
        lines=tuple(_line(document, one) for one in shown),
        remarks=tuple(remarks),
        notes=tuple(notes),
    )


def operations_part(document: Document) -> Part | None:
    """Operations: what is judged, else a few numbers; None where nothing was measured."""
    found = measures.shown(document, ResultKind.SYSTEM_PERFORMANCE)
    if not found.results:
        return None
    shown = measures.worst_first(
        one for one in found.measures if one.is_judged or needs_a_look(one.head)
    )
    known = {} if shown else {one.result.name: one.result for one in found.measures}
    told = [
        f"{known[name].quantity.words} {before_after(known[name])}"
        for name in _HEADLINES
        if name in known
    ]
    is_told = any(one.result.name == _REPEATS for one in shown)
    repeats = "" if is_told else _repeats(document, found.window)
    return Part(
        window=wording.window_title(document.windows, found.window),
        lines=tuple(_line(document, one) for one in shown),
        remarks=(),
        notes=tuple(note for note in (", ".join(told), repeats) if note),
    )


def applications_part(document: Document) -> Part | None:
    """What applications of the user's own measured; None where there is none."""
    found = measures.shown(document, measures.APPLICATIONS)
    if not found.measures:
        return None
    shown = measures.worst_first(found.measures)[:_MOST_METRICS]
    more = wording.counted(len(found.measures) - len(shown), "more number")
    return Part(
        window=wording.window_title(document.windows, found.window),
        lines=tuple(_line(document, one) for one in shown),
        remarks=(),
        notes=(f"{more} in the HTML and JSON reports",) if len(found.measures) > len(shown) else (),
    )


def _repeats(document: Document, window: int) -> str:
    """How many rows repeat an id in the window that is told, else in the one with the most."""
    judged = deciding(document.results, document.windows)
    own = [r for r in judged if r.name == _REPEATS and r.segment is None and r.aspect == "value"]
    found = [r for r in own if r.value]
    if not found:
        return ""
    one = max(found, key=lambda r: (r.window == window, r.value or 0.0))
    where = "" if one.window == window else wording.window_name(document.windows, one.window)
    return f"{one.quantity.words} {before_after(one)}" + (f" in {where}" if where else "")


def segment_part(document: Document) -> SegmentPart | None:
    """The configured segments; None where there are none."""
    rows = [row for table in segments.segment_tables(document) for row in table.rows]
    found = [row for row in rows if row.findings]
    found.sort(key=lambda row: (-row.level.severity, row.is_rest))
    return SegmentPart(tuple(found), len(rows)) if rows else None


def _is_main(one: Measure) -> bool:
    """Whether a metric is about the model as a whole, defined, and no mere variant of another."""
    return one.is_judged or (one.quantity.is_main and one.result.value is not None)


def _check(document: Document, result: Result) -> str:
    of = "" if result.column is None else f" of {result.column}"
    is_fact = result.quantity.unit is Unit.YES_NO
    value = "" if is_fact else f" {units.value_word(result)}"
    text = f"{result.quantity.words}{of}{value}{measures.run_words(document, result)}"
    return f"{text}: {result.reason}" if result.reason else text


def _worse(one: worse.Worse) -> str:
    window = f" [window {one.window}]" if one.window else ""
    return f"worse: {one.segment}" + (f": {one.reason}" if one.reason else "") + window


def _line(document: Document, one: Measure) -> Line:
    row = measure_row(one)
    return Line(
        row=row,
        status=one.head.status,
        remark=row.reason if row.reason and needs_a_look(one.head) else "",
        trend=() if one.change is None else _trend(document, one.change),
    )


def _trend(document: Document, change: Result) -> tuple[float | None, ...]:
    """How much worse it was in each window; better is not worse at all."""
    values = {
        one.window: None if one.value is None else max(one.value, 0.0)
        for one in document.results
        if (one.quantity, one.aspect) == (change.quantity, change.aspect)
        and (one.column, one.segment) == (None, None)
    }
    return heights(change, (values.get(window.index) for window in document.windows))
