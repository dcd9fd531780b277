"""Operational performance: did the data arrive, how fast was the model, how often did it fail?

The reference's value next to a metric is that of as much time (``invocations``,
``predictions_per_second``, ``gaps``) or of as many rows (``error_count``, ``duplicate_ids``) as
production has. Levels on a change are judged under the metric's name with ``_rise`` or ``_drop``,
as a share of the reference's value; ``error_rate_increase`` is the one metric that is a difference,
production's error rate minus the reference's, in points of share. Where a number is subject to
chance its change, or its distance from a level, must be significant; latencies and errors are taken
for independent from row to row, the times of rows are not (see ``_rates``).
"""

from __future__ import annotations

from mmon.analyses import Context, Findings
from mmon.analyses._activity_picture import activity_picture
from mmon.analyses._failures import errors, latencies
from mmon.analyses._operations import APPLICATION, Measured, candidates, settings
from mmon.analyses._traffic import Traffic, traffic
from mmon.config_analyses import SYSTEM_ROLES, Floors, SystemLevels, Thresholds

__all__ = ["APPLICATION", "DEFAULT_LEVELS", "analyse"]

DEFAULT_LEVELS = {
    "error_rate_increase": SystemLevels(max=Thresholds(potential=0.01, detected=0.05)),
    "latency_p95": SystemLevels(max_rise=Thresholds(potential=0.2, detected=0.5)),
    "completeness": SystemLevels(min=Floors(potential=0.95, detected=0.8)),
}
"""What decides when the configuration says nothing: more errors by 1 and 5 points of share, a 95 %
latency that is longer by a fifth and by half, where both sides have these columns; and a twentieth
or a fifth of ``expected_rows`` missing, where that is set. A reference of training samples does not
tell how much traffic there should be, so without ``expected_rows`` the traffic is only told.
"""


def analyse(context: Context) -> Findings:
    """Every metric that the columns allow, and the judged ones."""
    found = Traffic.of(context)
    measured = [*traffic(found), *latencies(context), *errors(found.ref, found.cur)]
    measured += _unmeasured(context, {one.name for one in measured})
    every = [
        candidate
        for one in measured
        for candidate in candidates(context, one, _levels(context, one))
    ]
    drawn = () if context.segment is not None else activity_picture(found)
    return Findings(every, (), drawn)


def _unmeasured(context: Context, names: set[str]) -> list[Measured]:
    """What was to be judged and is not there: a gate that lost its column must not pass."""
    found = []
    for name in settings(context).thresholds:
        role = SYSTEM_ROLES.get(name)
        if name in names:
            continue
        reason = "it cannot be measured here"
        if role is not None:
            column = getattr(context.config.columns, role)
            reason = f"production has no column {column!r}, the {role}"
        elif name == "late_rows":
            reason = "without windows of time no row is late"
        found.append(Measured(name, None, reason=reason))
    return found


def _levels(context: Context, measured: Measured) -> SystemLevels:
    asked = settings(context).thresholds
    if measured.name in asked:
        return asked[measured.name]
    # Whoever sets levels for the error rate need not know that there are two ways to judge it.
    if measured.name == "error_rate_increase" and "error_rate" in asked:
        return SystemLevels()
    default = DEFAULT_LEVELS.get(measured.name, SystemLevels())
    if measured.name == "completeness":
        applies = settings(context).expected_rows is not None and context.segment is None
    else:
        # No share of nothing, or of less, can be told.
        before = measured.reference
        applies = before is not None and (measured.is_change or before > 0.0)
    return default if applies else SystemLevels()
