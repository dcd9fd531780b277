"""Accuracy: the share of rows that were predicted right."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._class_intervals import proportion
from mmon.performance._class_rates import NO_PAIRS
from mmon.performance._class_tables import classified
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class Accuracy:
    """The share of rows whose predicted class is the true one.

    Measures
    --------
    Right rows / rows, among rows with both a target and a prediction. The interval is Wilson's,
    and a change is tested exactly, as one of two proportions.

    Misleads when
    -------------
    Classes are unequal: with 1 % positives a model that never says positive has 0.99. It also
    moves when the shares of the classes do, though the model is the same: ``balanced_accuracy``
    does not.

    Options
    -------
    None.

    Example
    -------
    >>> from mmon.profiles.classification import ClassificationTables
    >>> rows = ClassificationTables.of_rows([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0])
    >>> estimate = Accuracy().estimates(rows)["accuracy"]
    >>> f"{estimate.value:.3f}", "{:.3f} to {:.3f}".format(*estimate.interval)
    ('0.667', '0.300 to 0.903')

    References
    ----------
    Wilson, *Probable inference*, JASA 1927. ``sklearn.metrics.accuracy_score``.
    """

    name: ClassVar[str] = "accuracy"
    title: ClassVar[str] = "accuracy"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "higher"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    main: ClassVar[str] = "accuracy"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The share of right rows."""
        confusion = classified(tables).confusion
        right, rows = int(confusion.diagonal().sum()), int(confusion.sum())
        return {self.name: proportion(right, rows, NO_PAIRS)}
