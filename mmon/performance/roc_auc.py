"""ROC AUC: how well the scores rank positives above negatives, at any threshold."""

from __future__ import annotations

from mmon.performance._class_curves import Areas, Curve
from mmon.performance._class_tables import PerClass
from mmon.performance._ranking import roc_area, roc_error, roc_interval
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

    def values(self, tables: ClassificationTables) -> Areas:
        return Areas.of(Curve(roc_area, roc_error, roc_interval), tables)
