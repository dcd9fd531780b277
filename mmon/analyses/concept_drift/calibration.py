"""Whether the same score, or the same prediction, still means the same outcome."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon import performance
from mmon.analyses import Context, Findings
from mmon.analyses.concept_drift import CALIBRATION_DRIFT
from mmon.analyses.concept_drift.mean_changes import change_finding, unmeasured, worst_class
from mmon.analyses.model_performance.outcome_faults import (
    left_out_unevenly,
    too_many_faults,
    with_target,
)
from mmon.chance.proportions import Z
from mmon.chance.strata import Strata, Sums
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.outcomes.class_scores import ClassScores
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.error_plane import Plane
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.profiles.table import Performance, Profile
from mmon.records.arrays import FloatArray
from mmon.results import Task
from mmon.results.charts import MeaningPicture

# Cells of about equally many rows of production.
_CELLS = 10
# Rows of either outcome that a cell has on either side, had nothing changed; of numbers, rows.
_FEWEST_HITS, _FEWEST_ROWS = 5.0, 20.0

Cells = dict[str | None, tuple[Sums, Sums]]
"""Both sides' sums in the cells of each class's score; of None where there is only one."""


def meaning(context: Context) -> Findings:
    """What the scores of a window mean, against the reference's; nothing without tables."""
    cur, ref = context.production.performance, context.reference.performance
    if cur is None or ref is None or (isinstance(cur, ClassificationTables) and not _scored(ref)):
        return Findings()
    is_number = isinstance(ref, RegressionTables)
    if not ref.labelled or not cur.labelled:
        side = "production" if ref.labelled else "the reference"
        told = with_target(context.production if ref.labelled else context.reference)
        reason = f"no row of {side} has a label{' that can be used' if told else ''}"
        return Findings([unmeasured(context, CALIBRATION_DRIFT, reason, is_judged=False)])
    why = _why_unusable(context, ref, cur)
    if why is not None:
        return Findings([unmeasured(context, CALIBRATION_DRIFT, why, is_relative=is_number)])
    cells = score_cells(ref, cur)
    strata = {label: Strata.of(*pair, are_counts=not is_number) for label, pair in cells.items()}
    known = {label: one for label, one in strata.items() if one is not None}
    unit = ref.mae.mean if isinstance(ref, RegressionTables) else None
    if not known or not all(np.isfinite(one.change).all() for one in known.values()):
        reason = "no score of production is near one of the reference"
        return Findings([unmeasured(context, CALIBRATION_DRIFT, reason, is_relative=is_number)])
    found, worst = change_finding(context, CALIBRATION_DRIFT, known, unit=unit), worst_class(known)
    drawn = _drawn(context.window, worst, cells[worst][1], known[worst], is_number=is_number)
    return Findings([found], drawings=[drawn] if context.segment is None else [])


def score_cells(ref: Performance, cur: Performance) -> Cells:
    """Both sides' sums in the cells of production's scores, or the steps of predictions."""
    if isinstance(ref, RegressionTables) and isinstance(cur, RegressionTables):
        if ref.plane is None or cur.plane is None:
            return {}
        return {None: joined(_of_plane(ref.plane), _of_plane(cur.plane), are_counts=False)}
    if not isinstance(ref, ClassificationTables) or not isinstance(cur, ClassificationTables):
        return {}
    before = {one.label: one for one in ref.scores}
    return {
        None if ref.task is Task.BINARY else one.label: _of_scores(before[one.label], one)
        for one in cur.scores
        if one.label in before
    }


