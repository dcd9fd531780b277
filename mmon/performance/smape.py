"""The symmetric mean absolute percentage error: relative, and bounded."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._error_estimates import as_regression, mean_estimate, reason_for_nothing
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class SymmetricMeanAbsolutePercentageError:
    """How far predictions are off relative to target and prediction, on average.

    Measures
    --------
    The mean of |prediction - target| / ((|target| + |prediction|) / 2): 0 for perfect predictions,
    at most 2. A row whose target and prediction are both 0 is a perfect one and counts as 0.
    No row is left out, and none can count more than 2.

    Misleads when
    -------------
    Targets are often 0: any other prediction for such a row counts 2, however near. So do all
    predictions of the wrong sign. Other definitions divide by the sum (at most 1) or leave out the
    magnitude signs: compare with care.

    Options
    -------
    None.

    Example
    -------
    >>> import numpy as np
    >>> from mmon.performance import metric_class
    >>> from mmon.profiles.regression import RegressionTables
    >>> target = np.arange(1.0, 101.0)
    >>> prediction = target + np.tile([2.0, -1.0, 0.5, -0.5], 25)
    >>> tables = RegressionTables.of_rows(target, prediction)
    >>> estimate = metric_class("smape")().estimates(tables)["smape"]
    >>> f"{estimate.value:.3f} ({estimate.interval[0]:.3f} to {estimate.interval[1]:.3f})"
    '0.051 (0.033 to 0.153)'

    References
    ----------
    Makridakis, *Accuracy measures: theoretical and practical concerns*, 1993; Hyndman and Koehler,
    *Another look at measures of forecast accuracy*, 2006. The interval is Student's, corrected for
    skewness: Hall, *On the removal of skewness by transformation*, 1992.
    """

    name: ClassVar[str] = "smape"
    title: ClassVar[str] = "symmetric mean absolute percentage error"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, 2.0)
    main: ClassVar[str] = "smape"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The value, its interval and its variance."""
        numbers = as_regression(tables)
        reason = reason_for_nothing(numbers)
        if reason is not None:
            return {self.name: Estimate(None, reason=reason)}
        return {self.name: mean_estimate(numbers, numbers.symmetric, bounds=self.bounds)}
