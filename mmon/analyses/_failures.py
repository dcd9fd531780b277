"""How fast and how often a model failed: latencies and errors of both sides."""

from __future__ import annotations

import functools
import math

import numpy as np
from scipy.special import bdtr, bdtrc, ndtr, ndtri

from mmon.analyses import Context
from mmon.analyses._latencies import p_value, p_value_against, p_value_at, quantile
from mmon.analyses._operations import Measured
from mmon.metrics._proportions import two_proportions
from mmon.metrics.mean_shift import MeanShift
from mmon.performance._class_intervals import wilson
from mmon.profiles.activity import Activity
from mmon.profiles.ecdf import Ecdf
from mmon.profiles.table import Profile

QUANTILES = {"latency_p50": 0.50, "latency_p95": 0.95, "latency_p99": 0.99}

_Z = float(ndtri(0.975))


def latencies(context: Context) -> list[Measured]:
    """Mean and quantiles of the latency; nothing without a latency column."""
    column = context.config.columns.latency
    if column is None:
        return []
    ref, cur = _ecdf(context.reference, column), _ecdf(context.production, column)
    if cur is None or not cur.n:
        why = f"production has no numbers in {column!r}"
        return [Measured(name, None, reason=why) for name in ("avg_latency", *QUANTILES)]
    return [
        _mean(ref, cur, column),
        *(_quantile(ref, cur, column, name) for name in QUANTILES),
    ]


def _ecdf(profile: Profile, column: str) -> Ecdf | None:
    found = profile.column(column)
    distribution = None if found is None else found.distribution
    return distribution if isinstance(distribution, Ecdf) else None


def _mean(ref: Ecdf | None, cur: Ecdf, column: str) -> Measured:
    value = cur.mean
    if not math.isfinite(value):
        return Measured("avg_latency", None, reason="the latencies are too large for a mean")
    deviation = cur.std / math.sqrt(cur.n) if cur.n > 1 else math.nan
    compared = ref if ref is not None and ref.n and math.isfinite(ref.mean) else None

    def at(change: float, rows: int | None) -> float | None:
        if compared is None or compared.n < 2 or compared.std == 0.0:
            return None
        shift = change * compared.mean / compared.std
        return MeanShift().p_value(shift, compared, cur, rows=rows)

    def against(threshold: float, is_floor: bool) -> float | None:
        gap = threshold - value if is_floor else value - threshold
        if not deviation > 0.0:
            return None
        return float(ndtr(-gap / deviation))

    return Measured(
        "avg_latency",
        value,
        reference=None if compared is None else compared.mean,
        interval=(value - _Z * deviation, value + _Z * deviation),
        reason=_negative(cur, column),
        rows=cur.n,
        p_value=at(value / compared.mean - 1, None) if compared and compared.mean else None,
        p_value_at=at,
        p_value_against=against,
    )


def _quantile(ref: Ecdf | None, cur: Ecdf, column: str, name: str) -> Measured:
    probability = QUANTILES[name]
    found = quantile(cur, probability)
    compared = ref if ref is not None and ref.n else None

    def at(change: float, rows: int | None) -> float | None:
        if compared is None or change <= -1.0:
            return None
        return p_value_at(compared, change, cur.n if rows is None else rows, probability)

    return Measured(
        name,
        found.value,
        found.error,
        reference=None if compared is None else quantile(compared, probability).value,
        interval=found.interval,
        reason=_negative(cur, column),
        rows=cur.n,
        p_value=None if compared is None else p_value(compared, cur, probability),
        p_value_at=at,
        p_value_against=functools.partial(_against_quantile, cur, probability),
    )


def _against_quantile(cur: Ecdf, probability: float, threshold: float, is_floor: bool) -> float:
    return p_value_against(cur, threshold, probability, is_floor=is_floor)


def _negative(cur: Ecdf, column: str) -> str | None:
    """Times cannot be negative: that some are is told, for nothing else would show it."""
    if cur.min >= 0:
        return None
    rows = round(float(cur.cdf(np.array([np.nextafter(0.0, -1.0)]))[0]) * cur.n)
    return f"{max(rows, 1):,} of {cur.n:,} values of {column!r} are negative"


def errors(ref: Activity | None, cur: Activity) -> list[Measured]:
    """Count and share of failed rows, and by how much the share rose."""
    if cur.failures is None:
        return []
    hits, m = cur.errors, cur.error_known
    before = (0, 0) if ref is None or ref.failures is None else (ref.errors, ref.error_known)
    k, n = before
    share = k / n if n else None
    told = f"{hits:,} of {m:,} rows failed"
    chance = two_proportions(k, n, hits, m) if n and m else None

    def increase_at(increase: float, rows: int | None) -> float | None:
        size = m if rows is None else rows
        if share is None or not size:
            return None
        if not 0.0 <= share + increase <= 1.0:
            # No share can change so far, so there is nothing that more rows could show.
            return 0.0
        return two_proportions(k, n, min(size, math.ceil((share + increase) * size)), size)

    def change_at(change: float, rows: int | None) -> float | None:
        return None if share is None else increase_at(change * max(share, 0.5 / n), rows)

    def against(threshold: float, is_floor: bool) -> float | None:
        limit = min(max(threshold, 0.0), 1.0)
        if is_floor:
            return float(bdtr(hits, m, limit))
        return float(bdtrc(hits - 1, m, limit)) if hits else 1.0

    rate = Measured(
        "error_rate",
        hits / m if m else None,
        reference=share,
        interval=wilson(hits, m) if m else None,
        reason=told if m else "of no row is it known whether it failed",
        rows=m,
        least=0.5 / n if n else 0.0,
        p_value=chance,
        p_value_at=change_at,
        p_value_against=against if m else None,
    )
    count = Measured(
        "error_count",
        float(hits),
        reference=None if share is None else share * m,
        reason=told,
        rows=m,
        least=0.5,
        p_value=chance,
        p_value_at=change_at,
    )
    increase = Measured(
        "error_rate_increase",
        None if share is None or not m else hits / m - share,
        reference=share,
        reason=told if share is not None else "of no row of the reference is it known",
        rows=m,
        p_value=chance,
        p_value_at=increase_at,
        is_change=True,
    )
    return [count, rate, increase]
