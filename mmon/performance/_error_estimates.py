"""From moments of a loss to an estimate: the mean, its confidence interval, what was left out."""

from __future__ import annotations

import dataclasses
import math

from mmon.performance import Estimate, Tables
from mmon.performance._mean_interval import mean_interval
from mmon.profiles._error_moments import Moments
from mmon.profiles.regression import RegressionTables

_ONE_ROW = "one row has no confidence interval"
_TOO_LARGE = "the errors are too large for a confidence interval"


def as_regression(tables: Tables) -> RegressionTables:
    """The tables, which must be a regression's."""
    if not isinstance(tables, RegressionTables):
        raise TypeError(f"a regression metric got {type(tables).__name__}")
    return tables


def reason_for_nothing(tables: RegressionTables) -> str | None:
    """Why no row can be used; None when some can."""
    if tables.used:
        return None
    if not tables.rows:
        return "there are no rows"
    if not tables.labelled:
        return f"none of {tables.rows:,} rows has a target"
    return "; ".join(["no labelled row can be used", *_left_out(tables)])


def mean_estimate(
    tables: RegressionTables,
    moments: Moments,
    *,
    bounds: tuple[float, float] = (0.0, math.inf),
    left_out: str | None = None,
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
    left_out : str, optional
        Which used rows the loss is not defined for.
    """
    said = _left_out(tables) + ([left_out] if left_out else [])
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


def left_out_reason(tables: RegressionTables) -> str | None:
    """Which labelled rows no metric can use, in words; None when all are used."""
    return "; ".join(_left_out(tables)) or None


def count(number: int, noun: str) -> str:
    """``1 row``, ``1,200 rows``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _left_out(tables: RegressionTables) -> list[str]:
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
