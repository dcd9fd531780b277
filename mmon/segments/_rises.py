"""How much more the mean of some rows rose than that of others, in standard deviations: to rank."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mmon.records.arrays import FloatArray

VarianceAt = Callable[[FloatArray], FloatArray]
"""A row's variance, by the mean of its group."""


def variance_at(loss: FloatArray, *, is_classified: bool) -> VarianceAt:
    """The variance of a row's loss as a function of its group's mean.

    p (1 - p) for losses of 0 and 1; else in proportion to the square of the mean, as all rows
    together have it.
    """
    least = float(np.finfo(np.float64).tiny)
    if is_classified:
        return lambda mean: np.maximum(mean * (1 - mean), least)
    middle = float(np.mean(loss)) if len(loss) else 0.0
    relative = float(np.var(loss)) / middle**2 if middle > 0 else 1.0
    return lambda mean: np.maximum(relative * mean**2, least)


class Rise:
    """By how much the means of groups rose, and the variance of that.

    Parameters
    ----------
    groups : (…, 4) float64
        Rows of the reference and of production, and the sums of their losses.
    variance : callable
    noise : (…) float64, optional
        Variance of the rise on top of that of the rows.
    """

    def __init__(
        self, groups: FloatArray, variance: VarianceAt, noise: FloatArray | float = 0.0
    ) -> None:
        # Half a row where there is none: no mean is divided by zero, and its variance is large.
        n, m = np.maximum(groups[..., 0], 0.5), np.maximum(groups[..., 1], 0.5)
        pooled = (groups[..., 2] + groups[..., 3]) / (n + m)
        self.value: FloatArray = groups[..., 3] / m - groups[..., 2] / n
        self.variance: FloatArray = variance(pooled) * (1 / n + 1 / m) + noise

    def deviations_beyond(self, rest: Rise) -> FloatArray:
        """How many deviations more than the rest's, and than 0, the means rose."""
        excess = self.value - np.maximum(rest.value, 0.0)
        found: FloatArray = excess / np.sqrt(self.variance + rest.variance)
        return found
