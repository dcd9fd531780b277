"""How fast and how often a model failed: latencies and errors of both sides."""

from __future__ import annotations

import dataclasses
import functools
import math

import numpy as np
from scipy.special import ndtr, ndtri

from mmon.analyses import Context
from mmon.analyses._latencies import p_value, p_value_against, p_value_at, quantile
from mmon.analyses._operations import Measured
from mmon.metrics._proportions import one_sided, two_proportions
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


@dataclasses.dataclass(frozen=True, slots=True)
class _Failed:
    """Failed rows of both sides, among those of which it is known.

    Attributes
    ----------
    ref, cur : (int, int)
        Failed rows, and rows of which it is known; (0, 0) where a side does not say.
    """

    ref: tuple[int, int]
    cur: tuple[int, int]

    @property
    def share(self) -> float | None:
        """The reference's error rate."""
        return self.ref[0] / self.ref[1] if self.ref[1] else None

    @property
    def chance(self) -> float | None:
        """The p-value of "both sides fail as often"."""
        known = self.ref[1] and self.cur[1]
        return two_proportions(*self.ref, *self.cur) if known else None

    def increase_at(self, increase: float, rows: int | None) -> float | None:
        """The p-value that such an increase of the rate would have with so many rows."""
        size = self.cur[1] if rows is None else rows
        if self.share is None or not size:
            return None
        share = self.share + increase
        if not 0.0 <= share <= 1.0:
            # No share can change so far, so there is nothing that more rows could show.
            return 0.0
        return two_proportions(*self.ref, min(size, math.ceil(share * size)), size)

    def change_at(self, change: float, rows: int | None) -> float | None:
        """The same for a change as a share of the reference's rate, at least half a row's."""
        if self.share is None:
            return None
        return self.increase_at(change * max(self.share, 0.5 / self.ref[1]), rows)

    def against(self, threshold: float, is_floor: bool) -> float | None:
        """The p-value of "the true rate is on the good side of the threshold"."""
        return one_sided(*self.cur, threshold, is_floor=is_floor)


def errors(ref: Activity | None, cur: Activity) -> list[Measured]:
    """Count and share of failed rows, and by how much the share rose."""
    if cur.failures is None:
        return []
    hits, m = cur.errors, cur.error_known
    before = (0, 0) if ref is None or ref.failures is None else (ref.errors, ref.error_known)
    failed = _Failed(before, (hits, m))
    share, told = failed.share, f"{hits:,} of {m:,} rows failed"
    rate = Measured(
        "error_rate",
        hits / m if m else None,
        reference=share,
        interval=wilson(hits, m) if m else None,
        reason=told if m else "of no row is it known whether it failed",
        rows=m,
        least=0.5 / before[1] if before[1] else 0.0,
        p_value=failed.chance,
        p_value_at=failed.change_at,
        p_value_against=failed.against if m else None,
    )
    count = Measured(
        "error_count",
        float(hits),
        reference=None if share is None else share * m,
        reason=told,
        rows=m,
        least=0.5,
        p_value=failed.chance,
        p_value_at=failed.change_at,
    )
    increase = Measured(
        "error_rate_increase",
        None if share is None or not m else hits / m - share,
        reference=share,
        reason=told if share is not None else "of no row of the reference is it known",
        rows=m,
        p_value=failed.chance,
        p_value_at=failed.increase_at,
        is_change=True,
    )
    return [count, rate, increase]
