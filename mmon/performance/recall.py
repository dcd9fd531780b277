"""Recall: the share of a class's rows that were found."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._class_rates import rate_estimates
from mmon.performance._class_tables import classified
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class Recall:
    """The share of the positive rows that were predicted to be positive.

    Measures
    --------
    True positives / (true positives + false negatives), also called sensitivity or true
    positive rate: 1 when no positive row was missed. The interval is Wilson's. With several
    classes: of each class against all others, and averaged with equal weights (macro), over all
    rows taken together (micro), and weighted by the classes' rows (weighted). A class for which
    it is undefined counts as 0 in the averages.

    Misleads when
    -------------
    The price is not looked at: a model that calls everything positive has a recall of 1. Read
    it with ``precision``. It depends on the decision threshold, so a changed score distribution
    moves it though the ranking is as good as before.

    Options
    -------
    None.

    Example
    -------
    >>> from mmon.profiles.classification import ClassificationTables
    >>> rows = ClassificationTables.of_rows([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0])
    >>> estimate = Recall().estimates(rows)["recall"]
    >>> f"{estimate.value:.3f}", "{:.3f} to {:.3f}".format(*estimate.interval)
    ('0.667', '0.208 to 0.939')

    References
    ----------
    Wilson, *Probable inference*, JASA 1927. ``sklearn.metrics.recall_score``.
    """

    name: ClassVar[str] = "recall"
    title: ClassVar[str] = "recall"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "higher"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    main: ClassVar[str] = "recall_macro"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The recall; with several classes its averages and that of each class."""
        return rate_estimates("recall", classified(tables))
