"""Specificity: the share of the other rows that were left alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._class_rates import rate_estimates
from mmon.performance._class_tables import classified
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class Specificity:
    """The share of the negative rows that were predicted to be negative.

    Measures
    --------
    True negatives / (true negatives + false positives), the recall of the negative class. The
    interval is Wilson's. With several classes: of each class against all others, and averaged
    with equal weights (macro), over all rows taken together (micro), and weighted by the
    classes' rows (weighted). A class for which it is undefined counts as 0 in the averages.

    Misleads when
    -------------
    Positives are rare: then 0.99 may still mean that most alarms are false (see ``precision``).
    With many classes it is near 1 for any model, since most rows are none of a class's
    business.

    Options
    -------
    None.

    Example
    -------
    >>> from mmon.profiles.classification import ClassificationTables
    >>> rows = ClassificationTables.of_rows([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0])
    >>> estimate = Specificity().estimates(rows)["specificity"]
    >>> f"{estimate.value:.3f}", "{:.3f} to {:.3f}".format(*estimate.interval)
    ('0.667', '0.208 to 0.939')

    References
    ----------
    Wilson, *Probable inference*, JASA 1927. ``sklearn.metrics.recall_score`` with
    ``pos_label=0``; ``multilabel_confusion_matrix`` for several classes.
    """

    name: ClassVar[str] = "specificity"
    title: ClassVar[str] = "specificity"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "higher"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    main: ClassVar[str] = "specificity_macro"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The specificity; with several classes its averages and that of each class."""
        return rate_estimates("specificity", classified(tables))
