"""chi_square"""
from __future__ import annotations
import dataclasses
from typing import ClassVar
import numpy as np
from mmon.metrics._binned import Binned
from mmon.metrics._bins import FloatArray

@dataclasses.dataclass(frozen=True)
class ChiSquare(Binned):
    name: ClassVar[str] = "chi_square"
    title: ClassVar[str] = "Cramer V"

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        return weight*(1-weight)*(p-q)**2/np.maximum(weight*p+(1-weight)*q,np.finfo(np.float64).tiny)
    def of_sum(self, total: FloatArray) -> FloatArray:
        return np.sqrt(total)
    def to_sum(self, value): return value*value
