"""Rows of performance and operational numbers: both sides, their intervals, and what was judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Iterable, Mapping, Sequence

from mmon.reports import _marks as marks
from mmon.reports import _severity as severity
from mmon.reports import _units as units
from mmon.reports import _wording as wording
from mmon.results import Document, Metric, Result, ResultKind, Status, Window

KINDS = frozenset({ResultKind.MODEL_PERFORMANCE, ResultKind.SYSTEM_PERFORMANCE})
"""The kinds of results that are about no column, and have sections of their own."""

WORSE_SEGMENT = "worse_segment"

CHANGES = ("_drop", "_rise")
"""How the names of results end that compare a metric with the reference's."""

_CHECKS = frozenset(
    {
        "conflicting_labels",
        "label_coverage",
        "labels_without_prediction",
        "repeated_labels",
        "repeated_predictions",
    }
)
_ENDS = ("_reference_low", "_reference_high")


@dataclasses.dataclass(frozen=True, slots=True)
class Measure:
    """One metric of one window, all together.

    Attributes
    ----------
    result : Result
        The metric itself: production's value, the reference's, production's interval.
    reference_interval : (float, float) or None
    changes : tuple of Result
        Its judged drop, or rise, against the reference.
    """

    result: Result
    reference_interval: tuple[float, float] | None
    changes: tuple[Result, ...]

    @property
    def head(self) -> Result:
        """The result that speaks for it; a judged change where nothing is wrong."""
        return severity.worst((*self.changes, self.result))

    @property
    def is_judged(self) -> bool:
        """Whether a threshold is set for it."""
        return any(
            one.potential is not None or one.detected is not None
            for one in (self.result, *self.changes)
        )

    @property
    def change(self) -> Result | None:
        """The change that is told: the worst one."""
        return severity.worst(self.changes) if self.changes else None


@dataclasses.dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure, written out; texts are empty where there is nothing to say."""

    name: str
    severity: int
    status: str
    reference: str
    reference_interval: str
    production: str
    production_interval: str
    whiskers: marks.Whiskers | None
    change: str
    limits: str
    scale: marks.Scale | None
    q_value: str
    reason: str | None


def measures(
    results: Iterable[Result], metrics: Iterable[Metric], kind: ResultKind
) -> list[Measure]:
    """The metrics among results of one kind, window and segment, in the document's order."""
    own = {r.name: r for r in results if r.kind is kind and r.column is None}
    told = {m.name: m.value for m in metrics if m.column is None}
    found = []
    for name, result in own.items():
        changes = tuple(own[name + end] for end in CHANGES if name + end in own)
        if is_change(name, own) or is_check(result, has_change=bool(changes)):
            continue
        low, high = (told.get(name + end) for end in _ENDS)
        interval = None if low is None or high is None else (low, high)
        found.append(Measure(result, interval, changes))
    return found


def is_change(name: str, names: Container[str]) -> bool:
    """Whether a result compares another metric, one of ``names``, with the reference's."""
    return any(name.endswith(end) and name.removesuffix(end) in names for end in CHANGES)


def is_check(result: Result, *, has_change: bool = False) -> bool:
    """Whether a result is about labels, scores or segments, and no metric of the model."""
    if result.kind is not ResultKind.MODEL_PERFORMANCE or has_change:
        return False
    if result.name in _CHECKS or result.name == WORSE_SEGMENT or wording.is_share(result):
        return True
    # What has neither a counterpart nor an interval, but levels, was never estimated.
    is_estimate = result.interval is not None or result.reference_value is not None
    return not is_estimate and result.name.endswith(("_labels", "_predictions", "_scores"))


def interval_end(name: str) -> bool:
    """Whether a told number is an end of the reference's interval."""
    return name.endswith(_ENDS)


def worst_window(results: Iterable[Result], windows: Sequence[Window]) -> int:
    """The window that a section shows: its worst result's; the last one where all are as bad."""
    known = [window.index for window in windows]
    found = [r for r in results if r.window in known and r.value is not None]
    if not found:
        return known[-1] if known else 0
    worst = max(found, key=lambda r: (*severity.order(r), r.window))
    return worst.window if worst.status.severity > Status.NO_DETECTION.severity else known[-1]


def of_window(
    document: Document, window: int, segment: str | None = None
) -> tuple[list[Result], list[Metric]]:
    """The results and numbers of one window of everything together, or of one segment."""
    return (
        [r for r in document.results if (r.window, r.segment) == (window, segment)],
        [m for m in document.metrics if (m.window, m.segment) == (window, segment)],
    )


