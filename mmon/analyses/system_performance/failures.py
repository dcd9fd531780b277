"""How often a model failed, on both sides."""

from __future__ import annotations

import dataclasses

from mmon.analyses.system_performance.sides import Noisy, measured
from mmon.chance.proportions import one_sided, risen, two_proportions, wilson
from mmon.profiles.activity.activity import Activity
from mmon.verdict.finding import Finding


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Failed(Noisy):
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

    def of_no_change(self) -> float | None:
        """Of "both sides fail as often"."""
        known = self.ref[1] and self.cur[1]
        return two_proportions(*self.ref, *self.cur) if known else None

    def of_increase(
        self, increase: float, level: float, rows: int | None, scale: float = 1.0
    ) -> float | None:
        """Of an increase by so many points, were the rate ``scale`` of the reference's + level."""
        size = self.cur[1] if rows is None else rows
        if self.share is None or not size:
            return None
        share = min(max(self.share + increase, 0.0), 1.0)
        if level < 0.0 or scale < 1.0:
            missed = (self.ref[1] - self.ref[0]), self.ref[1], (1.0 - share) * size, size
            return risen(*missed, 1.0 - scale - level, scale)
        return risen(*self.ref, share * size, size, level, scale)

    def of_rise(self, rise: float, level: float, rows: int | None) -> float | None:
        """The same for a rise as a share of the reference's rate, at least half a row's."""
        if self.share is None:
            return None
        least = max(0.0, 0.5 / self.ref[1] - self.share)
        unit = self.share + least
        return self.of_increase(rise * unit, level * least, rows, 1.0 + level)


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Rate(_Failed):
    """The share of rows that fail."""

    def of_level(self, level: float, *, is_floor: bool) -> float | None:
        """Of "the true rate is on the good side of the level"."""
        return one_sided(*self.cur, level, is_floor=is_floor) if self.cur[1] else 0.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Increase(_Failed):
    """The difference of both rates, which is a change by itself."""

    def of_rise(self, rise: float, level: float, rows: int | None) -> float | None:
        """The p-value of an increase, in points of share."""
        return self.of_increase(rise, level, rows)


def errors(ref: Activity | None, cur: Activity) -> list[Finding]:
    """Count and share of failed rows, and by how much the share rose."""
    if cur.failures is None:
        return []
    hits, m = cur.errors, cur.error_known
    before = (0, 0) if ref is None or ref.failures is None else (ref.errors, ref.error_known)
    both = _Rate(ref=before, cur=(hits, m), rows=m)
    share, told = both.share, f"{hits:,} of {m:,} rows failed"
    least = 0.5 / before[1] if before[1] else 0.0
    increase = _Increase(ref=before, cur=(hits, m), rows=m, reference=share)
    count = _Failed(
        ref=before, cur=(hits, m), rows=m, reference=None if share is None else share * m, least=0.5
    )
    return [
        measured("error_count", float(hits), evidence=count, reason=told),
        measured(
            "error_rate",
            hits / m if m else None,
            evidence=dataclasses.replace(both, reference=share, least=least),
            interval=wilson(hits, m) if m else None,
            reason=told if m else "of no row is it known whether it failed",
        ),
        measured(
            "error_rate_increase",
            None if share is None or not m else hits / m - share,
            evidence=increase,
            aspect="increase",
            reason=told if share is not None else "of no row of the reference is it known",
        ),
    ]
