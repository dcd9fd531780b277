"""Rows that came too late, and rows that came twice."""

from __future__ import annotations

from collections.abc import Callable

from scipy.special import ndtr

from mmon.analyses._operations import Measured
from mmon.profiles.activity import Activity
from mmon.profiles.identities import Identities

# 95 % of a normal distribution.
_Z = 1.96


def late_rows(cur: Activity) -> Measured | None:
    """Rows after their window had closed; None where windows do not close."""
    late, rows = cur.late_rows, cur.rows
    if late is None:
        return None
    told = f"{late / rows:.2%} of {rows:,} rows came after their window had closed"
    return Measured("late_rows", float(late), reason=told if late else None, rows=rows)


def duplicate_ids(before: Activity | None, after: Activity) -> Measured | None:
    """Rows that repeat the id of another; None without an id column."""
    cur = after.identities
    if cur is None:
        return None
    if not cur.rows:
        return Measured("duplicate_ids", None, reason="no row has an id")
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
    return Measured(
        "duplicate_ids",
        cur.repeats,
        reference=ref.repeats / ref.rows * cur.rows if ref is not None and ref.rows else None,
        interval=None if cur.is_exact else interval,
        reason="; ".join(said) or None,
        rows=cur.rows,
        least=0.5,
        p_value_against=None if cur.is_exact else _normal_against(cur),
    )


def _normal_against(ids: Identities) -> Callable[[float, bool], float | None]:
    """For an estimate from a sample of ids."""

    def against(threshold: float, is_floor: bool) -> float | None:
        gap = threshold - ids.repeats if is_floor else ids.repeats - threshold
        error = ids.standard_error
        return float(ndtr(-gap / error)) if error > 0.0 else None

    return against
