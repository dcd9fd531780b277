"""The root mean squared error: large errors count more, in the target's unit."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._error_estimates import as_regression, mean_estimate, reason_for_nothing, root
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class RootMeanSquaredError:
    """The square root of the mean squared error, in the target's unit.

    Measures
    --------
    The quadratic mean of the errors: 0 for perfect predictions, never below the mean absolute
    error, and equal to the standard deviation of the errors where these have mean 0.

    Misleads when
    -------------
    Errors have heavy tails: a handful of rows then is most of the value (see ``mse``; the interval
    is its square root).

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
    >>> estimate = metric_class("rmse")().estimates(tables)["rmse"]
    >>> f"{estimate.value:.3f} ({estimate.interval[0]:.3f} to {estimate.interval[1]:.3f})"
    '1.173 (1.043 to 1.308)'

    References
    ----------
    ``sklearn.metrics.root_mean_squared_error`` gives the same value.
    """

    name: ClassVar[str] = "rmse"
    title: ClassVar[str] = "root mean squared error"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)
    main: ClassVar[str] = "rmse"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The value, its interval and its variance."""
        numbers = as_regression(tables)
        reason = reason_for_nothing(numbers)
        if reason is not None:
            return {self.name: Estimate(None, reason=reason)}
        return {self.name: root(mean_estimate(numbers, numbers.mse))}
