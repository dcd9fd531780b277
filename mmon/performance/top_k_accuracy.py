"""Top-k accuracy: how often the true class is among the k best-scored ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from mmon.performance import Estimate, PerformanceMetric, Tables, Variant
from mmon.performance._class_intervals import proportion, undefined
from mmon.performance._class_tables import classified, why_no_scores
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.results import Task


@dataclasses.dataclass(frozen=True)
class TopKAccuracy(PerformanceMetric):
    """The share of rows whose true class is among the k best-scored classes.

    Measures
    --------
    For several classes with scores. Among equal scores the class whose label comes last is
    taken first, as in scikit-learn. Full names tell k: ``top_2_accuracy``, ``top_3_accuracy``;
    k = 2 is always given, as it is the one that decides. The interval is Wilson's, and a change
    is tested exactly, as one of two proportions.

    Misleads when
    -------------
    k is close to the number of classes: then any model has nearly 1. Where all classes are
    among the best k it is not given.

    Options
    -------
    k : int or tuple of int, default (2, 3)
        How many of the best-scored classes count as a hit.

    Example
    -------
    >>> from mmon.profiles.outcomes.classification import ClassificationTables
    >>> scores = [[0.5, 0.3, 0.2], [0.3, 0.4, 0.3], [0.6, 0.3, 0.1], [0.1, 0.2, 0.7]]
    >>> rows = ClassificationTables.of_rows(
    ...     [0, 2, 2, 2], [0, 1, 0, 2], scores, classes=("a", "b", "c")
    ... )
    >>> TopKAccuracy().estimates(rows)["top_2_accuracy"].value
    0.75

    References
    ----------
    Wilson, *Probable inference*, JASA 1927. ``sklearn.metrics.top_k_accuracy_score``.
    """

    tasks = frozenset({Task.MULTICLASS})
    reads = "scores"
    main_variant = Variant(k=2)

    k: int | tuple[int, ...] = (2, 3)

    def __post_init__(self) -> None:
        """Check the option.

        Raises
        ------
        ValueError
            When a k is not a positive whole number.
        """
        for k in self._asked:
            # True is 1 to Python.
            if type(k) is not int or k < 1:
                raise ValueError(f"k must be whole numbers of at least 1, not {k!r}")

    @property
    def _asked(self) -> tuple[int, ...]:
        return tuple(self.k) if isinstance(self.k, tuple | list) else (self.k,)

    def by_variant(self, tables: Tables) -> Mapping[Variant, Estimate]:
        """One share for each k, and for 2."""
        found = classified(tables)
        return {Variant(k=k): _top(k, found) for k in sorted({2, *self._asked})}


def _top(k: int, tables: ClassificationTables) -> Estimate:
    rows = tables.sums.rows
    if not rows:
        return undefined(why_no_scores(tables))
    if k >= len(tables.classes):
        return undefined(f"there are {len(tables.classes)} classes: the best {k} are all of them")
    return proportion(int(tables.sums.ranks[:k].sum()), rows, why_no_scores(tables))
