"""Whether the rows of a window that have a label are like those that have none."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from mmon import metrics
from mmon.analyses import Context
from mmon.analyses.concept_drift import LABEL_SELECTION, ConceptDrift
from mmon.analyses.data_drift.distances import Distance
from mmon.config.columns import Columns
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.outcomes.class_scores import ClassScores
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.profiles.table import ColumnProfile, Profile
from mmon.records.arrays import FloatArray, IntArray
from mmon.verdict.finding import Finding

_CELLS = 10
_BY = "total_variation"
_ROUNDED = 1e-12
# With fewer rows without a label these are no part of the window that could matter.
_FEWEST_UNLABELLED = 0.01


@dataclasses.dataclass(frozen=True, slots=True)
class _Sides:
    """Rows in the cells of a column, (C,) int64 without a label and with one."""

    without: IntArray
    having: IntArray

    def apart(self) -> FloatArray:
        """(C,) by how much the cells' shares of the labelled rows differ from those of all."""
        every = self.without + self.having
        found: FloatArray = self.having / self.having.sum() - every / every.sum()
        return found

    def usual(self, known: _Sides) -> float:
        """The distance between both sorts of rows that comes of a selection as in the reference.

        With it the labelled rows would be as unlike all rows as they are there; 0 where they lean
        to other answers there.
        """
        if float(known.apart() @ self.apart()) <= 0.0:
            return 0.0
        share = self.without.sum() / (self.without.sum() + self.having.sum())
        return min(float(0.5 * np.abs(known.apart()).sum() / share), 1.0)


@dataclasses.dataclass(frozen=True)
class _Selected(Distance):
    """How likely a distance is so much larger than one that is ``usual`` by chance."""

    usual: float = 0.0

    def p_value(self) -> float | None:
        return self.p_value_against(0.0) if self.usual else super().p_value()

    def p_value_against(self, level: float) -> float | None:
        return super().p_value_against(level + self.usual)

    def is_below(self, level: float) -> bool:
        return super().is_below(level + self.usual)

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        return super().is_found(level + self.usual, alpha, rows)


def findings(context: Context) -> list[Finding]:
    """How far apart the answers of rows with and without a label are, where there are both."""
    known = {}
    if context.reference.performance is not None:
        known = _sides(context, context.reference, _edges(context))
    found = [
        _finding(context, name, one, known.get(name))
        for name, one in _sides(context, context.production, _edges(context)).items()
    ]
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


def _finding(context: Context, name: str, sides: _Sides, known: _Sides | None) -> Finding:
    settings, metric = context.settings(ConceptDrift), metrics.load(_BY)
    asked = context.config.levels(name, LABEL_SELECTION.name, settings.thresholds)
    without, having = _counts(sides.without), _counts(sides.having)
    usual = 0.0 if known is None else sides.usual(known)
    score = metric.score(without, having, with_p_value=False)
    value, interval = score.value, None
    reason = f"{having.n:,} rows with a label and {without.n:,} without one differ in {name}"
    if value is not None:
        value = metric.corrected(value, without, having)
        reason += f" by {value:.2f}"
        interval = metric.interval(value, without, having)
        if usual:
            reason += f", of which {min(usual, value):.2f} as in the reference"
            value = max(value - usual, 0.0)
            interval = interval and (max(interval[0] - usual, 0.0), max(interval[1] - usual, 0.0))
    return Finding(
        LABEL_SELECTION,
        value,
        interval=interval,
        evidence=_Selected(
            metric=metric,
            ref=without,
            cur=having,
            score=score.value,
            is_tested=True,
            rows=having.n,
            usual=usual,
        ),
        window=context.window,
        bound=LABEL_SELECTION.bound("max") if asked is None else asked.bound(),
        reason=reason,
    )


def _edges(context: Context) -> dict[str, FloatArray]:
    """The edges of the cells of each column that holds the model's answers."""
    tables, roles = context.production.performance, context.config.columns
    if isinstance(tables, RegressionTables):
        return {roles.prediction or "": tables.plane.grid.cuts} if tables.plane else {}
    scores = () if tables is None else tables.scores
    return {_name(roles, one): _deciles(Ecdf.merge([one.inside, one.outside])) for one in scores}


def _sides(
    context: Context, profile: Profile, edges: Mapping[str, FloatArray]
) -> dict[str, _Sides]:
    """Both sorts of rows by the answers of the model, of each column that holds them."""
    tables, roles = profile.performance, context.config.columns
    if tables is None or not 0 < tables.labelled < tables.rows * (1.0 - _FEWEST_UNLABELLED):
        return {}
    having: dict[str, IntArray] = {}
    if isinstance(tables, RegressionTables):
        name = roles.prediction or ""
        if tables.plane is not None and name in edges:
            having[name] = tables.plane.steps
    else:
        for one in tables.scores:
            name = _name(roles, one)
            if name in edges:
                having[name] = _rows(Ecdf.merge([one.inside, one.outside]), edges[name])
    found = {
        name: _in_cells(profile.column(name), edges[name], rows) for name, rows in having.items()
    }
    return {name: one for name, one in found.items() if one is not None}


def _name(roles: Columns, one: ClassScores) -> str:
    return roles.scores.get(one.label, roles.score) or ""


def _deciles(labelled: Ecdf) -> FloatArray:
    shares = np.arange(1, _CELLS) / _CELLS
    return np.unique([labelled.quantile(share) for share in shares] if labelled.n else [])


def _in_cells(column: ColumnProfile | None, edges: FloatArray, having: IntArray) -> _Sides | None:
    """A column's rows in cells, those with a label taken from all."""
    every = None if column is None else column.distribution
    if not isinstance(every, Ecdf):
        return None
    # A summary may have a few rows in the next cell.
    without = np.maximum(_rows(every, edges) - having, 0)
    return _Sides(without, having) if having.any() and without.any() else None


def _counts(rows: IntArray) -> Counts:
    return Counts.from_mapping({f"{cell:03d}": count for cell, count in enumerate(rows.tolist())})


def _rows(side: Ecdf, edges: FloatArray) -> IntArray:
    """Rows in the cells (-inf, e0], (e0, e1], …; those that are kept together, by their mean."""
    mean = side.total / np.maximum(side.mass, 1)
    # The mean of equal values is not always equal to them.
    cell = np.searchsorted(edges, mean - _ROUNDED * np.abs(mean), side="left")
    return np.bincount(cell, side.mass, len(edges) + 1).astype(np.int64)
