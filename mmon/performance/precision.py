"""Precision: the share of rows predicted to be of a class that are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._class_rates import rate_estimates
from mmon.performance._class_tables import classified
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class Precision:
    """The share of the rows predicted to be positive that are.

    Measures
    --------
    True positives / (true positives + false positives), also called positive predictive value.
    The interval is Wilson's. With several classes: of each class against all others, and
    averaged with equal weights (macro), over all rows taken together (micro), and weighted by
    the classes' rows (weighted). A class for which it is undefined counts as 0 in the averages.

    Misleads when
    -------------
    It falls when positives become rarer, though the model is the same: compare ``recall`` and
    ``specificity``, which do not depend on the shares of the classes. With few predicted
    positives it is noise, as its interval shows.

    Options
    -------
    None.

    Example
    -------
    >>> from mmon.profiles.classification import ClassificationTables
    >>> rows = ClassificationTables.of_rows([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0])
    >>> estimate = Precision().estimates(rows)["precision"]
    >>> f"{estimate.value:.3f}", "{:.3f} to {:.3f}".format(*estimate.interval)
    ('0.667', '0.208 to 0.939')

    References
    ----------
    Wilson, *Probable inference*, JASA 1927. ``sklearn.metrics.precision_score``.
    """

    name: ClassVar[str] = "precision"
    title: ClassVar[str] = "precision"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "higher"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    main: ClassVar[str] = "precision_macro"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The precision; with several classes its averages and that of each class."""
        return rate_estimates("precision", classified(tables))
