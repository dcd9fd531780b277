"""How fast a model answered, on both sides: the mean and some quantiles of its latency."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from scipy.special import ndtr, ndtri

from mmon.analyses import Context
from mmon.analyses.system_performance import quantiles
from mmon.analyses.system_performance.sides import Noisy, measured
from mmon.chance.levels import beyond
from mmon.metrics.mean_shift import MeanShift
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.table import Profile
from mmon.verdict.finding import Finding

_QUANTILES = {"latency_p50": 0.50, "latency_p95": 0.95, "latency_p99": 0.99}

_Z = float(ndtri(0.975))


def latencies(context: Context) -> list[Finding]:
    """Mean and quantiles of the latency; nothing without a latency column."""
    column = context.config.columns.latency
    if column is None:
        return []
    ref, cur = _ecdf(context.reference, column), _ecdf(context.production, column)
    if cur is None or not cur.n:
        why = f"production has no numbers in {column!r}"
        return [measured(name, None, reason=why) for name in ("avg_latency", *_QUANTILES)]
    told = _negative(cur, column)
    return [
        _mean(ref, cur, told),
        *(
            _quantile(ref if ref is not None and ref.n else None, cur, name, told)
            for name in _QUANTILES
        ),
    ]


def _ecdf(profile: Profile, column: str) -> Ecdf | None:
    found = profile.column(column)
    distribution = None if found is None else found.distribution
    return distribution if isinstance(distribution, Ecdf) else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Mean(Noisy):
    """The mean latency of both sides; ``deviation`` is the standard error of production's."""

    ref: Ecdf | None
    cur: Ecdf
    deviation: float

    def of_no_change(self) -> float | None:
        """Of "both sides have one mean"."""
        ref = self.ref
        if ref is None or ref.n < 2 or ref.std == 0.0:
            return None
        return MeanShift().p_value((self.cur.mean - ref.mean) / ref.std, ref, self.cur)

    def of_rise(self, rise: float, level: float, rows: int | None) -> float | None:
        """By the normal deviation of both means."""
        ref, cur = self.ref, self.cur
        if ref is None or ref.n < 2 or cur.n < 2:
            return None
        sign = -1.0 if level < 0.0 else 1.0
        variance = cur.std**2 / (cur.n if rows is None else rows)
        variance += ((1.0 + level) * ref.std) ** 2 / ref.n
        return beyond(sign * (rise - level) * ref.mean, math.sqrt(variance))

    def of_level(self, level: float, *, is_floor: bool) -> float | None:
        """Of "the true mean is on the good side of the level"."""
        gap = level - self.cur.mean if is_floor else self.cur.mean - level
        return float(ndtr(-gap / self.deviation)) if self.deviation > 0.0 else None


def _mean(ref: Ecdf | None, cur: Ecdf, told: str | None) -> Finding:
    value = cur.mean
    if not math.isfinite(value):
        return measured("avg_latency", None, reason="the latencies are too large for a mean")
    deviation = cur.std / math.sqrt(cur.n) if cur.n > 1 else math.nan
    compared = ref if ref is not None and ref.n and math.isfinite(ref.mean) else None
    before = None if compared is None else compared.mean
    return measured(
        "avg_latency",
        value,
        evidence=_Mean(ref=compared, cur=cur, deviation=deviation, reference=before, rows=cur.n),
        interval=(value - _Z * deviation, value + _Z * deviation),
        reason=told,
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Quantile(Noisy):
    """A quantile of both sides."""

    ref: Ecdf | None
    cur: Ecdf
    probability: float
    interval: tuple[float, float] | None

    def of_no_change(self) -> float | None:
        """Of "both sides have one quantile"."""
        if self.ref is None:
            return None
        return quantiles.p_value(self.ref, self.cur, self.probability)

    def of_rise(self, rise: float, level: float, rows: int | None) -> float | None:
        """If every latency were so much longer than by the level."""
        if self.ref is None or level <= -1.0:
            return None
        sign = -1 if level < 0.0 else 1
        if sign * rise <= sign * level:
            return 1.0
        scaled = quantiles.longer(self.ref, level)
        if rows is None:
            return quantiles.p_value(scaled, self.cur, self.probability) / 2.0
        more = (1.0 + rise) / (1.0 + level) - 1.0
        return quantiles.p_value_at(scaled, more, rows, self.probability) / 2.0

    def is_below(self, level: float) -> bool:
        """Whether the interval of production ends where less than the level's change begins."""
        if self.reference is None or self.interval is None or self.aspect == "value":
            return False
        end = self.rising(level) * self.reference + self.reference
        return self.interval[1] < end if self.aspect == "rise" else self.interval[0] > end

    def of_level(self, level: float, *, is_floor: bool) -> float:
        """Of "the true quantile is on the good side of the level"."""
        return quantiles.p_value_against(self.cur, level, self.probability, is_floor=is_floor)


def _quantile(ref: Ecdf | None, cur: Ecdf, name: str, told: str | None) -> Finding:
    probability = _QUANTILES[name]
    found = quantiles.quantile(cur, probability)
    evidence = _Quantile(
        ref=ref,
        cur=cur,
        probability=probability,
        interval=found.interval,
        error=found.error,
        reference=None if ref is None else quantiles.quantile(ref, probability).value,
        rows=cur.n,
    )
    return measured(name, found.value, evidence=evidence, interval=found.interval, reason=told)


def _negative(cur: Ecdf, column: str) -> str | None:
    """Times cannot be negative: that some are is told, for nothing else would show it."""
    if cur.min >= 0:
        return None
    rows = round(float(cur.cdf(np.array([np.nextafter(0.0, -1.0)]))[0]) * cur.n)
    return f"{max(rows, 1):,} of {cur.n:,} values of {column!r} are negative"
