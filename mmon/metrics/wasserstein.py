"""The Wasserstein distance: how far rows move to turn one distribution into the other."""

from __future__ import annotations

import dataclasses
import math
from typing import Literal

import numpy as np

from mmon.chance.ranks.gap_integrals import tail
from mmon.chance.ranks.gaps import NO_UNIT, TOO_LARGE, gaps, in_units, unit
from mmon.metrics._ranked import Ranked
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.results import Score


@dataclasses.dataclass(frozen=True)
class Wasserstein(Ranked):
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
    >>> import numpy as np
    >>> from mmon.metrics import load
    >>> from mmon.profiles.distributions.ecdf import Ecdf
    >>> reference = Ecdf.of(np.arange(100.0))
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
        distance = float(np.dot(between.width, np.abs(between.difference)))
        if not (math.isfinite(distance) and math.isfinite(by.length)):
            return Score(None, reason=TOO_LARGE)
        # Moving each side's rows to where they are taken to lie changes it by that movement.
        value, error = in_units(distance, sum(between.moved), by)
        if not math.isfinite(value):
            return Score(None, reason=TOO_LARGE)
        return Score(value, error)

    def chance(self, value: float, ref: Ecdf, cur: Ecdf, m: int) -> float | None:
        between = gaps(ref, cur)
        by = unit(ref, self.scale, between.exponent)
        if by is None:
            return None
        return tail(value * by.length, between, m, power=1)
