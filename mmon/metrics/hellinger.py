"""hellinger"""

from __future__ import annotations
import dataclasses
import math
from typing import ClassVar
import numpy as np
from mmon.metrics._binned import Binned
from mmon.metrics._bins import FloatArray

@dataclasses.dataclass(frozen=True)
class Hellinger(Binned):
    name: ClassVar[str] = "hellinger"
    title: ClassVar[str] = "Hellinger distance"

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        return 0.5 * (np.sqrt(p) - np.sqrt(q)) ** 2

    def of_sum(self, total: FloatArray) -> FloatArray:
        return np.sqrt(total)

    def reach(self, ref_moved: float, cur_moved: float) -> float:
        return math.sqrt(ref_moved) + math.sqrt(cur_moved)
    def to_sum(self, value): return value*value
