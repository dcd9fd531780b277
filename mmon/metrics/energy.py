"""The energy distance: the squared gap between two distribution functions over the value axis."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar, Literal

import numpy as np

from mmon.metrics import Distribution
from mmon.metrics import _null_bridge_max as two_values
from mmon.metrics._null_gaps import null_of
from mmon.metrics._rank_gaps import NO_UNIT, TOO_LARGE, Gaps, Unit, gaps, in_units, unit
from mmon.metrics._rank_pool import as_ecdf, reason_for_nothing, resized
from mmon.results import ColumnKind, Score


@dataclasses.dataclass(frozen=True, slots=True)
class Energy:
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
    >>> from mmon.profiles.ecdf import Ecdf
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

    name: ClassVar[str] = "energy"
    title: ClassVar[str] = "Energy distance"
    kinds: ClassVar[frozenset[ColumnKind]] = frozenset({ColumnKind.NUMERIC, ColumnKind.DATETIME})
    # The unit is the reference's.
    is_symmetric: ClassVar[bool] = False
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)

    scale: Literal["iqr", "none"] = "iqr"

    def __post_init__(self) -> None:
        if self.scale not in ("iqr", "none"):
            raise ValueError(f"scale is {self.scale!r}, not 'iqr' or 'none'")

    def score(self, ref: Distribution, cur: Distribution, *, with_p_value: bool = True) -> Score:
        """The distance in the chosen unit, its error from compression, and its p-value."""
        ref, cur = as_ecdf(ref), as_ecdf(cur)
        reason = reason_for_nothing(ref, cur)
        if reason is not None:
            return Score(None, reason=reason)
        between = gaps(ref, cur)
        by = unit(ref, self.scale, between.exponent)
        if by is None:
            return Score(None, reason=NO_UNIT)
        integral = float(np.dot(between.width, between.difference**2))
        value = math.sqrt(2.0 * integral / by.length)
        if not math.isfinite(value):
            return Score(None, reason=TOO_LARGE)
        p_value = self.p_value(value, ref, cur) if with_p_value else None
        return Score(value, _error(between, integral, by), p_value)

    def p_value(
        self, value: float, ref: Distribution, cur: Distribution, *, rows: int | None = None
    ) -> float | None:
        """P(at least ``value``) when both samples come from the pooled distribution."""
        ref, cur = as_ecdf(ref), as_ecdf(cur)
        if reason_for_nothing(ref, cur) is not None:
            return None
        between = gaps(ref, cur)
        by = unit(ref, self.scale, between.exponent)
        if by is None:
            return None
        integral = 0.5 * value * abs(value) * by.length
        m = cur.n if rows is None else rows
        if integral <= 0.0 or len(between.width) == 0:
            return 1.0 if integral <= 0.0 else 0.0
        if len(between.width) == 1:
            gap = math.sqrt(integral / float(between.width[0]))
            below = np.append(between.pooled_below, ref.n + cur.n)
            return two_values.tail(gap, resized(below, ref.n, m), ref.n, m)
        return null_of(between, m, 2).tail(integral)


def _error(between: Gaps, integral: float, by: Unit) -> float:
    """Bound on the value's error: root integrals obey the triangle inequality."""
    _, error = in_units(
        math.sqrt(2.0 * integral),
        sum(math.sqrt(2.0 * moved) for moved in between.moved_squared),
        Unit(math.sqrt(by.length), math.sqrt(by.shortest), math.sqrt(by.longest)),
    )
    return error
