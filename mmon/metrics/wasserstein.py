"""The Wasserstein distance: how far rows move to turn one distribution into the other."""

from __future__ import annotations

import math

import numpy as np

from mmon.chance.ranks.gaps import Gaps, Unit, in_units
from mmon.metrics._integrated import Integrated
from mmon.records.arrays import dot


class Wasserstein(Integrated):
    """The mean distance rows have to be moved, in interquartile ranges of the reference.

    Measures
    --------
    ``∫ |F - G| dx``: the least total movement that turns the reference's distribution into
    production's, per row; a shift of everything by c gives c. By default it is divided by the
    reference's interquartile range (its standard deviation where that is 0), so that one
    threshold serves columns of any unit.

    The p-value is conditional on the pooled values: which sample the few rows beside wide gaps
    fell into is written out, the rest follows the integral of a bridge's absolute value
    (simulated once, with a fixed seed; Ehrhard's bound in the tail). With two distinct values it
    is exact.

    Misleads when
    -------------
    Not robust: one production row of 1e6 among 1,000 adds 1,000 units, though its p-value does
    not fall for it. It does not tell a small movement of all rows from a large one of few.
    A column that is mostly one value has an interquartile range of 0 and is measured in standard
    deviations instead.

    Options
    -------
    scale : {"iqr", "none"}, default "iqr"
        The unit: the reference's interquartile range, or the column's own.

    Example
    -------
    {a hundred numbers}
    >>> production = Ecdf.of(np.arange(100.0) + 10)
    >>> score = load("wasserstein").score(reference, production)
    >>> round(score.value, 6), f"{score.p_value:.2f}"
    (0.2, '0.02')
    >>> round(load("wasserstein", {"scale": "none"}).score(reference, production).value, 6)
    10.0

    References
    ----------
    Vallender, *Calculation of the Wasserstein distance between probability distributions on the
    line*, 1974. Ramdas, García Trillos and Cuturi, *On Wasserstein two-sample testing*, 2017.
    ``scipy.stats.wasserstein_distance``.
    """

    power = 1

    def distance(self, between: Gaps, by: Unit) -> tuple[float, float]:
        """The distance; where rows are taken to lie changes it by their movement to there."""
        if not math.isfinite(by.length):
            return math.inf, math.inf
        distance = dot(between.width, np.abs(between.difference))
        return in_units(distance, sum(between.moved), by)

    def integral(self, value: float) -> float:
        return value
