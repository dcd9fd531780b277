"""The energy distance: the squared gap between two distribution functions over the value axis."""

from __future__ import annotations

import math

from mmon.chance.ranks.gaps import Gaps, Unit, in_units
from mmon.metrics._integrated import Integrated
from mmon.records.arrays import dot


class Energy(Integrated):
    """The root of twice the squared gap, integrated over the axis in interquartile ranges.

    Measures
    --------
    ``√(2 ∫ (F - G)² dx)``, which is ``√(2 E|X - Y| - E|X - X'| - E|Y - Y'|)`` for X from the
    reference and Y from production. The axis is measured in interquartile ranges of the reference
    (standard deviations where that is 0). Large shifts of few rows count for less than in
    ``wasserstein``, since gaps are squared: an outlier that is one row in m adds about
    ``√(2 distance) / m``.

    The p-value is conditional on the pooled values: which sample the few rows beside wide gaps
    fell into is written out, the rest is a weighted sum of chi-squares with its exact mean. With
    two distinct values it is exact.

    Misleads when
    -------------
    One reads it as a distance: for a far shift it grows as the square root of the shift. Not
    fully robust: see above.

    Options
    -------
    scale : {"iqr", "none"}, default "iqr"
        The axis' unit: the reference's interquartile range, or the column's own.

    Example
    -------
    {a hundred numbers}
    >>> production = Ecdf.of(np.arange(100.0) + 10)
    >>> score = load("energy").score(reference, production)
    >>> round(score.value, 4), f"{score.p_value:.3f}"
    (0.1967, '0.045')

    References
    ----------
    Székely and Rizzo, *Energy statistics: a class of statistics based on distances*, 2013.
    ``scipy.stats.energy_distance``.
    """

    power = 2

    def distance(self, between: Gaps, by: Unit) -> tuple[float, float]:
        """The distance; root integrals obey the triangle inequality, which bounds the error."""
        integral = dot(between.width, between.difference**2)
        _, error = in_units(
            math.sqrt(2.0 * integral),
            sum(math.sqrt(2.0 * moved) for moved in between.moved_squared),
            Unit(math.sqrt(by.length), math.sqrt(by.shortest), math.sqrt(by.longest)),
        )
        return math.sqrt(2.0 * integral / by.length), error

    def integral(self, value: float) -> float:
        return 0.5 * value * abs(value)
