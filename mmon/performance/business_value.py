"""Business value: what a decision is worth on average, given what each outcome is worth."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from mmon.chance.proportions import wilson
from mmon.performance import Estimate
from mmon.performance._class_intervals import mean_of, undefined, variance_or_width
from mmon.performance._class_tables import OfPredictions
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.results import Task


@dataclasses.dataclass(frozen=True)
class BusinessValue(OfPredictions):
    """The mean value of a row's outcome.

    Measures
    --------
    Each outcome of a binary decision has a value of its own, losses being negative; this is the
    mean over rows with both a target and a prediction, in the unit of the options. Times the
    rows of a month it is what the model earned in that month. The interval is Student's,
    corrected for skewness (Hall).

    Misleads when
    -------------
    The values are guesses: the result is as good as they are. It depends on how common
    positives are: a quiet month may earn less with the same model. Values that depend on the
    row, such as an amount, are not known here.

    Options
    -------
    true_positive : float, default 0
        What a positive case that was found is worth.
    false_positive : float, default 0
        What a negative case that was taken for a positive one is worth.
    false_negative : float, default 0
        What a positive case that was missed is worth.
    true_negative : float, default 0
        What a negative case that was left alone is worth.

    Example
    -------
    >>> from mmon.profiles.outcomes.classification import ClassificationTables
    >>> rows = ClassificationTables.of_rows([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0])
    >>> metric = BusinessValue(true_positive=50, false_positive=-5)
    >>> estimate = metric.estimates(rows)["business_value"]
    >>> f"{estimate.value:.3f}", "{:.3f} to {:.3f}".format(*estimate.interval)
    ('15.833', '-5.000 to 50.000')

    References
    ----------
    Elkan, *The foundations of cost-sensitive learning*, IJCAI 2001. Hall, *On the removal of
    skewness by transformation*, JRSS B 1992.
    """

    tasks = frozenset({Task.BINARY})
    bounds = (-math.inf, math.inf)

    true_positive: float = 0.0
    false_positive: float = 0.0
    false_negative: float = 0.0
    true_negative: float = 0.0

    def estimate(self, tables: ClassificationTables) -> Estimate:
        """The mean value; undefined while no outcome is worth anything."""
        counts = tables.confusion.ravel().astype(np.float64)
        rows = int(counts.sum())
        values = np.array(
            [self.true_negative, self.false_positive, self.false_negative, self.true_positive]
        )
        if not values.any():
            return undefined("no outcome is worth anything: set the costs")
        seen = values[counts > 0]
        if np.ptp(seen) == 0:
            return self._of_one(float(seen[0]), values, rows)
        # Moments of values of order one, so that large units do not cost digits.
        center, scale = float(seen.min()), float(np.ptp(seen))
        unit = (values - center) / scale
        first, second, third = (float(counts @ unit**power) for power in (1, 2, 3))
        one = mean_of(rows, (first, second, third), (0.0, 1.0))
        if one.interval is None or one.variance is None or one.value is None:
            return Estimate(float(counts @ values) / rows, rows=rows)
        low, high = (center + scale * end for end in one.interval)
        value = min(max(float(counts @ values) / rows, low), high)
        return Estimate(value, (low, high), one.variance * scale**2, rows)

    def _of_one(self, value: float, values: np.ndarray, rows: int) -> Estimate:
        """All rows had one value: another one may be as common as Wilson's interval allows."""
        _, unseen = wilson(0, rows)
        low = value + unseen * (float(values.min()) - value)
        high = value + unseen * (float(values.max()) - value)
        return Estimate(value, (low, high), variance_or_width(0.0, (low, high)), rows)
