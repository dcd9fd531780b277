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
    def log_tail(self, value, null):
        import math
        from mmon.metrics._proportions import log_tail, two_tails
        n,m=null.n,null.m; N=n+m
        t,g=np.unique(null.pooled,return_counts=True); t=t.astype(float)
        # c/m - (t-c)/n = v  -> c = (v + t/n) * n*m/N
        x=value*n*m/N*(1-1e-9); mu=t*m/N
        hi=np.ceil(mu+x); lo=np.floor(mu-x)
        first=np.maximum(0,t-n); last=np.minimum(t,m)
        L=[]
        ok=(hi<=last)&(hi>first)
        if ok.any(): L.append(np.log(g[ok])+log_tail(hi[ok],t[ok],n,m))
        ok=(lo>=first)&(lo<last)
        if ok.any(): L.append(np.log(g[ok])+log_tail((t-lo)[ok],t[ok],m,n))
        if not L: return -math.inf
        L=np.concatenate(L); a=L.max(); s=a+math.log(np.exp(L-a).sum())
        return math.log(-math.expm1(-math.exp(s))) if s>-30 else s
