"""The mean absolute error: how far predictions are off on average."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._error_estimates import as_regression, mean_estimate, reason_for_nothing
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class MeanAbsoluteError:
    """How far predictions are off on average, in the target's unit.

    Measures
    --------
    The mean of |prediction - target|: 0 for perfect predictions. Every unit of error counts the
    same, so it is what a typical row is off by, and large errors have no extra say.

    Misleads when
    -------------
    A few very large errors matter most (``rmse`` weighs them up), or targets of very different
    size are mixed: then the large ones make up the mean (``smape`` is relative).

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
    >>> estimate = metric_class("mae")().estimates(tables)["mae"]
    >>> f"{estimate.value:.3f} ({estimate.interval[0]:.3f} to {estimate.interval[1]:.3f})"
    '1.000 (0.885 to 1.130)'

    References
    ----------
    ``sklearn.metrics.mean_absolute_error`` gives the same value. The interval is Student's,
    corrected for skewness: Hall, *On the removal of skewness by transformation*, 1992.
    """

    name: ClassVar[str] = "mae"
    title: ClassVar[str] = "mean absolute error"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)
    main: ClassVar[str] = "mae"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The value, its interval and its variance."""
        numbers = as_regression(tables)
        reason = reason_for_nothing(numbers)
        if reason is not None:
            return {self.name: Estimate(None, reason=reason)}
        return {self.name: mean_estimate(numbers, numbers.mae, bounds=self.bounds)}
