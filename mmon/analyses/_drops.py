"""One performance metric on both sides, as candidates: its value, and how much worse it became."""

from __future__ import annotations

import math

from mmon.analyses import Context
from mmon.analyses._changes import DEFAULT_DROP, DEFAULT_RELATIVE_DROP, Change
from mmon.candidate import Candidate
from mmon.config_analyses import Floors, ModelPerformance, PerformanceLevels, Thresholds
from mmon.results import Direction, ResultKind, Score

APPLICATION = "model-performance"


def bounds_of(levels: PerformanceLevels) -> list[tuple[Thresholds | Floors, Direction]]:
    """The bounds on the value itself that are set, with the direction in which they are passed."""
    sides: tuple[tuple[Thresholds | Floors, Direction], ...] = (
        (levels.min, "below"),
        (levels.max, "above"),
    )
    return [(bound, direction) for bound, direction in sides if not bound.is_empty]


def level_candidates(
    context: Context, change: Change, levels: PerformanceLevels
) -> list[Candidate]:
    """The value itself: one candidate for each bound that is set, or one that is only told."""
    usual: Direction = "below" if change.metric.better == "higher" else "above"
    return [
        _value_candidate(context, change, bound, direction)
        for bound, direction in bounds_of(levels) or [(Thresholds(), usual)]
    ]


def _value_candidate(
    context: Context, change: Change, bound: Thresholds | Floors, direction: Direction
) -> Candidate:
    cur, ref = change.cur, change.ref

    def p_value_against(threshold: float) -> float | None:
        return change.p_value_against(threshold, is_floor=direction == "below")

    return Candidate(
        application=APPLICATION,
        kind=ResultKind.MODEL_PERFORMANCE,
        name=change.name,
        score=Score(cur.value, cur.error, reason=cur.reason),
        thresholds=bound,
        too_few=_too_few(context, change, bound, direction),
        rows=change.labelled,
        window=context.window,
        reference_value=None if ref is None else ref.value,
        interval=cur.interval,
        noun="labelled rows",
        p_value_against=p_value_against,
        direction=direction,
        gating=not bound.is_empty and is_gating(context),
        is_signed=True,
        reason=cur.reason,
    )


def _too_few(
    context: Context, change: Change, bound: Thresholds | Floors, direction: Direction
) -> str | None:
    """Why a value on the good side of its level is no proof; None where it is.

    Its interval must not reach beyond the level by more than what counts as a drop.
    """
    cur = change.cur
    levels = [bound.detected, bound.potential]
    if context.config.fail_on == "potential":
        levels.reverse()
    level = next((one for one in levels if one is not None), None)
    if level is None or cur.value is None or cur.interval is None:
        return None
    allowed = DEFAULT_DROP.detected or 0.0
    if not Change.is_absolute(change.metric):
        allowed = (DEFAULT_RELATIVE_DROP.detected or 0.0) * abs(level)
    sign = 1.0 if direction == "below" else -1.0
    end = cur.interval[0] if direction == "below" else cur.interval[1]
    room = sign * (cur.value - level) + allowed
    reach = sign * (cur.value - end)
    if reach <= room or sign * (cur.value - level) < 0.0:
        return None
    # Intervals shrink with the root of the rows.
    needed = math.ceil(change.labelled * (reach / room) ** 2) if room > 0.0 else None
    told = f"with {change.labelled:,} labelled rows {change.name} may be {end:.3g} as well"
    return told if needed is None else f"{told}: it takes about {needed:,}"


def drop_candidate(context: Context, change: Change, levels: Thresholds) -> Candidate:
    """How much worse than the reference a metric is."""
    unit = "" if Change.is_absolute(change.metric) else ", as a share of the reference's value"
    before = None if change.ref is None else change.ref.value
    after = change.cur.value
    told = None
    if before is not None and after is not None:
        told = f"{change.name} {before:.4g} → {after:.4g}{unit}"
    return Candidate(
        application=APPLICATION,
        kind=ResultKind.MODEL_PERFORMANCE,
        name=f"{change.name}_drop",
        score=change.drop(),
        thresholds=levels,
        p_value_at=change.p_value_at,
        rows=change.labelled,
        window=context.window,
        reference_value=before,
        noun="labelled rows",
        gating=is_gating(context),
        is_signed=True,
        reason=told,
    )


def is_gating(context: Context) -> bool:
    """Whether performance takes part in the verdict.

    A target and a prediction may be named for drift alone: without any label in production they ask
    for nothing, unless performance was asked for in so many words.
    """
    config, cur = context.config, context.production.performance
    settings = config.analyses.model_performance or ModelPerformance()
    asked = "model_performance" in config.analyses.model_fields_set or config.task is not None
    has_labels = cur is not None and cur.labelled > 0
    return settings.gate == "any" and (has_labels or asked or config.labels is not None)
