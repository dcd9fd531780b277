"""l_infinity"""
from __future__ import annotations
import dataclasses
from typing import ClassVar
import numpy as np
from mmon.metrics._binned import Binned
from mmon.metrics._bins import FloatArray

@dataclasses.dataclass(frozen=True)
class LInfinity(Binned):
    name: ClassVar[str] = "l_infinity"
    title: ClassVar[str] = "L inf"

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        return np.abs(p-q)
    def combined(self, terms):
        return terms.max(axis=-1)
    def deal_values(self,null):
        return self.distance(null.ref/null.n,null.cur/null.m,0)
    def reach(self,a,b): return a+b
