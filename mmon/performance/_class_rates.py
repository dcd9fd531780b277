"""Metrics that are ratios of counts of a confusion matrix, class by class and averaged."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mmon.performance import Estimate
from mmon.performance._class_intervals import (
    average_interval,
    proportion,
    undefined,
    variance_or_width,
    wilson,
)
from mmon.profiles.classification import ClassificationTables
from mmon.results import Task

_FloatArray = NDArray[np.float64]
_IntArray = NDArray[np.int64]

Rate = Literal["recall", "precision", "specificity", "f1"]

NO_PAIRS = "no row has both a target and a prediction"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Ratios:
    """One rate of every class: ``top / bottom``, both sums of cells of the confusion matrix.

    Attributes
    ----------
    rate : str
    labels : tuple of str
        (C,)
    confusion : (C, C) int64
    top, bottom : (C,) int64
    """

    rate: Rate
    labels: tuple[str, ...]
    confusion: _IntArray
    top: _IntArray
    bottom: _IntArray

    @classmethod
    def of(cls, rate: Rate, tables: ClassificationTables) -> Ratios:
        """The rate of each class against all others."""
        confusion = tables.confusion
        hits, actual, predicted = confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)
        rows = int(confusion.sum())
        top, bottom = {
            "recall": (hits, actual),
            "precision": (hits, predicted),
            "specificity": (rows - actual - predicted + hits, rows - actual),
            "f1": (2 * hits, actual + predicted),
        }[rate]
        return cls(rate, tables.classes, confusion, top, bottom)

    def one(self, code: int) -> Estimate:
        """The rate of one class, with Wilson's interval."""
        top, bottom = int(self.top[code]), int(self.bottom[code])
        if self.rate != "f1":
            return proportion(top, bottom, self._why_undefined(code))
        if not bottom:
            return undefined(self._why_undefined(code))
        value = top / bottom
        # F1 = 2J / (1 + J), where J, hits among rows that are or are said to be of the class, is a
        # proportion; hence its interval and variance.
        jaccard, rows = value / (2 - value), bottom - top // 2
        low, high = wilson(top // 2, rows)
        interval = 2 * low / (1 + low), 2 * high / (1 + high)
        variance = jaccard * (1 - jaccard) / rows * (2 / (1 + jaccard) ** 2) ** 2
        return Estimate(value, interval, variance_or_width(variance, interval), rows)

    def _why_undefined(self, code: int) -> str:
        label = self.labels[code] or "the negative class"
        if not self.confusion.any():
            return NO_PAIRS
        return {
            "recall": f"no row is of class {label}",
            "precision": f"no row was predicted to be of class {label}",
            "specificity": f"all rows are of class {label}",
            "f1": f"no row is of class {label}, nor predicted to be",
        }[self.rate]

    @property
    def values(self) -> _FloatArray:
        """(C,) the rates; 0 where undefined, as in scikit-learn's averages."""
        return self.top / np.maximum(self.bottom, 1)

    def influence(self) -> _FloatArray:
        """(C, C, C) by class: how one row of each cell of the confusion matrix moves its rate."""
        size = len(self.labels)
        one = np.eye(size)
        is_hit = one[:, :, None] * one[:, None, :]
        is_actual = np.broadcast_to(one[:, :, None], is_hit.shape)
        is_predicted = np.broadcast_to(one[:, None, :], is_hit.shape)
        top, bottom = {
            "recall": (is_hit, is_actual),
            "precision": (is_hit, is_predicted),
            "specificity": ((1 - is_actual) * (1 - is_predicted), 1 - is_actual),
            "f1": (2 * is_hit, is_actual + is_predicted),
        }[self.rate]
        scale = np.where(self.bottom > 0, 1 / np.maximum(self.bottom, 1), 0.0)
        moved: _FloatArray = (top - self.values[:, None, None] * bottom) * scale[:, None, None]
        return moved

    def average(self, *, is_weighted: bool) -> Estimate:
        """The mean over classes that occur, each counted once or by its rows."""
        rows = int(self.confusion.sum())
        if not rows:
            return undefined(NO_PAIRS)
        actual = self.confusion.sum(axis=1)
        occurs = (actual + self.confusion.sum(axis=0)) > 0
        weights = actual / rows if is_weighted else occurs / occurs.sum()
        values = self.values
        mean = float(weights @ values)
        moved = weights @ self.influence().reshape(len(values), -1)
        if is_weighted:
            # The weights are estimates, too.
            moved = moved + np.repeat(values - mean, len(values)) / rows
        variance = float(self.confusion.ravel() @ moved**2)
        known = (self.bottom > 0) & (weights > 0)
        if not known.any():
            return undefined("there is one class only")
        terms = [self.one(code) for code in np.flatnonzero(known).tolist()]
        interval = average_interval(mean, variance, weights[known], terms, self.bottom[known])
        lost = [self.labels[code] for code in np.flatnonzero(occurs & (self.bottom == 0))]
        reason = f"counted as 0, being undefined: {', '.join(lost)}" if lost else None
        return Estimate(
            value=mean,
            interval=interval,
            variance=variance_or_width(variance, interval),
            rows=rows,
            reason=reason,
        )

    def micro(self) -> Estimate:
        """The rate of all classes' rows taken together."""
        rows = int(self.confusion.sum())
        right = int(self.confusion.diagonal().sum())
        if self.rate != "specificity":
            return proportion(right, rows, NO_PAIRS)
        others = len(self.labels) - 1
        if not rows or not others:
            return undefined(NO_PAIRS if not rows else "there is one class only")
        low, high = wilson(right, rows)
        share = right / rows
        variance = share * (1 - share) / rows / others**2
        interval = 1 - (1 - low) / others, 1 - (1 - high) / others
        value = 1 - (1 - share) / others
        return Estimate(value, interval, variance_or_width(variance, interval), rows)


def rate_estimates(rate: Rate, tables: ClassificationTables) -> Mapping[str, Estimate]:
    """A rate by full name: of the positive class, or averaged and class by class."""
    ratios = Ratios.of(rate, tables)
    if tables.task is Task.BINARY:
        return {rate: ratios.one(1)}
    return {
        f"{rate}_macro": ratios.average(is_weighted=False),
        f"{rate}_micro": ratios.micro(),
        # Recalls weighted by the classes' rows are the share of right rows.
        f"{rate}_weighted": ratios.micro()
        if rate == "recall"
        else ratios.average(is_weighted=True),
        **{f"{rate}:{label}": ratios.one(code) for code, label in enumerate(tables.classes)},
    }