def _drawn(
    window: int, label: str | None, cur: Sums, strata: Strata, *, is_number: bool
) -> MeaningPicture:
    """The mean outcome of both sides at production's scores."""
    rows = cur.rows[strata.cells]
    score, outcome = cur.covariate[strata.cells] / rows, cur.outcome[strata.cells] / rows
    # Of a regression these are errors.
    outcome = outcome + score if is_number else outcome
    before, after = (Z * np.sqrt(one) for one in (strata.ref, strata.cur))
    return MeaningPicture(
        window=window,
        label=label,
        is_number=is_number,
        scores=tuple(score.tolist()),
        reference=tuple((outcome - strata.change).tolist()),
        production=tuple(outcome.tolist()),
        reference_half=tuple(before.tolist()),
        production_half=tuple(after.tolist()),
        rows=tuple(rows.astype(int).tolist()),
    )


def _scored(tables: Performance) -> bool:
    return isinstance(tables, ClassificationTables) and tables.has_scores


def _why_unusable(context: Context, ref: Performance, cur: Performance) -> str | None:
    """Why the scores of a side say nothing; None where they do."""
    if isinstance(ref, RegressionTables) and not ref.mae.mean > 0.0:
        return "the reference's mean absolute error is 0"
    sides: tuple[tuple[str, Profile, Performance], ...] = (
        ("the reference", context.reference, ref),
        ("production", context.production, cur),
    )
    metric = performance.load("mae" if isinstance(ref, RegressionTables) else "roc_auc")
    rows = []
    for name, side, tables in sides:
        used = tables.used if isinstance(tables, RegressionTables) else tables.sums.rows
        if not used:
            return f"no labelled row of {name} has a usable answer"
        faults = too_many_faults(context, side, tables, metric)
        if faults is not None:
            return faults
        rows.append(used)
    return left_out_unevenly(context, [context.production], (rows[0], rows[1]))


def _of_plane(plane: Plane) -> Sums:
    """Errors by step of the prediction: at the same one they differ as the targets do."""
    with np.errstate(invalid="ignore"):
        error = plane.target_sums - plane.prediction_sums
    sums = Sums.of(plane.steps, error, plane.error_squares)
    return dataclasses.replace(sums, covariate=plane.prediction_sums)


def _of_scores(ref: ClassScores, cur: ClassScores) -> tuple[Sums, Sums]:
    every = Ecdf.merge([cur.inside, cur.outside])
    shares = np.arange(1, _CELLS) / _CELLS
    edges = np.unique([every.quantile(share) for share in shares] if every.n else [])
    return joined(_in_cells(ref, edges), _in_cells(cur, edges), are_counts=True)


def _in_cells(scores: ClassScores, edges: FloatArray) -> Sums:
    """Sums over the rows of one side in cells (-inf, e0], (e0, e1], …; a hit is a row of the class.

    Rows that are kept together count where their mean is.
    """
    parts = []
    for side, hit in ((scores.inside, 1.0), (scores.outside, 0.0)):
        mean = side.total / np.maximum(side.mass, 1)
        cell, mass = np.searchsorted(edges, mean, side="left"), side.mass.astype(np.float64)
        sums = (mass, hit * mass, hit * mass, side.total, side.total * mean, hit * side.total)
        parts.append(
            Sums(*(np.bincount(cell, one, len(edges) + 1).astype(np.float64) for one in sums))
        )
    return parts[0].plus(parts[1])


def joined(ref: Sums, cur: Sums, *, are_counts: bool) -> tuple[Sums, Sums]:
    """The same cells, each joined with those that follow it until there are enough rows in it."""
    every = ref.plus(cur)
    first: list[int] = []
    start = 0
    for past in range(1, len(every.rows) + 1):
        own = slice(start, past)
        n, m = ref.rows[own].sum(), cur.rows[own].sum()
        fewest, least = min(n, m), _FEWEST_ROWS
        if are_counts:
            hits = every.outcome[own].sum()
            fewest, least = min(n, m) * min(hits, n + m - hits) / max(n + m, 1.0), _FEWEST_HITS
        if fewest >= least:
            first.append(start)
            start = past
    # What is left over at the end goes with the last one.
    places = np.array(first or [0])
    return ref.runs(places), cur.runs(places)
