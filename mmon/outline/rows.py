"""Results and measures written out, as texts for the cells of any table."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mmon.outline import units, wording
from mmon.outline.measures import Measure
from mmon.results import Result, Status


@dataclasses.dataclass(frozen=True, slots=True)
class ResultRow:
    """One judged number, written out."""

    name: str
    severity: int
    status: str
    value: str
    interval: str
    error: str
    thresholds: str
    p_value: str
    q_value: str
    reason: str | None
    column: str | None
    segment: str | None
    window: str


def result_row(result: Result, *, window: str = "") -> ResultRow:
    """One result, written out."""
    return ResultRow(
        name=result.quantity.words,
        severity=result.status.severity,
        status=units.status_word(result),
        value=units.value_word(result),
        interval=units.interval_word(result.quantity, result.interval, None),
        error="" if result.value is None else wording.error_word(result.error, result.value),
        thresholds=units.limits_word(result),
        p_value="" if result.p_value is None else wording.probability(result.p_value),
        q_value="" if result.q_value is None else wording.probability(result.q_value),
        reason=result.reason,
        column=result.column,
        segment=result.segment,
        window=window,
    )


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
    change: str
    limits: str
    q_value: str
    reason: str | None


def measure_row(measure: Measure) -> MeasureRow:
    """Write a measure out."""
    result, head, change = measure.result, measure.head, measure.change
    quantity, decimals = measure.quantity, decimals_of(measure)
    reference = result.reference_value
    return MeasureRow(
        name=quantity.words,
        severity=head.status.severity,
        status=units.told_status(head),
        reference="" if reference is None else units.amount(quantity, reference, decimals),
        reference_interval=units.interval_word(quantity, result.reference_interval, decimals),
        production=units.amount(quantity, result.value, decimals),
        production_interval=units.interval_word(quantity, result.interval, decimals),
        change="" if change is None else units.value_word(change),
        limits=_limits_word(measure),
        q_value="" if head.q_value is None else wording.probability(head.q_value),
        reason=_reason(measure),
    )


def measure_rows(found: Sequence[Measure]) -> tuple[MeasureRow, ...]:
    """Measures written out, each reason at the first row that has it."""
    rows = [measure_row(one) for one in found]
    first = {row.reason: at for at, row in reversed(list(enumerate(rows)))}
    return tuple(
        row if first[row.reason] == at else dataclasses.replace(row, reason=None)
        for at, row in enumerate(rows)
    )


def undefined(found: Sequence[Measure]) -> tuple[str, ...]:
    """The metrics that are neither defined nor judged, with their reasons."""
    return tuple(
        f"{one.quantity.words}: {one.result.reason or 'it is not defined'}"
        for one in found
        if not _is_told(one)
    )


def defined(found: Sequence[Measure]) -> list[Measure]:
    """The metrics that are defined on some side, or judged."""
    return [one for one in found if _is_told(one)]


def decimals_of(measure: Measure) -> int | None:
    """Decimal places for both sides of a measure."""
    result = measure.result
    values = [v for v in (result.value, result.reference_value) if v is not None]
    return units.places((result.interval, result.reference_interval), values)


def _is_told(one: Measure) -> bool:
    values = (one.result.value, one.result.reference_value)
    return one.is_judged or any(value is not None for value in values)


def _reason(measure: Measure) -> str | None:
    # The two values stand beside a change that could be told; its reason would repeat them.
    changes = [
        one for one in measure.changes if one.status is Status.INCONCLUSIVE or one.value is None
    ]
    reasons = dict.fromkeys(one.reason for one in (*changes, *measure.values) if one.reason)
    return next(iter(reasons), None)


def _limits_word(measure: Measure) -> str:
    """The levels that a metric has: on its change, then on its value."""
    change = measure.change
    parts = [] if change is None else [units.limits_word(change)]
    parts += [units.bound_word(one) for one in measure.values if one.has_levels]
    return "; ".join(part for part in parts if part)


def thresholds_on_value(measure: Measure) -> tuple[float | None, float | None]:
    """Where the levels of a change lie on the axis of the metric itself; None where unknown."""
    result, change = measure.result, measure.change
    if result.has_levels:
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
