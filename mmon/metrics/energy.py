"""The energy distance: the squared gap between two distribution functions over the value axis."""

from __future__ import annotations

import dataclasses
import math
from typing import Literal

import numpy as np

from mmon.chance.ranks.gap_integrals import tail
from mmon.chance.ranks.gaps import NO_UNIT, TOO_LARGE, Gaps, Unit, gaps, in_units, unit
from mmon.metrics._ranked import Ranked
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.results import Score


@dataclasses.dataclass(frozen=True)
class Energy(Ranked):
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
    >>> import numpy as np
    >>> from mmon.metrics import load
    >>> from mmon.profiles.distributions.ecdf import Ecdf
    >>> reference = Ecdf.of(np.arange(100.0))
    >>> production = Ecdf.of(np.arange(100.0) + 10)
    >>> score = load("energy").score(reference, production)
    >>> round(score.value, 4), f"{score.p_value:.3f}"
    (0.1967, '0.045')

    References
    ----------
    Székely and Rizzo, *Energy statistics: a class of statistics based on distances*, 2013.
    ``scipy.stats.energy_distance``.
    """

    # The unit is the reference's.
    is_symmetric = False
    bounds = (0.0, math.inf)

    scale: Literal["iqr", "none"] = "iqr"

    def __post_init__(self) -> None:
        if self.scale not in ("iqr", "none"):
            raise ValueError(f"scale is {self.scale!r}, not 'iqr' or 'none'")

    def measure(self, ref: Ecdf, cur: Ecdf) -> Score:
        """The distance in the chosen unit and its error from compression."""
        between = gaps(ref, cur)
        by = unit(ref, self.scale, between.exponent)
        if by is None:
            return Score(None, reason=NO_UNIT)
        integral = float(np.dot(between.width, between.difference**2))
        value = math.sqrt(2.0 * integral / by.length)
        if not math.isfinite(value):
            return Score(None, reason=TOO_LARGE)
        return Score(value, _error(between, integral, by))

    def chance(self, value: float, ref: Ecdf, cur: Ecdf, m: int) -> float | None:
        between = gaps(ref, cur)
        by = unit(ref, self.scale, between.exponent)
        if by is None:
            return None
        integral = 0.5 * value * abs(value) * by.length
        return tail(integral, between, m, power=2)


def _error(between: Gaps, integral: float, by: Unit) -> float:
    """Bound on the value's error: root integrals obey the triangle inequality."""
    _, error = in_units(
        math.sqrt(2.0 * integral),
        sum(math.sqrt(2.0 * moved) for moved in between.moved_squared),
        Unit(math.sqrt(by.length), math.sqrt(by.shortest), math.sqrt(by.longest)),
    )
    return error
