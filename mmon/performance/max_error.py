"""The largest error of any row."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import ClassVar, Literal

from mmon.performance import Estimate, Tables
from mmon.performance._error_estimates import as_regression, left_out_reason, reason_for_nothing
from mmon.results import Task


@dataclasses.dataclass(frozen=True, slots=True)
class MaxError:
    """The largest magnitude of any error, in the target's unit.

    Measures
    --------
    The worst row: the largest |prediction - target|. It is exact on compressed summaries too, as
    these keep the extremes.

    Misleads when
    -------------
    Windows differ in size: more rows have a larger maximum, with the same model. It has no
    confidence interval and no variance, and no change of it is called significant: whatever the
    rows seen, an unseen one may be larger by any amount with a probability too small to notice,
    so that no interval that holds for every distribution has a finite end.

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
    >>> estimate = metric_class("max_error")().estimates(tables)["max_error"]
    >>> estimate.value, estimate.interval
    (2.0, None)

    References
    ----------
    ``sklearn.metrics.max_error`` gives the same value. Bahadur and Savage, *The nonexistence of
    certain statistical procedures in nonparametric problems*, 1956, is why there is no interval.
    """

    name: ClassVar[str] = "max_error"
    title: ClassVar[str] = "largest error"
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.REGRESSION})
    better: ClassVar[Literal["higher", "lower", "zero"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)
    main: ClassVar[str] = "max_error"

    def estimates(self, tables: Tables) -> Mapping[str, Estimate]:
        """The value alone."""
        numbers = as_regression(tables)
        reason = reason_for_nothing(numbers)
        if reason is not None:
            return {self.name: Estimate(None, reason=reason)}
        said = [left_out_reason(numbers), "a largest value has no confidence interval"]
        return {
            self.name: Estimate(
                numbers.absolute.max,
                rows=numbers.used,
                reason="; ".join(part for part in said if part),
            )
        }
