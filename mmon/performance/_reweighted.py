"""Metrics of labelled rows that count for as many rows as their weights say."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping

import numpy as np

from mmon.chance.proportions import Z
from mmon.performance import PLAIN, Estimate, PerformanceMetric, Tables, Variant, WeightedRows
from mmon.performance._expected import SCALE, expected_tables
from mmon.performance._weighted import scored_classes
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.outcomes import GROUPS
from mmon.records.arrays import FloatArray
from mmon.results import Task

Values = Mapping[Variant, Estimate]


def reweighted(metric: PerformanceMetric, rows: WeightedRows, like: Tables) -> Values:
    """The values of a metric of weighted rows, with the interval of the jackknife by groups.

    References
    ----------
    Efron and Stein, *The jackknife estimate of variance*, Annals of Statistics 1981.
    """
    told = _told_by(metric, rows, like)
    whole, left_out = told(rows.weights), []
    for one in range(GROUPS):
        weights = np.where(rows.outcome.group == one, 0.0, rows.weights)
        if 0.0 < weights.sum() < rows.weights.sum():
            left_out.append(told(weights))
    return {
        variant: _estimate(metric, rows, one, [part.get(variant) for part in left_out])
        for variant, one in whole.items()
    }


def _told_by(
    metric: PerformanceMetric, rows: WeightedRows, like: Tables
) -> Callable[[FloatArray], Values]:
    """What a metric is of the rows with any weights."""
    if isinstance(like, ClassificationTables):
        return lambda weights: metric.by_variant(_tables(rows, weights, like))
    with np.errstate(over="ignore", invalid="ignore"):
        errors = np.abs(np.asarray(rows.outcome.prediction - rows.outcome.target, np.float64))
        losses = errors if metric.name == "mae" else errors**2
    is_used = np.isfinite(losses)

    def mean(weights: FloatArray) -> Values:
        if not (weights[is_used] > 0.0).any():
            return {PLAIN: Estimate(None, reason="no labelled row can be used")}
        value = float(np.average(losses[is_used], weights=weights[is_used]))
        return {PLAIN: Estimate(math.sqrt(value) if metric.name == "rmse" else value)}

    return mean


def _estimate(
    metric: PerformanceMetric, rows: WeightedRows, one: Estimate, left_out: list[Estimate | None]
) -> Estimate:
    """A value, and its interval from what it is without each group of rows."""
    if one.value is None:
        return Estimate(None, reason=one.reason)
    known = [part.value for part in left_out if part is not None and part.value is not None]
    found = Estimate(one.value, rows=int(rows.effective), reason=one.reason)
    if len(known) < 2:
        return found
    variance = (len(known) - 1) * float(np.var(known))
    half, (low, high) = Z * math.sqrt(variance), metric.bounds
    interval = max(one.value - half, low), min(one.value + half, high)
    return dataclasses.replace(found, interval=interval, variance=variance)


def _tables(
    rows: WeightedRows, weights: FloatArray, like: ClassificationTables
) -> ClassificationTables:
    """The tables of `SCALE` times as many rows as the weights say."""
    classes = scored_classes(dataclasses.replace(rows, weights=weights), like)
    tables = dataclasses.replace(like, scores=())
    if classes:
        tables = expected_tables([one.came_true() for one in classes], like)
    confusion = np.rint(SCALE * _confusion(rows, weights, like)).astype(np.int64)
    total = round(float(weights.sum()) * SCALE)
    return dataclasses.replace(tables, rows=total, labelled=total, confusion=confusion)


def _confusion(rows: WeightedRows, weights: FloatArray, like: ClassificationTables) -> FloatArray:
    """(C, C) weighted rows by class and answer, in the order of ``like``."""
    outcome, size = rows.outcome, len(like.classes)
    target, answer = (one.astype(np.int64) for one in (outcome.target, outcome.prediction))
    if like.task is not Task.BINARY:
        known = {label: code for code, label in enumerate(like.classes)}
        # The last one is that of unknown classes, whose code is -1.
        codes = np.array([*(known.get(label, -1) for label in outcome.classes), -1])
        target, answer = codes[target], codes[answer]
    is_both = (target >= 0) & (answer >= 0)
    cells = target[is_both] * size + answer[is_both]
    counts = np.bincount(cells, weights[is_both], size * size)
    return counts.reshape(size, size).astype(np.float64)
