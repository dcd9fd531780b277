"""general_drift"""
from __future__ import annotations
import dataclasses
from typing import ClassVar
import numpy as np
from mmon.metrics.total_variation import TotalVariation
from mmon.metrics.hellinger import Hellinger
from mmon.metrics._binned import Binned
from mmon.metrics._bins import FloatArray

@dataclasses.dataclass(frozen=True)
class GeneralDrift(Binned):
    name: ClassVar[str] = "general_drift"
    title: ClassVar[str] = "general drift"
    def _parts(self): return TotalVariation(self.bins),Hellinger(self.bins)
    def distance(self,p,q,weight):
        a,b=self._parts(); return (a.distance(p,q,weight)+b.distance(p,q,weight))/2
    def deal_values(self,null):
        a,b=self._parts(); return (a.deal_values(null)+b.deal_values(null))/2
    def error(self,value,table):
        a,b=self._parts()
        p, q = table.ref.mass / table.ref.rows, table.cur.mass / table.cur.rows
        return sum(x.error(float(x.distance(p,q,0.5)),table) for x in (a,b))/2
    def log_tail(self, value, null):
        from mmon.metrics._null_tails import log_tail
        tv,h=self._parts()
        a,b=tv.deal_values(null),h.deal_values(null)
        top=np.argsort(a+b)[-20:]
        s=value*float((b[top]/((a+b)[top]/2)).mean())
        return log_tail(lambda p,q,w: tv.terms(p,q,w)+h.terms(p,q,w)/(2*s), 2*value-s/2, null)
