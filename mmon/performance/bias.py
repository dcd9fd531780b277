"""The bias: by how much predictions are too high on average."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._error_estimates import as_regression, mean_estimate, reason_for_nothing
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class Bias:
    """By how much predictions are too high on average, in the target's unit.

    Measures
    --------
    The mean of prediction - target: 0 where errors cancel, positive where the model predicts too
    much, negative where it predicts too little. A change means that the level of the target or of
    the predictions moved.

    Misleads when
    -------------
    The model is too high for some rows and too low for others: then it is 0 and nothing is well.
    Read it beside ``mae``, and per feature.

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
    >>> estimate = metric_class("bias")().estimates(tables)["bias"]
    >>> f"{estimate.value:.3f} ({estimate.interval[0]:.3f} to {estimate.interval[1]:.3f})"
    '0.250 (0.030 to 0.487)'

    References
    ----------
    Willmott, *Some comments on the evaluation of model performance*, Bulletin of the American
    Meteorological Society 63, 1982 (mean bias error). The interval is Student's, corrected for
    skewness: Hall, *On the removal of skewness by transformation*, 1992.
    """

    name: ClassVar[str] = "bias"
    title: ClassVar[str] = "bias"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "zero"
    bounds: ClassVar[tuple[float, float]] = (-math.inf, math.inf)
    main: ClassVar[str] = "bias"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The value, its interval and its variance."""
        numbers = as_regression(tables)
        reason = reason_for_nothing(numbers)
        if reason is not None:
            return {self.name: Estimate(None, reason=reason)}
        return {self.name: mean_estimate(numbers, numbers.bias, bounds=self.bounds)}
