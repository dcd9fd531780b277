"""Average precision: how pure the best-scored rows are, on average over recall."""

from __future__ import annotations

from mmon.performance._class_curves import Areas, Curve
from mmon.performance._class_tables import PerClass
from mmon.performance._precision_recall import (
    precision_recall_area,
    precision_recall_error,
    precision_recall_interval,
)
from mmon.profiles.outcomes.classification import ClassificationTables


class AveragePrecision(PerClass):
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

    Example
    -------
    {estimate of six scores}
    ('0.917', '0.000 to 1.000')

    References
    ----------
    Boyd, Eng and Page, *Area under the precision-recall curve: point estimates and confidence
    intervals*, ECML 2013. ``sklearn.metrics.average_precision_score``.
    """

    reads = "scores"

    def values(self, tables: ClassificationTables) -> Areas:
        return Areas.of(
            Curve(precision_recall_area, precision_recall_error, precision_recall_interval), tables
        )
