"""Every operational metric on both sides, and the levels that apply to it."""

from __future__ import annotations

import dataclasses
import math

from mmon.analyses import Context, Findings
from mmon.analyses.system_performance import METRICS, SystemPerformance
from mmon.analyses.system_performance.activity_chart import activity_picture
from mmon.analyses.system_performance.failures import errors
from mmon.analyses.system_performance.latencies import latencies
from mmon.analyses.system_performance.sides import measured
from mmon.analyses.system_performance.traffic import Traffic, traffic
from mmon.results.quantity import Bound
from mmon.verdict.finding import Finding, expanded


def analyse(context: Context) -> Findings:
    """Every metric that the columns allow, and the judged ones."""
    found = Traffic.of(context)
    every = [*traffic(found), *latencies(context), *errors(found.ref, found.cur)]
    every += _unmeasured(context, {one.quantity.name for one in every})
    gates = context.settings(SystemPerformance).gate == "any"
    findings = [
        judged
        for one in every
        for judged in expanded(
            dataclasses.replace(
                one,
                window=context.window,
                gating=gates,
                interval=_finite(one.interval),
                tells_filling=found.tells_filling(one.quantity.name),
            ),
            _bounds(context, one) if found.is_final(one.quantity.name) else (),
        )
    ]
    drawn = () if context.segment is not None else activity_picture(found)
    return Findings(findings, (), drawn)


def _unmeasured(context: Context, names: set[str]) -> list[Finding]:
    """What was to be judged and is not there: a gate that lost its column must not pass."""
    found = []
    for name in context.settings(SystemPerformance).thresholds:
        role = METRICS[name].role
        if name in names:
            continue
        reason = "it cannot be measured here"
        if role is not None:
            column = getattr(context.config.columns, role)
            reason = f"production has no column {column!r}, the {role}"
        elif name == "late_rows":
            reason = "without windows of time no row is late"
        found.append(measured(name, None, reason=reason))
    return found


def _bounds(context: Context, one: Finding) -> tuple[Bound, ...]:
    settings, name = context.settings(SystemPerformance), one.quantity.name
    if name in settings.thresholds:
        return settings.thresholds[name].bounds()
    # Whoever sets levels for the error rate need not know that there are two ways to judge it.
    if name == "error_rate_increase" and "error_rate" in settings.thresholds:
        return ()
    if name == "completeness":
        applies = settings.expected_rows is not None and context.segment is None
    else:
        # No share of nothing, or of less, can be told.
        before = one.reference_value
        applies = before is not None and (one.aspect == "increase" or before > 0.0)
    return one.quantity.bounds if applies else ()


def _finite(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return interval if interval is not None and all(map(math.isfinite, interval)) else None
