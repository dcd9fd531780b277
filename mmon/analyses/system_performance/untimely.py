"""Rows that came too late, and rows that came twice."""

from __future__ import annotations

import dataclasses

from scipy.special import ndtr

from mmon.analyses.system_performance.sides import Sides, measured
from mmon.profiles.activity.activity import Activity
from mmon.profiles.activity.identities import Identities
from mmon.verdict.finding import Finding

# 95 % of a normal distribution.
_Z = 1.96


def late_rows(cur: Activity) -> Finding | None:
    """Rows after their window had closed; None where windows do not close."""
    late, rows = cur.late_rows, cur.rows
    if late is None:
        return None
    told = f"{late / rows:.2%} of {rows:,} rows came after their window had closed"
    return measured("late_rows", float(late), reason=told if late else None)


def duplicate_ids(before: Activity | None, after: Activity) -> Finding | None:
    """Rows that repeat the id of another; None without an id column."""
    cur = after.identities
    if cur is None:
        return None
    if not cur.rows:
        return measured("duplicate_ids", None, reason="no row has an id")
    ref = None if before is None else before.identities
    error = cur.standard_error
    said = []
    if cur.repeats:
        said.append(f"{cur.repeats / cur.rows:.2%} of {cur.rows:,} rows repeat the id of another")
    if cur.missing:
        said.append(f"{cur.missing:,} rows have no id")
    if not cur.is_exact:
        every = round(1 / cur.sampled)
        said.append(f"estimated from every {every:,}th id, give or take {error:,.0f}")
    # Where the sample has no repeat there may still be some: the rule of three.
    high = max(cur.repeats + _Z * error, 3.0 / cur.sampled)
    interval = (max(0.0, cur.repeats - _Z * error), high)
    reference = ref.repeats / ref.rows * cur.rows if ref is not None and ref.rows else None
    return measured(
        "duplicate_ids",
        cur.repeats,
        evidence=_Repeats(ids=cur, reference=reference, least=0.5, rows=cur.rows),
        interval=None if cur.is_exact else interval,
        reason="; ".join(said) or None,
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Repeats(Sides):
    """Repeated ids, which may be estimated from a sample of ids."""

    is_fact = False
    ids: Identities

    def p_value_against(self, level: float) -> float | None:
        """Of "the true number is on the good side of the level"; 0 where every id was counted."""
        if self.ids.is_exact or self.aspect != "value":
            return 0.0
        repeats, error = self.ids.repeats, self.ids.standard_error
        gap = level - repeats if self.direction == "below" else repeats - level
        return float(ndtr(-gap / error)) if error > 0.0 else None
