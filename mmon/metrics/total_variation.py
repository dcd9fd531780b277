"""tv"""
from __future__ import annotations
import dataclasses
from typing import ClassVar
import numpy as np
from mmon.metrics._binned import Binned
from mmon.metrics._bins import FloatArray

@dataclasses.dataclass(frozen=True)
class TotalVariation(Binned):
    name: ClassVar[str] = "total_variation"
    title: ClassVar[str] = "total variation"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    default_thresholds: ClassVar[tuple[float, float] | None] = (0.1, 0.2)

    def terms(self, p: FloatArray, q: FloatArray, weight: float) -> FloatArray:
        return 0.5 * np.abs(p - q)
    def reach(self,a,b): return a+b
