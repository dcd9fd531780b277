"""ROC AUC: how well the scores rank positives above negatives, at any threshold."""

from __future__ import annotations

from mmon.performance import Tables, Variant
from mmon.performance._class_curves import Areas, Curve
from mmon.performance._class_tables import PerClass, classified
from mmon.performance._ranking import roc_area, roc_error, roc_interval
from mmon.profiles.outcomes.class_scores import ClassScores
from mmon.profiles.outcomes.classification import ClassificationTables


class RocAuc(PerClass):
    """The probability that a positive row is scored above a negative one.

    Measures
    --------
    The area under the curve of true against false positive rate; ties count by half: 0.5 for a
    model that knows nothing, 1 for a perfect ranking. It depends on ranks only, neither on the
    decision threshold nor on how common positives are, so it is the robust default for a score.
    The variance is DeLong's; the interval inverts a score test with it, with Student's quantile
    for the fewer of both sides, and above reaches as far as that of the logarithm of odds. With
    several classes: of each class against all others, averaged with equal weights (macro), over
    all rows and classes taken together (micro), and weighted by the classes' rows (weighted);
    their intervals take the covariances of the classes from 32 groups of rows.

    Misleads when
    -------------
    Positives are rare: most of the area is about thresholds that nobody would use
    (``average_precision`` looks at the top). Probabilities may be badly calibrated at any area
    (``log_loss``, ``expected_calibration_error``).

    Example
    -------
    {estimate of six scores}
    ('0.889', '0.073 to 1.000')

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, *Comparing the areas under two or more correlated
    receiver operating characteristic curves*, Biometrics 1988. Hanley and McNeil, Radiology
    1982. Newcombe, *Confidence intervals for an effect size measure based on the Mann-Whitney
    statistic*, Statistics in Medicine 2006. ``sklearn.metrics.roc_auc_score`` with
    ``multi_class="ovr"``.
    """

    reads = "scores"

    def known_share(self, tables: Tables, variant: Variant) -> float | None:
        """The share of pairs of a row of the class and another one whose labels are both known.

        It is the least for any labels that are missing, and over all classes.
        """
        found = classified(tables)
        if variant.average in {"micro", "weighted"} or not found.scores:
            return None
        return min(_known_pairs(one, found.rows - found.labelled) for one in found.scores)

    def values(self, tables: ClassificationTables) -> Areas:
        return Areas.of(Curve(roc_area, roc_error, roc_interval), tables)


def _known_pairs(one: ClassScores, missing: int) -> float:
    inside, outside = one.inside.n, one.outside.n
    # Most pairs are unknown where the labels to come make both sides as even as they can.
    more = min(max((outside + missing - inside) / 2.0, 0.0), float(missing))
    return inside * outside / max((inside + more) * (outside + missing - more), 1.0)
