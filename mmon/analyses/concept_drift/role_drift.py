"""How far the target, the prediction and the score moved: the drift that is not of a feature."""

from __future__ import annotations

import dataclasses

from mmon import metrics
from mmon.analyses import Context
from mmon.analyses.concept_drift import ROLES, ConceptDrift
from mmon.analyses.concept_drift.class_shares import class_ratio, levels_of_ratio
from mmon.analyses.data_drift import DataDrift, distances
from mmon.profiles.table import ColumnProfile
from mmon.verdict.finding import Finding


def findings(context: Context) -> list[Finding]:
    """One finding for each column of the outcome that is tested on both sides, and its classes'."""
    roles = context.config.columns.outcome
    compared = [
        (ref, cur)
        for ref, cur in context.pairs()
        if ref.name in roles and cur is not None and ref.is_tested and cur.is_tested
    ]
    ratios = (class_ratio(context, *pair, levels_of_ratio(context, pair[0])) for pair in compared)
    drifted = [_finding(context, roles[ref.name], ref, cur) for ref, cur in compared]
    return [*drifted, *(one for one in ratios if one is not None)]


def _finding(context: Context, role: str, ref: ColumnProfile, cur: ColumnProfile) -> Finding:
    quantity, settings = ROLES[role], context.settings(ConceptDrift)
    metric = _metric(context, ref)
    asked = context.config.levels(ref.name, quantity.name, settings.thresholds)
    found = distances.drift(context, metric, ref, cur, None if asked is None else asked.bound())
    reason = found.reason
    if role == "target" and found.value is None and not cur.presence.present and cur.presence.rows:
        reason = "no label yet"
    if reason is None and metric.name != DataDrift().usual:
        reason = f"by {metric.name}"
    return dataclasses.replace(
        found,
        quantity=quantity,
        gating=not found.bound.is_empty and settings.gate == "any",
        reason=reason,
    )


def _metric(context: Context, column: ColumnProfile) -> metrics.Metric:
    """The metric that decides for the column as for a feature; the usual one where none does."""
    settings = context.settings(DataDrift)
    usual = settings.usual
    known = (
        n for n in (usual, *settings.thresholds) if column.kind in metrics.metric_class(n).kinds
    )
    able = list(known)
    deciding = (name for name in able if not distances.levels(context, name, column).is_empty)
    name = next(deciding, able[0] if able else usual)
    return metrics.load(name, settings.options.get(name))
