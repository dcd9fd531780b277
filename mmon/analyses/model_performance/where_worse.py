"""Where performance changed: by the bins of each feature, and in the segments that got worse."""

from __future__ import annotations

import numpy as np

from mmon.analyses import Context, Findings
from mmon.analyses.model_performance import (
    PAIRED_FEATURES,
    SAMPLE_ROWS,
    SEGMENTS_TESTED,
    WORSE_SEGMENT,
    ModelPerformance,
)
from mmon.analyses.model_performance.gating import is_gating
from mmon.analyses.model_performance.parts_of_change import contribution
from mmon.profiles.features.tables import FeatureTables
from mmon.results import Metric, Task
from mmon.segments import (
    Found,
    Side,
    WorseSegment,
    contributions,
    feature_bins,
    segment_words,
    worse_segments,
)
from mmon.verdict.evidence import Settled
from mmon.verdict.finding import Finding

# The newest windows, in which pairs of features are tried.
_PAIRED = 12


def where_worse(context: Context, task: Task) -> Findings:
    """Feature-level performance of a window, and the segments that got worse."""
    cur = context.production.features
    if cur is None or not cur.tables:
        return Findings()
    ref = context.reference.features
    if ref is not None:
        ref, cur = _of_both(ref, cur)
    bins = feature_bins(ref, cur, window=context.window)
    metrics = [
        Metric(contribution(one.metric, part), value, context.window, column=one.column)
        for one in contributions(bins)
        for part, value in one.parts
    ]
    if ref is None:
        return Findings(metrics=metrics, drawings=bins)
    found = worse_segments(*_sides(context, task, ref, cur), task=task, alpha=context.config.alpha)
    metrics.append(Metric(SEGMENTS_TESTED, float(found.tested), context.window))
    if found.paired < found.features:
        metrics.append(Metric(PAIRED_FEATURES, float(found.paired), context.window))
    if found.is_partial:
        metrics += [
            Metric(quantity, float(rows), context.window)
            for quantity, rows in zip(SAMPLE_ROWS, found.sample_rows, strict=True)
        ]
    unit = _mean_loss(ref)
    named = [_named(context, task, one, unit, found) for one in found.segments]
    return Findings([*named, *_unsearched(context, task)], metrics, bins)


def _of_both(ref: FeatureTables, cur: FeatureTables) -> tuple[FeatureTables, FeatureTables]:
    """The features that both sides have, in the reference's order."""
    there = {table.binning.column for table in cur.tables}
    names = [t.binning.column for t in ref.tables if t.binning.column in there]
    return _chosen(ref, names), _chosen(cur, names)


def _chosen(tables: FeatureTables, names: list[str]) -> FeatureTables:
    places = {table.binning.column: index for index, table in enumerate(tables.tables)}
    return tables.only([places[name] for name in names])


def _sides(
    context: Context, task: Task, ref: FeatureTables, cur: FeatureTables
) -> tuple[Side, Side]:
    """What is searched; of a sample on one side alone nothing is told."""
    sides = context.reference, context.production
    single = {c.name for side in sides for c in side.columns if c.dtype == "Float32"}
    # Of classes only pairs of features need rows, and take long.
    is_needed = context.later < _PAIRED or task is Task.REGRESSION
    samples = (context.samples if is_needed else None) or (None, None)
    return Side.of(ref, samples[0], single), Side.of(cur, samples[1], single)


def _mean_loss(ref: FeatureTables) -> float:
    """The reference's mean absolute error; 1 for classes, whose rates are points already."""
    if "mae" not in ref.layout.losses:
        return 1.0
    table = ref.tables[0]
    rows = int(table.outcomes.sum())
    total = float(np.sum(table.sums[:, ref.layout.losses.index("mae")]))
    return total / rows if rows and total else 1.0


def _unsearched(context: Context, task: Task) -> list[Finding]:
    """That segments are not searched, or no pairs of features, where rows are not kept."""
    if context.lacks_rows is None:
        return []
    what = "segments" if task is Task.REGRESSION else "pairs of features"
    reason = f"{what} were not searched: {context.lacks_rows}"
    return [Finding(WORSE_SEGMENT, None, window=context.window, reason=reason)]


def _named(
    context: Context, task: Task, segment: WorseSegment, unit: float, found: Found
) -> Finding:
    loss = "mae" if task is Task.REGRESSION else "error rate"
    words = segment_words(segment, loss)
    if found.is_partial and (segment.depth > 1 or task is Task.REGRESSION):
        words += f" (of a sample of {found.sample_rows[0]:,} and {found.sample_rows[1]:,} rows)"
    return Finding(
        WORSE_SEGMENT,
        segment.excess / unit,
        reference_value=segment.reference_value,
        evidence=Settled(p=segment.p_value, q=segment.q_value, rows=segment.rows),
        aspect="increase",
        relative=task is Task.REGRESSION,
        window=context.window,
        segment=segment.label,
        bound=context.settings(ModelPerformance).worse_segments.bound(),
        gating=is_gating(context),
        reason=words,
    )
