"""The mean absolute percentage error: how far off, as a share of the target."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._error_estimates import (
    as_regression,
    count,
    mean_estimate,
    reason_for_nothing,
)
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class MeanAbsolutePercentageError:
    """How far predictions are off as a share of the target, on average: 0.1 is ten percent.

    Measures
    --------
    The mean of |prediction - target| / |target| over the rows whose target is not 0; the result
    says how many rows that leaves out. Negative targets are divided by their magnitude.

    Misleads when
    -------------
    Targets come near 0: a single such row can be most of the value. It also forgives predicting
    too little (at most 1 where all is positive) more than too much: a model tuned by it predicts
    too low. ``smape`` is bounded, and ``mae`` in the target's unit.

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
    >>> estimate = metric_class("mape")().estimates(tables)["mape"]
    >>> f"{estimate.value:.3f} ({estimate.interval[0]:.3f} to {estimate.interval[1]:.3f})"
    '0.060 (0.033 to 0.204)'

    References
    ----------
    ``sklearn.metrics.mean_absolute_percentage_error`` gives the same value where no target is 0;
    as there, targets nearer to 0 than 2.2e-16 are divided by that. The interval is Student's,
    corrected for skewness: Hall, *On the removal of skewness by transformation*, 1992.
    """

    name: ClassVar[str] = "mape"
    title: ClassVar[str] = "mean absolute percentage error"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)
    main: ClassVar[str] = "mape"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The value, its interval and its variance."""
        numbers = as_regression(tables)
        reason = reason_for_nothing(numbers)
        if reason is not None:
            return {self.name: Estimate(None, reason=reason)}
        zeros = numbers.used - numbers.relative.n
        left_out = f"{count(zeros, 'row')} with target 0 left out" if zeros else None
        return {
            self.name: mean_estimate(
                numbers, numbers.relative, bounds=self.bounds, left_out=left_out
            )
        }
