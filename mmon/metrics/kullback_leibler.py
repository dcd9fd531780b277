"""kullback_leibler"""

from __future__ import annotations
import dataclasses
import math
from typing import ClassVar
import numpy as np
from mmon.metrics._binned import Binned, smoothed
from mmon.metrics._bins import FloatArray

@dataclasses.dataclass(frozen=True)
class KullbackLeibler(Binned):
    name: ClassVar[str] = "kullback_leibler"
    title: ClassVar[str] = "Kullback-Leibler divergence"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)
    power: ClassVar[int] = 1
    smoothing: float = 1e-3

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        p,q = smoothed(p,q,self.smoothing)
        return np.maximum(q*np.log(q/p)+(p-q),0)

