"""F1: the harmonic mean of precision and recall."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._class_rates import rate_estimates
from mmon.performance._class_tables import classified
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class F1:
    """The harmonic mean of precision and recall.

    Measures
    --------
    2 * true positives / (2 * true positives + false positives + false negatives): 1 for a model
    without errors, 0 when no positive was found. True negatives play no part. The interval is
    Wilson's for the share of hits among the rows that are or are said to be positive, from
    which F1 follows. With several classes: of each class against all others, and averaged with
    equal weights (macro), over all rows taken together (micro), and weighted by the classes' rows
    (weighted). A class for which it is undefined counts as 0 in the averages.

    Misleads when
    -------------
    Positives become rarer: precision and F1 fall though the model is the same. One threshold is
    judged, not the ranking (``roc_auc``, ``average_precision``). Which class is the positive
    one matters.

    Options
    -------
    None.

    Example
    -------
    >>> from mmon.profiles.classification import ClassificationTables
    >>> rows = ClassificationTables.of_rows([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0])
    >>> estimate = F1().estimates(rows)["f1"]
    >>> f"{estimate.value:.3f}", "{:.3f} to {:.3f}".format(*estimate.interval)
    ('0.667', '0.261 to 0.919')

    References
    ----------
    van Rijsbergen, *Information Retrieval*, 1979. Takahashi et al., *Confidence interval for
    micro-averaged F1 and macro-averaged F1 scores*, Applied Intelligence 2022.
    ``sklearn.metrics.f1_score``.
    """

    name: ClassVar[str] = "f1"
    title: ClassVar[str] = "F1 score"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "higher"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    main: ClassVar[str] = "f1_macro"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The F1 score; with several classes its averages and that of each class."""
        return rate_estimates("f1", classified(tables))
