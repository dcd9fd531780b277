"""The largest error of any row."""

from __future__ import annotations

from mmon.performance import Estimate
from mmon.performance._error_estimates import OfErrors, left_out
from mmon.profiles.outcomes.regression import RegressionTables


class MaxError(OfErrors):
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

    Example
    -------
    {a hundred numbers}
    >>> estimate = metric_class("max_error")().estimates(tables)["max_error"]
    >>> estimate.value, estimate.interval
    (2.0, None)

    References
    ----------
    ``sklearn.metrics.max_error`` gives the same value. Bahadur and Savage, *The nonexistence of
    certain statistical procedures in nonparametric problems*, 1956, is why there is no interval.
    """

    def estimate(self, tables: RegressionTables) -> Estimate:
        """The value alone."""
        said = [*left_out(tables), "a largest value has no confidence interval"]
        return Estimate(tables.absolute.max, rows=tables.used, reason="; ".join(said))
