"""The mean squared error: large errors count more than in proportion."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._error_estimates import as_regression, mean_estimate, reason_for_nothing
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class MeanSquaredError:
    """The mean of the squared errors, in the square of the target's unit.

    Measures
    --------
    The mean of (prediction - target)²: 0 for perfect predictions, and smallest for a model that
    predicts the mean target of each kind of row. An error twice as large counts four times.

    Misleads when
    -------------
    Errors have heavy tails: a handful of rows then is most of the value, it jumps from window to
    window, and its interval, though corrected for skewness, covers the truth less often than it
    says: for errors that are log-normal with sigma 1, 0.89 to 0.91 instead of 0.95 at 200 to 5,000
    rows.
    Use ``mae`` there.

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
    >>> estimate = metric_class("mse")().estimates(tables)["mse"]
    >>> f"{estimate.value:.3f} ({estimate.interval[0]:.3f} to {estimate.interval[1]:.3f})"
    '1.375 (1.088 to 1.710)'

    References
    ----------
    ``sklearn.metrics.mean_squared_error`` gives the same value. The interval is Student's,
    corrected for skewness: Hall, *On the removal of skewness by transformation*, 1992.
    """

    name: ClassVar[str] = "mse"
    title: ClassVar[str] = "mean squared error"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)
    main: ClassVar[str] = "mse"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The value, its interval and its variance."""
        numbers = as_regression(tables)
        reason = reason_for_nothing(numbers)
        if reason is not None:
            return {self.name: Estimate(None, reason=reason)}
        return {self.name: mean_estimate(numbers, numbers.mse, bounds=self.bounds)}
