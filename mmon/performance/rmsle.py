"""The root mean squared logarithmic error: relative errors of positive numbers."""

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
    root,
)
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class RootMeanSquaredLogarithmicError:
    """The root mean square of the difference of logarithms, log(1 + x).

    Measures
    --------
    For large numbers the typical ratio between prediction and target: 0.1 is about ten percent,
    up or down alike. For numbers near 0 it is the plain error. It suits counts and prices that
    span orders of magnitude.

    Misleads when
    -------------
    Numbers are measured in another unit: the 1 in log(1 + x) makes it depend on that. It is not
    defined, and says so, as soon as one target or prediction is -1 or less.

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
    >>> estimate = metric_class("rmsle")().estimates(tables)["rmsle"]
    >>> f"{estimate.value:.3f} ({estimate.interval[0]:.3f} to {estimate.interval[1]:.3f})"
    '0.096 (0.050 to 0.211)'

    References
    ----------
    ``sklearn.metrics.root_mean_squared_log_error`` gives the same value. The interval is that of
    the mean of squares, with its square root taken; see ``mse``.
    """

    name: ClassVar[str] = "rmsle"
    title: ClassVar[str] = "root mean squared logarithmic error"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)
    main: ClassVar[str] = "rmsle"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The value, its interval and its variance."""
        numbers = as_regression(tables)
        reason = reason_for_nothing(numbers)
        if reason is not None:
            return {self.name: Estimate(None, reason=reason)}
        undefined = numbers.used - numbers.log_square.n
        if undefined:
            reason = f"{count(undefined, 'row')} with a target or prediction of -1 or less"
            return {self.name: Estimate(None, rows=numbers.used, reason=reason)}
        return {self.name: root(mean_estimate(numbers, numbers.log_square))}
