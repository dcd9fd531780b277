"""Average precision: how pure the best-scored rows are, on average over recall."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._class_curves import Curve, curve_estimates
from mmon.performance._class_tables import classified
from mmon.performance._precision_recall import (
    precision_recall_area,
    precision_recall_error,
    precision_recall_interval,
)
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class AveragePrecision:
    """The mean, over the positive rows, of the precision at their score.

    Measures
    --------
    The area under the curve of precision against recall, without interpolation: 1 for a perfect
    ranking; a model that knows nothing has the share of positives. It looks at the top of the
    ranking, where the decisions are. The variance is the jackknife's over single rows, computed
    from the score distributions; the interval is Student's on the logit scale. With several
    classes: of each class against all others, averaged with equal weights (macro), over all
    rows and classes taken together (micro), and weighted by the classes' rows (weighted); their
    intervals take the covariances of the classes from 32 groups of rows.

    Misleads when
    -------------
    The share of positives changes: it moves with it though the ranking is as good as before
    (``roc_auc`` does not). With few positives it is too high on average, and its interval wide.

    Options
    -------
    None.

    Example
    -------
    >>> from mmon.profiles.classification import ClassificationTables
    >>> target, prediction = [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0]
    >>> score = [0.1, 0.2, 0.6, 0.7, 0.9, 0.4]
    >>> rows = ClassificationTables.of_rows(target, prediction, score)
    >>> estimate = AveragePrecision().estimates(rows)["average_precision"]
    >>> f"{estimate.value:.3f}", "{:.3f} to {:.3f}".format(*estimate.interval)
    ('0.917', '0.002 to 1.000')

    References
    ----------
    Boyd, Eng and Page, *Area under the precision-recall curve: point estimates and confidence
    intervals*, ECML 2013. ``sklearn.metrics.average_precision_score``.
    """

    name: ClassVar[str] = "average_precision"
    title: ClassVar[str] = "average precision"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "higher"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    main: ClassVar[str] = "average_precision_macro"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The area; with several classes its averages and that of each class."""
        curve = Curve(
            self.name, precision_recall_area, precision_recall_error, precision_recall_interval
        )
        return curve_estimates(curve, classified(tables))
