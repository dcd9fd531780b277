"""Whether the same value of a feature still goes with the same outcome."""

from __future__ import annotations

import functools

import numpy as np

from mmon.analyses import Context
from mmon.analyses.concept_drift import RELATION_DRIFT
from mmon.analyses.concept_drift.mean_changes import change_finding, unmeasured
from mmon.analyses.model_performance.outcome_faults import left_out_unevenly
from mmon.chance.common_change import beyond_common
from mmon.chance.strata import Sums
from mmon.profiles.features.tables import FeatureTable, Layout
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.verdict.finding import Finding

# Of numbers, fewer rows of a bin do not tell how much they differ.
_FEWEST_NUMBERS = 10


def findings(context: Context) -> list[Finding]:
    """One finding for each feature of both sides; nothing without labels on one of them."""
    ref, cur = context.reference.features, context.production.features
    tables = context.reference.performance
    if ref is None or cur is None or tables is None:
        return []
    unit = tables.mae.mean if isinstance(tables, RegressionTables) else None
    classes = tables.classes if isinstance(tables, ClassificationTables) else ()
    after = {table.binning.column: table for table in cur.tables}
    pairs = [(table, after.get(table.binning.column)) for table in ref.tables]
    both = [
        (before, found)
        for before, found in pairs
        if found is not None and before.outcomes.any() and found.outcomes.any()
    ]
    if not both:
        return []
    # Of each feature they are the same.
    before, found = (int(table.outcomes.sum()) for table in both[0])
    uneven = left_out_unevenly(context, [context.production], (before, found))
    if uneven is None:
        return [_finding(context, ref.layout, classes, unit, *pair) for pair in both]
    told = functools.partial(unmeasured, context, RELATION_DRIFT, uneven)
    return [told(column=table.binning.column, is_relative=unit is not None) for table, _ in both]


def _finding(
    context: Context,
    layout: Layout,
    classes: tuple[str, ...],
    unit: float | None,
    ref: FeatureTable,
    cur: FeatureTable,
) -> Finding:
    is_number, column = unit is not None, ref.binning.column
    sides = [_by_class(layout, table, classes) for table in (ref, cur)]
    fewest = _FEWEST_NUMBERS if is_number else 1
    known = {
        name: found
        for name, before in sides[0].items()
        if (after := sides[1].get(name)) is not None
        and (found := beyond_common(before, after, are_counts=not is_number, fewest=fewest))
        and np.isfinite(found.change).all()
    }
    if not known or unit == 0.0:
        reason = "no bin has enough labelled rows of both sides, and of both outcomes"
        if unit == 0.0:
            reason = "the reference's mean absolute error is 0"
        return unmeasured(context, RELATION_DRIFT, reason, column=column, is_relative=is_number)
    return change_finding(context, RELATION_DRIFT, known, unit=unit, column=column)


def _by_class(
    layout: Layout, table: FeatureTable, classes: tuple[str, ...]
) -> dict[str | None, Sums]:
    """One side's sums of the outcome in each bin; of several classes, of each against the rest."""
    rows = table.outcomes.sum(axis=1)
    if len(layout.joint) == 1:
        target, square = table.extra[:, 1], table.extra[:, 2]
        return {None: Sums.of(rows, target, square)}
    joint = table.outcomes.reshape(-1, *layout.joint)
    if len(layout.joint) == 3:
        hits = joint[:, 1].sum(axis=(1, 2))
        return {None: Sums.of(rows, hits, hits)}
    by_class = joint.sum(axis=1)
    return {
        name: Sums.of(rows, by_class[:, code], by_class[:, code])
        for code, name in enumerate(classes[: layout.joint[1] - 1])
    }
