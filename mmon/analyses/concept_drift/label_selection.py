"""Whether the rows of a window that have a label are like those that have none."""

from __future__ import annotations

import numpy as np

from mmon import metrics
from mmon.analyses import Context
from mmon.analyses.concept_drift import LABEL_SELECTION, ConceptDrift
from mmon.analyses.data_drift.distances import Distance
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.profiles.table import ColumnProfile
from mmon.records.arrays import FloatArray, IntArray
from mmon.verdict.finding import Finding

_CELLS = 10
_BY = "total_variation"
# With fewer rows without a label these are no part of the window that could matter.
_FEWEST_UNLABELLED = 0.01

Sides = tuple[str, Counts, Counts]
"""A column, and the rows in its cells without a label and with one."""


def findings(context: Context) -> list[Finding]:
    """How far apart the answers of rows with and without a label are, where there are both."""
    found = [_finding(context, one) for one in _sides(context)]
    # Of several scores the one that tells the most.
    return sorted(found, key=lambda one: one.value or 0.0)[-1:]


def doubt(context: Context) -> str | None:
    """Why what the labels of a window say proves nothing; None where nothing speaks against it."""
    if context.config.analyses.concept_drift is None:
        return None
    for one in findings(context):
        level = one.bound.detected if one.bound.potential is None else one.bound.potential
        p_value = None if level is None else one.evidence.p_value_against(level)
        if p_value is not None and p_value <= context.config.alpha:
            return f"{one.reason}: labels may come sooner for one outcome than for another"
    return None


def _finding(context: Context, sides: Sides) -> Finding:
    column, without, having = sides
    settings, metric = context.settings(ConceptDrift), metrics.load(_BY)
    asked = context.config.levels(column, LABEL_SELECTION.name, settings.thresholds)
    score = metric.score(without, having, with_p_value=False)
    value, interval = score.value, None
    if value is not None:
        value = metric.corrected(value, without, having)
        interval = metric.interval(value, without, having)
    return Finding(
        LABEL_SELECTION,
        value,
        interval=interval,
        evidence=Distance(
            metric=metric,
            ref=without,
            cur=having,
            score=score.value,
            is_tested=True,
            rows=having.n,
        ),
        window=context.window,
        bound=LABEL_SELECTION.bound("max") if asked is None else asked.bound(),
        reason=f"{having.n:,} rows with a label and {without.n:,} without one differ in {column} "
        f"by {value or 0.0:.2f}",
    )


def _sides(context: Context) -> list[Sides]:
    """Both sorts of rows by the answers of the model, of each column that holds them."""
    tables, roles = context.production.performance, context.config.columns
    if tables is None or not 0 < tables.labelled < tables.rows * (1.0 - _FEWEST_UNLABELLED):
        return []
    # Columns, the cells of their values, and the labelled rows in these.
    asked: list[tuple[str | None, FloatArray, IntArray]] = []
    if isinstance(tables, RegressionTables):
        if tables.plane is not None:
            asked.append((roles.prediction, tables.plane.grid.cuts, tables.plane.steps))
    else:
        for one in tables.scores:
            every = Ecdf.merge([one.inside, one.outside])
            edges = _edges(every)
            name = roles.scores.get(one.label, roles.score)
            asked.append((name, edges, _rows(every, edges)))
    found = (
        _in_cells(context.production.column(name or ""), edges, having)
        for name, edges, having in asked
    )
    return [one for one in found if one is not None]


def _edges(labelled: Ecdf) -> FloatArray:
    shares = np.arange(1, _CELLS) / _CELLS
    return np.unique([labelled.quantile(share) for share in shares] if labelled.n else [])


def _in_cells(column: ColumnProfile | None, edges: FloatArray, having: IntArray) -> Sides | None:
    """A column's rows in cells, those with a label taken from all."""
    every = None if column is None else column.distribution
    if column is None or not isinstance(every, Ecdf):
        return None
    # A summary may have a few rows in the next cell.
    without = np.maximum(_rows(every, edges) - having, 0)
    if not having.any() or not without.any():
        return None
    return column.name, _counts(without), _counts(having)


def _counts(rows: IntArray) -> Counts:
    return Counts.from_mapping({f"{cell:03d}": count for cell, count in enumerate(rows.tolist())})


def _rows(side: Ecdf, edges: FloatArray) -> IntArray:
    """Rows in the cells (-inf, e0], (e0, e1], …; those that are kept together, by their mean."""
    mean = side.total / np.maximum(side.mass, 1)
    cell = np.searchsorted(edges, mean, side="left")
    return np.bincount(cell, side.mass, len(edges) + 1).astype(np.int64)
