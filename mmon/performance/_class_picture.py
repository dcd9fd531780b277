"""The drawing of a classifier's performance: curves and confusion matrices of both sides."""

from __future__ import annotations

import numpy as np

from mmon.performance._ranking import Ranking
from mmon.profiles.outcomes.class_scores import CALIBRATION_BINS, CALIBRATION_EDGES, ClassScores
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.records.arrays import FloatArray
from mmon.results import Task
from mmon.results.charts import Curve, PerformancePicture, PerformanceSide

# More lines in one chart cannot be told apart.
_MOST_CURVES = 6
_MOST_POINTS = 200


def class_picture(
    ref: ClassificationTables | None, cur: ClassificationTables, window: int
) -> PerformancePicture:
    """What a report draws of a classifier; both sides are of one task."""
    known = [cur] if ref is None else [ref, cur]
    classes = _classes(known)
    # Both sides show the same classes: those with the most rows in the first side that has scores.
    shown = next((_most_frequent(side) for side in known if side.sums.rows), ())
    return PerformancePicture(
        window=window,
        segment=None,
        task=known[0].task.value,
        classes=classes,
        error_edges=(),
        plane_edges=(),
        reference=_side(ref, classes, shown),
        production=_side(cur, classes, shown),
    )


def _classes(sides: list[ClassificationTables]) -> tuple[str, ...]:
    """Every class of either side, the reference's first."""
    if sides[0].task is not Task.BINARY:
        return tuple(dict.fromkeys(label for side in sides for label in side.classes))
    negative = next((side.classes[0] for side in sides if side.classes[0]), "")
    return negative, sides[0].classes[1]


def _most_frequent(side: ClassificationTables) -> tuple[str, ...]:
    by_rows = sorted(side.scores, key=lambda one: -one.inside.n)
    return tuple(one.label for one in by_rows[:_MOST_CURVES])


def _side(
    tables: ClassificationTables | None, classes: tuple[str, ...], shown: tuple[str, ...]
) -> PerformanceSide | None:
    if tables is None or not tables.labelled:
        return None
    is_binary = tables.task is Task.BINARY
    drawn = tables.scores
    if not is_binary:
        by_label = {one.label: one for one in tables.scores}
        drawn = tuple(by_label[label] for label in shown if label in by_label)
    curves = [curve for one in drawn for curve in _curves(one, None if is_binary else one.label)]
    if tables.score_edges:
        curves = [curve for curve in curves if curve.name != "calibration"]
    place = [0, 1] if is_binary else [classes.index(label) for label in tables.classes]
    confusion = np.zeros((len(classes), len(classes)), dtype=np.int64)
    confusion[np.ix_(place, place)] = tables.confusion
    return PerformanceSide(
        rows=tables.rows,
        labelled=tables.labelled,
        curves=tuple(curves),
        confusion=tuple(map(tuple, confusion.tolist())),
    )


def _curves(scores: ClassScores, label: str | None) -> list[Curve]:
    """The curves of one class; only those that are defined."""
    if not scores.inside.n + scores.outside.n:
        return []
    found = []
    ranking = Ranking.of(scores.inside, scores.outside)
    # From the best score down: the curves start where nothing is called positive.
    hits, misses = ranking.inside_from[::-1], ranking.outside_from[::-1]
    if ranking.m and ranking.n:
        x, y = np.append(0.0, misses / ranking.n), np.append(0.0, hits / ranking.m)
        found.append(_line("roc", label, x, y))
    if ranking.m:
        found.append(_line("precision_recall", label, hits / ranking.m, hits / (hits + misses)))
    found.append(_calibration(scores, label))
    return found


def _line(name: str, label: str | None, x: FloatArray, y: FloatArray) -> Curve:
    """A curve through at most 200 points, evenly spaced along it."""
    if len(x) > _MOST_POINTS:
        way = np.append(0.0, np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y))))
        stops = np.linspace(0.0, way[-1], _MOST_POINTS)
        kept = np.unique(np.searchsorted(way, stops, side="left").clip(max=len(x) - 1))
        x, y = x[kept], y[kept]
    return Curve(name, label, tuple(x.tolist()), tuple(y.tolist()))


def _calibration(scores: ClassScores, label: str | None) -> Curve:
    """Mean score and share of rows of the class, in the bins of the calibration error."""
    rows, total, hits = np.zeros((3, CALIBRATION_BINS))
    for side, is_hit in ((scores.inside, True), (scores.outside, False)):
        cell = np.searchsorted(CALIBRATION_EDGES, side.values, side="left")
        mass = np.bincount(cell, weights=side.mass, minlength=CALIBRATION_BINS)
        rows += mass
        hits += mass * is_hit
        total += np.bincount(cell, weights=side.total, minlength=CALIBRATION_BINS)
    filled = rows > 0
    return Curve(
        "calibration",
        label,
        tuple((total[filled] / rows[filled]).tolist()),
        tuple((hits[filled] / rows[filled]).tolist()),
        tuple(rows[filled].astype(int).tolist()),
    )
