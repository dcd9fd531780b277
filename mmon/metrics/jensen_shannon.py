"""jensen_shannon"""
from __future__ import annotations
import dataclasses
from typing import ClassVar
import numpy as np
from mmon.metrics._binned import Binned
from mmon.metrics._bins import FloatArray

@dataclasses.dataclass(frozen=True)
class JensenShannon(Binned):
    name: ClassVar[str] = "jensen_shannon"
    title: ClassVar[str] = "Jensen-Shannon distance"

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        both = np.maximum(p + q, np.finfo(np.float64).tiny)
        left, right = 2 * p / both, 2 * q / both
        tiny = np.finfo(np.float64).tiny
        return np.maximum(0.5 * (p * np.log2(np.maximum(left, tiny)) + q * np.log2(np.maximum(right, tiny))), 0)

    def of_sum(self, total: FloatArray) -> FloatArray:
        return np.sqrt(total)
    def to_sum(self, value): return value*value