def row(measure: Measure, reach: float) -> MeasureRow:
    """Write a measure out; ``reach`` is the common scale's (`common_reach`)."""
    result, head, change = measure.result, measure.head, measure.change
    decimals = _decimals(measure)
    reference, production = (
        "" if value is None else units.amount(result, value, decimals)
        for value in (result.reference_value, result.value)
    )
    return MeasureRow(
        name=units.measure_word(result),
        severity=head.status.severity,
        status=status_word(head),
        reference=reference,
        reference_interval=_interval(result, measure.reference_interval, decimals),
        production=production or wording.NOTHING,
        production_interval=_interval(result, result.interval, decimals),
        whiskers=None
        if measure.reference_interval is None and result.interval is None
        else marks.whiskers(
            result.reference_value, measure.reference_interval, result.value, result.interval
        ),
        change="" if change is None else change_word(change, result),
        limits=limits_word(measure),
        scale=_scale(change or result, reach),
        q_value="" if head.q_value is None else wording.probability(head.q_value),
        reason=next((r.reason for r in (head, result, *measure.changes) if r.reason), None),
    )


def status_word(result: Result) -> str:
    """A status of a number that does not drift."""
    return "" if result.status is Status.IRRELEVANT else wording.status_word(result)


def common_reach(found: Sequence[Measure]) -> float:
    """The end of the scale that the rows of one table share."""
    ratios = [severity.ratio(m.change, m.change.value) for m in found if m.change is not None]
    return min(max([1.5, *ratios]), 4.0)


def change_word(change: Result, result: Result) -> str:
    """How much a metric changed for the worse, in its own unit or as a share of the reference."""
    if change.value is None:
        return wording.NOTHING
    if is_relative(change, result):
        # Operations rise and fall; of a model only what is worse is told, and a gain is negative.
        has_fallen = change.name.endswith("_drop") and result.kind is ResultKind.SYSTEM_PERFORMANCE
        value = -change.value if has_fallen else change.value
        return ("+" if value > 0 else "") + units.percent(value)
    return units.amount(result, change.value, _change_decimals(change.value))


def _change_decimals(value: float) -> int | None:
    # A drop of 0.0612 is 0.061: its thresholds have two digits.
    return 3 if 0.0005 <= abs(value) < 1 else None


def limits_word(measure: Measure) -> str:
    """The thresholds that a metric has: on its change, then on its value."""
    parts = []
    result, change = measure.result, measure.change
    if change is not None and not _has_no_limit(change):
        is_share = is_relative(change, result)
        both = (change.potential, change.detected)
        parts.append(" / ".join(_limit(level, result, is_share=is_share) for level in both))
    if not _has_no_limit(result):
        levels = [one for one in (result.potential, result.detected) if one is not None]
        words = " / ".join(units.level(result, one) for one in levels)
        parts.append(("at least " if result.direction == "below" else "at most ") + words)
    return "; ".join(parts)


def is_relative(change: Result, result: Result) -> bool:
    """Whether a change is told as a share of the reference's value, not in the metric's unit."""
    if result.kind is ResultKind.SYSTEM_PERFORMANCE:
        return True
    before, after, told = result.reference_value, result.value, change.value
    if before is None or after is None or told is None:
        return False
    return abs(abs(after - before) - abs(told)) > 1e-6 * max(abs(told), abs(after - before))


def thresholds_on_value(measure: Measure) -> tuple[float | None, float | None]:
    """Where the thresholds of a drop lie on the axis of the metric itself; None where unknown."""
    result, change = measure.result, measure.change
    if not _has_no_limit(result):
        return result.potential, result.detected
    before, after = result.reference_value, result.value
    if change is None or before is None or after is None or not change.value:
        return None, None
    slope = (after - before) / change.value
    potential, detected = (
        None if level is None else before + slope * level
        for level in (change.potential, change.detected)
    )
    return potential, detected


def _has_no_limit(result: Result) -> bool:
    return result.potential is None and result.detected is None


def _limit(level: float | None, result: Result, *, is_share: bool) -> str:
    if level is None:
        return wording.NOTHING
    return f"{level * 100:.4g}%" if is_share else units.level(result, level)


def _decimals(measure: Measure) -> int | None:
    result = measure.result
    values = [v for v in (result.value, result.reference_value) if v is not None]
    return units.places((result.interval, measure.reference_interval), values)


def _interval(result: Result, interval: tuple[float, float] | None, decimals: int | None) -> str:
    if interval is None:
        return ""
    low, high = (units.amount(result, end, decimals) for end in interval)
    return f"[{low}, {high}]"


def _scale(result: Result, reach: float) -> marks.Scale | None:
    if result.value is None or _has_no_limit(result):
        return None
    potential, detected = (
        None if level is None else severity.ratio(result, level)
        for level in (result.potential, result.detected)
    )
    return marks.scale(severity.ratio(result, result.value), potential, detected, reach)


def by_window(
    results: Iterable[Result], metrics: Iterable[Metric], kind: ResultKind
) -> Mapping[int, list[Measure]]:
    """The measures of every window."""
    rows: dict[int, tuple[list[Result], list[Metric]]] = {}
    for result in results:
        rows.setdefault(result.window, ([], []))[0].append(result)
    for metric in metrics:
        rows.setdefault(metric.window, ([], []))[1].append(metric)
    return {window: measures(*rows[window], kind) for window in sorted(rows)}
