"""Metrics that are ratios of counts of a confusion matrix, class by class and averaged."""

from __future__ import annotations

import abc
import dataclasses
import itertools
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mmon.performance import Estimate
from mmon.performance._class_intervals import (
    average_variance,
    proportion,
    share_interval,
    undefined,
    variance_or_width,
)
from mmon.performance._class_tables import NO_PAIRS, PerClass, with_enough
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.records.arrays import FloatArray, IntArray

Counts = NDArray[Any]
"""Numbers of rows; shares of one row where it is asked how that moves a rate."""


class Cells(NamedTuple):
    """Rows of a class, arrays of one shape."""

    hits: Counts  # of the class and found
    actual: Counts
    predicted: Counts
    rows: int  # of any class


class OfCounts(PerClass):
    """One rate of every class: a ratio of two sums of cells of the confusion matrix.

    Attributes
    ----------
    why_undefined : str
        What it means that the bottom is 0 for the class {label}, though there are predictions.
    counted : str
        What its basis counts.
    is_right_by_rows : bool
        Whether its mean weighted by the classes' rows is the share of right rows.
    """

    why_undefined: ClassVar[str]
    counted: ClassVar[str] = "rows"
    is_right_by_rows: ClassVar[bool] = False

    def values(self, tables: ClassificationTables) -> Ratios:
        confusion = tables.confusion
        hits, actual, predicted = confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)
        cells = Cells(hits, actual, predicted, int(confusion.sum()))
        return Ratios(self, tables.classes, confusion, *self.parts(cells), self.basis(cells))

    @staticmethod
    @abc.abstractmethod
    def parts(cells: Cells) -> tuple[Counts, Counts]:
        """The top and the bottom of the ratio; linear."""

    def basis(self, cells: Cells) -> Counts:
        """How many rows of a class its rate rests on."""
        return self.parts(cells)[1]

    def of_class(self, top: int, bottom: int, reason: str) -> Estimate:
        """The rate of one class, with Wilson's interval; ``reason`` says why there is none."""
        return proportion(top, bottom, reason)

    def of_all(self, right: Estimate, classes: int) -> Estimate:
        """The rate of all classes' rows taken together, from the share of right rows."""
        del classes
        return right


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Ratios:
    """A rate of C classes, each against all others: ``top / bottom``."""

    rate: OfCounts
    labels: tuple[str, ...]
    confusion: IntArray  # (C, C)
    top: IntArray  # (C,)
    bottom: IntArray  # (C,)
    basis: IntArray  # (C,)

    def one(self, code: int) -> Estimate:
        """The rate of one class."""
        label = self.labels[code] or "the negative class"
        why = self.rate.why_undefined.format(label=label) if self.confusion.any() else NO_PAIRS
        return self.rate.of_class(int(self.top[code]), int(self.bottom[code]), why)

    @property
    def values(self) -> FloatArray:
        """(C,) the rates; 0 where undefined, as in scikit-learn's averages."""
        return self.top / np.maximum(self.bottom, 1)

    def influence(self) -> FloatArray:
        """(C, C, C) by class: how one row of each cell of the confusion matrix moves its rate."""
        size = len(self.labels)
        one = np.eye(size)
        is_hit = one[:, :, None] * one[:, None, :]
        is_actual = np.broadcast_to(one[:, :, None], is_hit.shape)
        is_predicted = np.broadcast_to(one[:, None, :], is_hit.shape)
        top, bottom = self.rate.parts(Cells(is_hit, is_actual, is_predicted, 1))
        scale = np.where(self.bottom > 0, 1 / np.maximum(self.bottom, 1), 0.0)
        return (top - self.values[:, None, None] * bottom) * scale[:, None, None]

    def average(self, *, is_weighted: bool) -> Estimate:
        """The mean over classes that occur, each counted once or by its rows."""
        if is_weighted and self.rate.is_right_by_rows:
            return self.micro()
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
        variance = average_variance(variance, weights[known], terms)
        rested = 1 / float(np.sum(weights[known] ** 2 / self.bottom[known]))
        interval = share_interval(mean, variance, rested)
        lost = [self.labels[code] for code in np.flatnonzero(occurs & (self.bottom == 0))]
        reason = f"counted as 0, being undefined: {', '.join(lost)}" if lost else None
        found = Estimate(
            value=mean,
            interval=interval,
            variance=variance_or_width(variance, interval),
            rows=rows,
            reason=reason,
            classes=frozenset(itertools.compress(self.labels, occurs.tolist())),
        )
        counts = zip(self.labels, self.basis.tolist(), occurs.tolist(), strict=True)
        few = {label: count for label, count, does_occur in counts if does_occur}
        return found if is_weighted else with_enough(found, few, self.rate.counted)

    def micro(self) -> Estimate:
        """The rate of all classes' rows taken together."""
        rows, right = int(self.confusion.sum()), int(self.confusion.diagonal().sum())
        return self.rate.of_all(proportion(right, rows, NO_PAIRS), len(self.labels))
