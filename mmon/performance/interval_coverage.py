"""The coverage of the model's prediction intervals."""

from __future__ import annotations

import dataclasses

from mmon.performance import Estimate
from mmon.performance._class_intervals import proportion
from mmon.performance._error_estimates import OfErrors, count
from mmon.profiles.outcomes.regression import RegressionTables


class IntervalCoverage(OfErrors):
    """The share of rows whose target lies inside the model's prediction interval.

    Measures
    --------
    Whether the intervals keep their promise: at 90 % they should hold nine targets of ten. A
    target on either end is inside; an interval whose lower end is above its upper one holds
    nothing. Rows without a target or without one of the ends are left out.

    Misleads when
    -------------
    The intervals are just wide: any coverage can be bought with width. Some kinds of row are
    covered always and others hardly ever: look at segments. More is told as better, though more
    than promised means intervals that are too wide.

    Options
    -------
    None. ``columns.lower`` and ``columns.upper`` name the interval's ends.

    Example
    -------
    {a hundred targets}
    >>> prediction = target + np.tile([2.0, -1.0, 0.5, -0.5], 25)
    >>> tables = RegressionTables.of(
    ...     target, prediction, lower=prediction - 1.5, upper=prediction + 1.5
    ... )
    {estimate}
    '0.750 (0.657 to 0.825)'

    References
    ----------
    Gneiting and Raftery, *Strictly proper scoring rules, prediction, and estimation*, Journal of
    the American Statistical Association 102, 2007. Wilson, *Probable inference*, 1927 (the
    confidence interval).
    """

    better = "higher"
    bounds = (0.0, 1.0)

    def why_undefined(self, tables: RegressionTables) -> str | None:
        """Nothing: rows without a prediction may have an interval."""
        return None

    def estimate(self, tables: RegressionTables) -> Estimate:
        """The share, its interval and its variance."""
        counts = tables.intervals
        if counts is None:
            reason = "no prediction interval is configured (columns.lower and columns.upper)"
            return Estimate(None, reason=reason)
        said = []
        if counts.rows < tables.labelled:
            left_out = count(tables.labelled - counts.rows, "labelled row")
            said.append(f"{left_out} without a finite target and both ends left out")
        if counts.crossed:
            said.append(f"{count(counts.crossed, 'row')} with the lower end above the upper one")
        nothing = "no row has a target and both ends of a prediction interval"
        found = proportion(counts.covered, counts.rows, nothing)
        return dataclasses.replace(found, reason=found.reason or "; ".join(said) or None)
