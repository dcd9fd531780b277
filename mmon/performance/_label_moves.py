"""How one more row of a class, at a score, moves each metric: what estimates are uncertain by."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from mmon.performance import PerformanceMetric, Variant
from mmon.performance._class_curves import Areas
from mmon.performance._class_tables import PerClass
from mmon.performance._expected import SCALE, ExpectedScores, expected_confusion, losses
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.records.arrays import FloatArray, IntArray
from mmon.results import Task

# Of the rows of a class by which counts are changed to see what that does.
_STEP = 1e-3


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """How the labels of single rows move a value.

    Attributes
    ----------
    by_class : sequence of (K,) float64
        By class and score: by how much the value grows when a row is of the class, and was not.
    of_answers : callable or None
        Of a metric of answers to several classes: the (n,) variances that rows said to be of a
        class have, by the (n,) chances that they are. None where classes move it one by one.
    """

    by_class: Sequence[FloatArray]
    of_answers: Callable[[int, FloatArray], FloatArray] | None = None


def is_estimable(metric: PerformanceMetric | type[PerformanceMetric]) -> bool:
    """Whether a metric follows from the chances of rows; so does no calibration error."""
    if Task.REGRESSION in metric.tasks:
        return False
    if metric.reads == "scores":
        return issubclass(metric if isinstance(metric, type) else type(metric), PerClass)
    return metric.reads == "answers" or losses(metric.name, Task.BINARY, np.empty(0)) is not None


def label_moves(
    metric: PerformanceMetric,
    tables: ClassificationTables,
    classes: Sequence[ExpectedScores],
    taken: Sequence[Step],
) -> Callable[[Variant], Moves]:
    """How labels move each value of a metric, of the tables that are expected, by `steps`."""
    if metric.reads == "probabilities":
        rows = float(classes[0].rows.sum())
        found = (losses(metric.name, tables.task, one.values) for one in classes)
        moves = Moves([moved[1] / rows for moved in found if moved is not None])
        return lambda _: moves
    if metric.reads == "answers":
        slopes = _slopes(metric, tables, taken)
        return lambda variant: _of_counts(slopes[variant], tables, classes)
    assert isinstance(metric, PerClass)  # noqa: S101 - else it is not estimable
    areas = metric.values(tables)
    assert isinstance(areas, Areas)  # noqa: S101 - what reads scores has areas

    def of_curves(variant: Variant) -> Moves:
        moved = areas.label_moves(variant.average, variant.label)
        return Moves([SCALE * moved(place, one.values) for place, one in enumerate(classes)])

    return of_curves


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A confusion matrix with some more right rows (0), or rows of a class (1), of one class."""

    at: tuple[int, int]
    rows: float
    confusion: IntArray


def steps(classes: Sequence[ExpectedScores]) -> tuple[Step, ...]:
    """A small step of each kind from what is expected; the same ones do for every metric."""
    sums = np.array([[one.hits for one in classes], [one.actual for one in classes]])
    found = []
    for kind, place in np.ndindex(*sums.shape):
        one = classes[place]
        rows = float(one.rows[: one.answered if kind else one.said].sum())
        # Towards the middle: beyond its ends there is nothing to count.
        step = _STEP * rows if sums[kind, place] < rows / 2 else -_STEP * rows
        if step:
            changed = sums.copy()
            changed[kind, place] += step
            found.append(Step((kind, place), step, expected_confusion(classes, *changed)))
    return tuple(found)


def _slopes(
    metric: PerformanceMetric, tables: ClassificationTables, taken: Sequence[Step]
) -> Mapping[Variant, FloatArray]:
    """(2, C) by how much one more right row, and one more row of a class, moves each value."""
    base = metric.by_variant(tables)
    slopes = {variant: np.zeros((2, len(tables.scores))) for variant in base}
    for step in taken:
        changed = metric.by_variant(dataclasses.replace(tables, confusion=step.confusion))
        for variant, one in changed.items():
            difference = (one.value or 0.0) - (base[variant].value or 0.0)
            slopes[variant][step.at] = difference / step.rows
    return slopes


def _of_counts(
    slopes: FloatArray, tables: ClassificationTables, classes: Sequence[ExpectedScores]
) -> Moves:
    """Of a value of the confusion matrix, with what `_slopes` says of it."""
    by_hits, by_actual = slopes
    by_class = [
        one.constant(by_hits[place] + by_actual[place], by_actual[place])
        for place, one in enumerate(classes)
    ]
    if len(classes) == 1:
        return Moves(by_class)
    confusion = tables.confusion.astype(np.float64)
    np.fill_diagonal(confusion, 0.0)
    others = confusion / np.maximum(confusion.sum(axis=0), 1e-300)
    first, second = by_actual @ others, by_actual**2 @ others

    def variances(place: int, chances: FloatArray) -> FloatArray:
        right = by_hits[place] + by_actual[place]
        mean = chances * right + (1.0 - chances) * first[place]
        squares = chances * right**2 + (1.0 - chances) * second[place]
        return np.asarray(np.maximum(squares - mean**2, 0.0))

    return Moves(by_class, variances)
