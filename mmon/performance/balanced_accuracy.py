"""Balanced accuracy: the mean of the classes' recalls."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from mmon.performance import Estimate, Tables
from mmon.performance._class_intervals import share_interval, undefined, variance_or_width
from mmon.performance._class_rates import NO_PAIRS
from mmon.performance._class_tables import classified
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class BalancedAccuracy:
    """The mean recall of the classes that occur.

    Measures
    --------
    The mean, over the classes of the targets, of the share of their rows that was predicted
    right: for two classes, of recall and specificity. It does not depend on how common each
    class is; a guess that ignores the row has 1 / number of classes. The interval
    is Wilson's, for as many rows as would give a proportion the same variance.

    Misleads when
    -------------
    A rare class has as much weight as a common one: with few rows of it, the value is mostly
    its noise, as the interval shows. The decision threshold is judged with the model.

    Options
    -------
    None.

    Example
    -------
    >>> from mmon.profiles.classification import ClassificationTables
    >>> rows = ClassificationTables.of_rows([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0])
    >>> estimate = BalancedAccuracy().estimates(rows)["balanced_accuracy"]
    >>> f"{estimate.value:.3f}", "{:.3f} to {:.3f}".format(*estimate.interval)
    ('0.667', '0.342 to 0.859')

    References
    ----------
    Brodersen et al., *The balanced accuracy and its posterior distribution*, ICPR 2010. Zou and
    Donner, *Construction of confidence limits about effect measures*, Statistics in Medicine
    2008. ``sklearn.metrics.balanced_accuracy_score``.
    """

    name: ClassVar[str] = "balanced_accuracy"
    title: ClassVar[str] = "balanced accuracy"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "higher"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    main: ClassVar[str] = "balanced_accuracy"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The mean recall; undefined while only one class occurs."""
        confusion = classified(tables).confusion
        actual = confusion.sum(axis=1)
        occurs = actual > 0
        size = int(occurs.sum())
        if size < 2:
            return {self.name: undefined("all rows are of one class" if size else NO_PAIRS)}
        hits, rows = confusion.diagonal()[occurs], actual[occurs]
        recall = hits / rows
        value = float(recall.mean())
        # Given the targets, the classes' rows have nothing to do with each other.
        variance = float(np.sum(recall * (1 - recall) / rows)) / size**2
        interval = share_interval(value, variance, size**2 / float(np.sum(1 / rows)))
        return {
            self.name: Estimate(
                value=value,
                interval=interval,
                variance=variance_or_width(variance, interval),
                rows=int(rows.sum()),
            )
        }
