"""What regression metrics have in common: a value of the errors, its interval, what is left out."""

from __future__ import annotations

import abc
import dataclasses
import math
from collections.abc import Mapping
from typing import ClassVar

from mmon.chance.skewed_means import mean_interval
from mmon.performance import PLAIN, Better, Estimate, PerformanceMetric, Tables, Variant
from mmon.profiles.outcomes.error_moments import Moments
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.results import Task

_ROWS = """\
>>> import numpy as np
>>> from mmon.performance import metric_class
>>> from mmon.profiles.outcomes.regression import RegressionTables
>>> target = np.arange(1.0, 101.0)
>>> prediction = target + np.tile([2.0, -1.0, 0.5, -0.5], 25)
>>> tables = RegressionTables.of(target, prediction)"""
_ESTIMATE = """\
>>> estimate = metric_class("{name}")().estimates(tables)["{name}"]
>>> f"{estimate.value:.3f} ({estimate.interval[0]:.3f} to {estimate.interval[1]:.3f})\""""

_ONE_ROW = "one row has no confidence interval"
_TOO_LARGE = "the errors are too large for a confidence interval"
_EXAMPLES = {
    "a hundred numbers": _ROWS,
    "estimate of a hundred numbers": f"{_ROWS}\n{_ESTIMATE}",
}


class OfErrors(PerformanceMetric):
    """A metric with one value, which the differences of predictions from targets have."""

    tasks = frozenset({Task.REGRESSION})
    better: ClassVar[Better] = "lower"
    bounds = (0.0, math.inf)
    page_parts = _EXAMPLES

    def by_variant(self, tables: Tables) -> Mapping[Variant, Estimate]:
        """The value; undefined where no row can be used."""
        if not isinstance(tables, RegressionTables):
            raise TypeError(f"a regression metric got {type(tables).__name__}")
        reason = self.why_undefined(tables)
        return {PLAIN: self.estimate(tables) if reason is None else Estimate(None, reason=reason)}

    def why_undefined(self, tables: RegressionTables) -> str | None:
        """Why no row can be used; None when some can."""
        if tables.used:
            return None
        if not tables.rows:
            return "there are no rows"
        if not tables.labelled:
            return f"none of {tables.rows:,} rows has a target"
        return "; ".join(["no labelled row can be used", *left_out(tables)])

    @abc.abstractmethod
    def estimate(self, tables: RegressionTables) -> Estimate:
        """The value, where some row can be used."""


def mean_estimate(
    tables: RegressionTables,
    moments: Moments,
    *,
    bounds: tuple[float, float] = (0.0, math.inf),
    without: str | None = None,
) -> Estimate:
    """The mean of a loss.

    Parameters
    ----------
    tables : RegressionTables
        They have used rows.
    moments : Moments
        Of the loss.
    bounds : (float, float)
        Of the loss; the interval keeps inside.
    without : str, optional
        Which used rows the loss is not defined for.
    """
    said = left_out(tables) + ([without] if without else [])
    if not moments.n:
        return Estimate(None, reason="; ".join(["it is defined for no row", *said]))
    if not math.isfinite(moments.mean):
        return Estimate(None, rows=moments.n, reason="the errors are too large to be averaged")
    interval = _mean_interval(moments)
    if interval is None:
        said.append(_ONE_ROW if moments.n == 1 else _TOO_LARGE)
    else:
        interval = max(interval[0], bounds[0]), min(interval[1], bounds[1])
    return Estimate(
        moments.mean,
        interval=interval,
        variance=None if interval is None else moments.variance / moments.n,
        rows=moments.n,
        reason="; ".join(said) or None,
    )


def root(estimate: Estimate) -> Estimate:
    """The square root of a mean of squares, its interval's ends likewise.

    The variance is the delta method's, var / (4 value); at 0, where it has none, 0.
    """
    if estimate.value is None:
        return estimate
    interval = estimate.interval
    variance = estimate.variance
    if variance is not None:
        variance = variance / estimate.value / 4.0 if estimate.value else 0.0
    return dataclasses.replace(
        estimate,
        value=math.sqrt(estimate.value),
        interval=None if interval is None else (math.sqrt(interval[0]), math.sqrt(interval[1])),
        variance=variance,
    )


def count(number: int, noun: str) -> str:
    """``1 row``, ``1,200 rows``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def left_out(tables: RegressionTables) -> list[str]:
    """Which labelled rows no metric can use, in words."""
    said = []
    if tables.unpredicted:
        said.append(f"{count(tables.unpredicted, 'labelled row')} without a prediction left out")
    if tables.infinite:
        said.append(f"{count(tables.infinite, 'labelled row')} with infinite numbers left out")
    return said


def _mean_interval(moments: Moments) -> tuple[float, float] | None:
    n = moments.n
    if n < 2 or not math.isfinite(moments.variance):
        return None
    deviation = math.sqrt(moments.variance / n)
    low, high = mean_interval(moments.mean, deviation, moments.skewness, n)
    return (low, high) if math.isfinite(low) and math.isfinite(high) else None
