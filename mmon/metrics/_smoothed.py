"""What metrics share that divide by shares of rows, which must not be 0."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from mmon.metrics._binned import Binned
from mmon.records.arrays import FloatArray

_TINY = np.finfo(np.float64).tiny


@dataclasses.dataclass(frozen=True)
class Smoothed(Binned):
    """A distance without an upper bound, of shares that are first brought near each other."""

    bounds = (0.0, math.inf)
    is_squared = True

    # Half a row of a thousand, as Jeffreys' half observation: shares of 1 % keep 99.9 % of their
    # ratio.
    smoothing: float = 1e-3

    def __post_init__(self) -> None:
        Binned.__post_init__(self)
        if not 0 < self.smoothing < 1:
            raise ValueError(f"smoothing must be above 0 and below 1, not {self.smoothing}")


def smoothed(p: FloatArray, q: FloatArray, smoothing: float) -> tuple[FloatArray, FloatArray]:
    """Replace a share ``smoothing`` of both sides by their average.

    Both still sum to 1, equal shares stay equal, the numbers of rows and of empty bins have no
    influence, and no ratio exceeds 2 / smoothing - 1.

    References
    ----------
    Lee, *On the effectiveness of the skew divergence for statistical language analysis*, AISTATS
    2001.
    """
    middle = smoothing / 2 * (p + q)
    keep = 1 - smoothing
    # Only a bin that is empty on both sides needs the floor: there every term is 0.
    return np.maximum(keep * p + middle, _TINY), np.maximum(keep * q + middle, _TINY)
