"""Where performance changed: by the bins of each feature, and in the segments that got worse."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.analyses import Context, Findings
from mmon.analyses._drops import APPLICATION, is_gating
from mmon.candidate import Candidate
from mmon.config_analyses import ModelPerformance
from mmon.profiles.features import FeatureTables
from mmon.results import Metric, ResultKind, Score, Task
from mmon.segments import (
    Found,
    WorseSegment,
    contributions,
    feature_bins,
    segment_words,
    worse_segments,
)


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
        Metric(APPLICATION, f"{one.metric}_{part}", value, context.window, column=one.column)
        for one in contributions(bins)
        for part, value in (("mix", one.mix), ("rate", one.rate))
    ]
    if ref is None:
        return Findings(metrics=metrics, drawings=bins)
    found = worse_segments(ref, cur, task=task, alpha=context.config.alpha)
    metrics.append(Metric(APPLICATION, "segments_tested", float(found.tested), context.window))
    if found.is_partial:
        metrics += [
            Metric(APPLICATION, f"segments_{side}_sample_rows", float(rows), context.window)
            for side, rows in zip(("reference", "production"), found.sample_rows, strict=True)
        ]
    unit = _mean_loss(ref)
    candidates = [_named(context, task, one, unit, found) for one in found.segments]
    return Findings(candidates, metrics, bins)


def _of_both(ref: FeatureTables, cur: FeatureTables) -> tuple[FeatureTables, FeatureTables]:
    """The features that both sides have, in the reference's order."""
    there = {table.binning.column for table in cur.tables}
    names = [t.binning.column for t in ref.tables if t.binning.column in there]
    return _chosen(ref, names), _chosen(cur, names)


def _chosen(tables: FeatureTables, names: list[str]) -> FeatureTables:
    places = {table.binning.column: index for index, table in enumerate(tables.tables)}
    kept = [places[name] for name in names]
    sample = tables.sample
    return dataclasses.replace(
        tables,
        tables=tuple(tables.tables[index] for index in kept),
        sample=sample and dataclasses.replace(sample, bins=sample.bins[:, kept]),
    )


def _mean_loss(ref: FeatureTables) -> float:
    """The reference's mean absolute error; 1 for classes, whose rates are points already."""
    if "mae" not in ref.layout.losses:
        return 1.0
    table = ref.tables[0]
    rows = int(table.outcomes.sum())
    total = float(np.sum(table.sums[:, ref.layout.losses.index("mae")]))
    return total / rows if rows and total else 1.0


def _named(
    context: Context, task: Task, segment: WorseSegment, unit: float, found: Found
) -> Candidate:
    settings = context.config.analyses.model_performance or ModelPerformance()
    loss = "mae" if task is Task.REGRESSION else "error rate"
    words = segment_words(segment, loss).removeprefix(f"{segment.label}: ")
    if found.is_partial and (segment.depth > 1 or task is Task.REGRESSION):
        words += f" (of a sample of {found.sample_rows[0]:,} and {found.sample_rows[1]:,} rows)"
    return Candidate(
        application=APPLICATION,
        kind=ResultKind.MODEL_PERFORMANCE,
        name="worse_segment",
        score=Score(segment.excess / unit, p_value=segment.p_value),
        thresholds=settings.worse_segments,
        rows=segment.rows,
        window=context.window,
        segment=segment.label,
        reference_value=segment.reference_value,
        q_value=segment.q_value,
        noun="labelled rows",
        gating=is_gating(context),
        is_signed=True,
        reason=words,
    )
