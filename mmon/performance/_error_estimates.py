"""What regression metrics have in common: a value of the errors, its interval, what is left out."""

from __future__ import annotations

import abc
import dataclasses
import math
from collections.abc import Mapping
from typing import ClassVar

from mmon.chance.skewed_means import mean_interval
from mmon.performance import (
    PLAIN,
    Better,
    Estimate,
    PerformanceMetric,
    Tables,
    Variant,
    labelled_share,
)
from mmon.profiles.outcomes.error_moments import Moments
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.results import Task

_TARGETS = """\
>>> import numpy as np
>>> from mmon.performance import metric_class
>>> from mmon.profiles.outcomes.regression import RegressionTables
>>> target = np.arange(1.0, 101.0)"""
_ROWS = f"""\
{_TARGETS}
>>> prediction = target + np.tile([2.0, -1.0, 0.5, -0.5], 25)
>>> tables = RegressionTables.of(target, prediction)"""
_ESTIMATE = """\
>>> estimate = metric_class("{name}")().estimates(tables)["{name}"]
>>> f"{estimate.value:.3f} ({estimate.interval[0]:.3f} to {estimate.interval[1]:.3f})\""""

_ONE_ROW = "one row has no confidence interval"
_TOO_LARGE = "the errors are too large for a confidence interval"
_EXAMPLES = {
    "a hundred targets": _TARGETS,
    "a hundred numbers": _ROWS,
    "estimate": _ESTIMATE,
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


class MeanLoss(OfErrors):
    """The mean of a loss, or its square root.

    Attributes
    ----------
    loss : str
        Which of the tables' moments are the loss's.
    is_root : bool
    undefined_for : str
        The rows that the loss is not defined for, in words: they are left out.
    """

    loss: ClassVar[str]
    is_root: ClassVar[bool] = False
    undefined_for: ClassVar[str] = ""

    def moments(self, tables: RegressionTables) -> Moments:
        """The moments of the loss."""
        found: Moments = getattr(tables, self.loss)
        return found

    def known_share(self, tables: Tables, variant: Variant) -> float:
        del variant
        share = labelled_share(tables)
        return math.sqrt(share) if self.is_root else share

    def estimate(self, tables: RegressionTables) -> Estimate:
        """The mean; its interval keeps inside the bounds."""
        moments = self.moments(tables)
        said = left_out(tables)
        if moments.n < tables.used and self.undefined_for:
            said.append(f"{count(tables.used - moments.n, 'row')} {self.undefined_for} left out")
        if not moments.n:
            return Estimate(None, reason="; ".join(["it is defined for no row", *said]))
        if not math.isfinite(moments.mean):
            return Estimate(None, rows=moments.n, reason="the errors are too large to be averaged")
        interval, variance = _mean_interval(moments), None
        if interval is None:
            said.append(_ONE_ROW if moments.n == 1 else _TOO_LARGE)
        else:
            interval = max(interval[0], self.bounds[0]), min(interval[1], self.bounds[1])
            variance = moments.variance / moments.n
        mean = Estimate(moments.mean, interval, variance, moments.n, reason="; ".join(said) or None)
        return _root(mean) if self.is_root else mean


def _root(mean: Estimate) -> Estimate:
    """The root of a mean of squares, its interval's ends likewise, the variance by delta method.

    That is var / (4 value²); at 0, where the method has none, 0.
    """
    square, interval, variance = mean.value or 0.0, mean.interval, mean.variance
    if variance is not None:
        variance = variance / square / 4.0 if square else 0.0
    return dataclasses.replace(
        mean,
        value=math.sqrt(square),
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
