"""Expected calibration error: how far probabilities are from what comes true."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._class_calibration import calibration_error
from mmon.performance._class_intervals import undefined
from mmon.performance._class_tables import classified, why_no_scores
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class ExpectedCalibrationError:
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

    Options
    -------
    None.

    Example
    -------
    >>> from mmon.profiles.classification import ClassificationTables
    >>> target, prediction = [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0]
    >>> score = [0.1, 0.2, 0.6, 0.7, 0.9, 0.4]
    >>> rows = ClassificationTables.of_rows(target, prediction, score)
    >>> estimate = ExpectedCalibrationError().estimates(rows)["expected_calibration_error"]
    >>> f"{estimate.value:.3f}", "{:.3f} to {:.3f}".format(*estimate.interval)
    ('0.317', '0.000 to 0.532')

    References
    ----------
    Naeini, Cooper and Hauskrecht, *Obtaining well calibrated probabilities using Bayesian
    binning*, AAAI 2015. Roelofs et al., *Mitigating bias in calibration error estimation*,
    AISTATS 2022. Chuang and Lai, *Hybrid resampling methods for confidence intervals*,
    Statistica Sinica 2000. The bins are those of ``sklearn.calibration.calibration_curve``.
    """

    name: ClassVar[str] = "expected_calibration_error"
    title: ClassVar[str] = "expected calibration error"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.BINARY, Task.MULTICLASS})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    main: ClassVar[str] = "expected_calibration_error"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The error over rows with a target and usable scores."""
        found = classified(tables)
        if not found.sums.rows:
            return {self.name: undefined(why_no_scores(found))}
        return {self.name: calibration_error(found.sums)}
