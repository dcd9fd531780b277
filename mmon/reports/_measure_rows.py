"""Measures written out: values with intervals, how much worse they became, and thresholds."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mmon.reports import _marks as marks
from mmon.reports import _severity as severity
from mmon.reports import _units as units
from mmon.reports import _wording as wording
from mmon.reports._measures import Measure
from mmon.results import Result, ResultKind, Status


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
        reason=_reason(measure),
    )


def _reason(measure: Measure) -> str | None:
    # A change that could be told has its values for a reason, which stand beside it anyway.
    changes = [
        one for one in measure.changes if one.status is Status.INCONCLUSIVE or one.value is None
    ]
    reasons = dict.fromkeys(one.reason for one in (*changes, *measure.values) if one.reason)
    return next(iter(reasons), None)


def rows(found: Sequence[Measure]) -> tuple[MeasureRow, ...]:
    """Measures written out on one scale, each reason at the first row that has it."""
    reach = common_reach(found)
    told: set[str | None] = set()
    written = []
    for one in (row(measure, reach) for measure in found):
        is_news = one.reason not in told
        told.add(one.reason)
        written.append(one if is_news else dataclasses.replace(one, reason=None))
    return tuple(written)


def undefined(found: Sequence[Measure]) -> tuple[str, ...]:
    """The metrics that are neither defined nor judged, with their reasons."""
    return tuple(
        f"{units.measure_word(one.result)}: {one.result.reason or 'it is not defined'}"
        for one in found
        if not _is_told(one)
    )


def defined(found: Sequence[Measure]) -> list[Measure]:
    """The metrics that are defined on some side, or judged."""
    return [one for one in found if _is_told(one)]


def _is_told(one: Measure) -> bool:
    values = (one.result.value, one.result.reference_value)
    return one.is_judged or any(value is not None for value in values)


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
    if units.is_in_points(change):
        return units.points(change.value)
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
        is_points = units.is_in_points(change)
        is_share = is_points or is_relative(change, result)
        both = (change.potential, change.detected)
        limits = " / ".join(_limit(level, result, is_share=is_share) for level in both)
        parts.append(limits.replace("%", "") + " points" if is_points else limits)
    for one in measure.values:
        if not _has_no_limit(one):
            levels = [level for level in (one.potential, one.detected) if level is not None]
            words = " / ".join(units.level(one, level) for level in levels)
            parts.append(("at least " if one.direction == "below" else "at most ") + words)
    return "; ".join(parts)


def is_relative(change: Result, result: Result) -> bool:
    """Whether a change is told as a share of the reference's value, not in the metric's unit."""
    if result.kind is ResultKind.SYSTEM_PERFORMANCE:
        return not units.is_in_points(change)
    before, after, told = result.reference_value, result.value, change.value
    if before is None or after is None or not told:
        return "as a share" in (change.reason or "")
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
