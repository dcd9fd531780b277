"""What metrics share that integrate a gap of distributions over the values, which have a unit."""

from __future__ import annotations

import abc
import dataclasses
import math
from typing import ClassVar, Literal

import numpy as np

from mmon.chance.ranks.gap_integrals import tail
from mmon.chance.ranks.gaps import Gaps, Unit, gaps, unit
from mmon.metrics._ranked import Ranked
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.records.arrays import dot
from mmon.results import Score


@dataclasses.dataclass(frozen=True)
class Integrated(Ranked):
    """An increasing function of ``∫ |F - G|**power dx``."""

    # The unit is the reference's.
    is_symmetric = False
    bounds = (0.0, math.inf)
    power: ClassVar[Literal[1, 2]]

    scale: Literal["iqr", "none"] = "iqr"

    def __post_init__(self) -> None:
        if self.scale not in ("iqr", "none"):
            raise ValueError(f"scale is {self.scale!r}, not 'iqr' or 'none'")

    def measure(self, ref: Ecdf, cur: Ecdf) -> Score:
        """The distance in the chosen unit and its error from compression."""
        between = gaps(ref, cur)
        by = unit(ref, self.scale, between.exponent)
        if by is None:
            return Score(None, reason="the reference has no spread to measure a distance by")
        value, error = self.distance(between, by)
        if not math.isfinite(value):
            return Score(None, reason="the values are too large for a distance")
        return Score(value, error)

    def noise_of_a_row(self, ref: Ecdf, cur: Ecdf) -> float:
        """From the mean size, or square, of a Brownian bridge in each gap."""
        between = gaps(ref, cur)
        by = unit(ref, self.scale, between.exponent)
        below = between.pooled_below / (between.n + between.m)
        size = np.sqrt(2.0 / np.pi * below * (1.0 - below))
        if by is None or not math.isfinite(by.length):
            return 0.0
        if self.power == 1:
            return dot(between.width, size) / by.length
        return math.sqrt(math.pi * dot(between.width, size**2) / by.length)

    def chance(self, value: float, ref: Ecdf, cur: Ecdf, m: int) -> float | None:
        between = gaps(ref, cur)
        by = unit(ref, self.scale, between.exponent)
        if by is None:
            return None
        return tail(self.integral(value) * by.length, between, m, power=self.power)

    @abc.abstractmethod
    def distance(self, between: Gaps, by: Unit) -> tuple[float, float]:
        """The value in units of a length, and its error."""

    @abc.abstractmethod
    def integral(self, value: float) -> float:
        """What the integral is, in the same unit, where the distance is ``value``."""
