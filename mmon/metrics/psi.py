"""psi"""

from __future__ import annotations
import dataclasses
import math
from typing import ClassVar
import numpy as np
from mmon.metrics._binned import Binned, smoothed
from mmon.metrics._bins import FloatArray

@dataclasses.dataclass(frozen=True)
class Psi(Binned):
    name: ClassVar[str] = "psi"
    title: ClassVar[str] = "population stability index"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)
    power: ClassVar[int] = 1
    smoothing: float = 1e-3

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        p,q = smoothed(p,q,self.smoothing)
        return (p-q)*np.log(p/q)

