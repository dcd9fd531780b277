"""Expected calibration error: how far probabilities are from what comes true."""

from __future__ import annotations

from mmon.performance import Estimate
from mmon.performance._class_calibration import calibration_error
from mmon.performance._class_tables import OfScores
from mmon.profiles.outcomes.classification import ClassificationTables


class ExpectedCalibrationError(OfScores):
    """The mean gap between the probability told and the share of hits, over ten bins.

    Measures
    --------
    Rows are put into ten equal bins of the score, (0, 0.1] to (0.9, 1]; in each, the mean score
    is compared with the share of positives, and the absolute differences are averaged by rows:
    0 when every 70 % comes true in 70 % of cases. With several classes the score is that of the
    best-scored class, and a hit is a row where that is the true one.

    The value is the plain one, which noise alone makes larger than 0: by about 0.25 /
    sqrt(rows) for each bin in use. The interval allows for that (its lower end is 0 when noise
    explains the value), and so does the variance, which is the mean squared error.

    Misleads when
    -------------
    There are few rows: compare the interval with 0, not the value. A model that always says the
    mean rate is perfectly calibrated and useless. Errors within one bin cancel.

    Example
    -------
    {estimate of six scores}
    ('0.317', '0.000 to 0.532')

    References
    ----------
    Naeini, Cooper and Hauskrecht, *Obtaining well calibrated probabilities using Bayesian
    binning*, AAAI 2015. Roelofs et al., *Mitigating bias in calibration error estimation*,
    AISTATS 2022. Chuang and Lai, *Hybrid resampling methods for confidence intervals*,
    Statistica Sinica 2000. The bins are those of ``sklearn.calibration.calibration_curve``.
    """

    def estimate(self, tables: ClassificationTables) -> Estimate:
        """The error, with an interval that knows how noise inflates it."""
        return calibration_error(tables.sums)
