"""Whether a number of the user's own changed, or is beyond a level, and if chance explains it."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

from scipy.special import stdtr

from mmon.chance.levels import TAIL, is_powerful, is_surely_below
from mmon.chance.proportions import Z, one_sided, two_proportions
from mmon.performance import Estimate
from mmon.verdict.evidence import Change, Evidence

# Sums in another order differ by this much, relative to the numbers.
_ROUNDING = 1e-12


@dataclasses.dataclass(frozen=True, kw_only=True)
class NumberFact(Evidence):
    """A number on both sides whose value alone decides: of chance in it nothing is known.

    Attributes
    ----------
    ref, cur : Estimate
        Of as many rows as they are worth; without a value where there is none.
    """

    ref: Estimate
    cur: Estimate

    def change(self) -> Change:
        """How far production's number is below the reference's, or above it."""
        moved = self.moved()
        if moved is None:
            side, one = ("production", self.cur)
            if self.cur.value is not None:
                side, one = ("the reference", self.ref)
            return Change(None, reason=f"undefined in {side}: {one.reason}")
        noise = self.noise(None)
        if noise is None:
            return Change(moved)
        half = Z * math.sqrt(noise[0])
        return Change(moved, interval=(moved - half, moved + half))

    def moved(self) -> float | None:
        """By how much production is worse, or by itself larger."""
        before, after = self.ref.value, self.cur.value
        if before is None or after is None:
            return None
        return before - after if self.aspect == "drop" else after - before

    def noise(self, rows: int | None) -> tuple[float, float] | None:
        """The variance of a change, and its degrees of freedom, of so many production rows."""
        before, after = _variance(self.ref), _variance(self.cur)
        if before is None or after is None:
            return None
        growth = 1.0 if rows is None or not self.rows else rows / self.rows
        after, size = after / growth, self.cur.rows * growth
        variance = before + after
        # Welch and Satterthwaite's degrees of freedom.
        parts = ((before, self.ref.rows), (after, size))
        freedom = sum(one**2 / max(n - 1.0, 1.0) for one, n in parts)
        return variance, variance**2 / freedom if freedom else math.inf


@dataclasses.dataclass(frozen=True, kw_only=True)
class NumberChange(NumberFact):
    """A number whose chance is known: a share of rows, or a smooth function of means.

    Attributes
    ----------
    tells_change : bool
        Whether its value is told with the p-value of a change, for it has no levels.
    """

    is_fact: ClassVar[bool] = False

    tells_change: bool = False

    def p_value(self) -> float | None:
        """Of "production's is as the reference's"; None of a value beside its level."""
        if self.aspect == "value" and not self.tells_change:
            return None
        ref, cur, moved = self.ref, self.cur, self.moved()
        if ref.trials is not None and cur.trials is not None:
            return two_proportions(*ref.trials, *cur.trials)
        noise = self.noise(None)
        if moved is None or noise is None:
            return None
        if abs(moved) <= _ROUNDING * max(abs(ref.value or 0.0), abs(cur.value or 0.0)):
            return 1.0
        return 2.0 * _tail(abs(moved), *noise)

    def p_value_against(self, level: float) -> float | None:
        """Of "the true value, or change, is on the good side of the level"."""
        cur = self.cur
        if self.aspect != "value":
            moved, noise = self.moved(), self.noise(None)
            if level == 0.0 or moved is None or noise is None:
                return self.p_value()
            return _tail(moved - level, *noise)
        is_floor = self.direction == "below"
        if cur.trials is not None:
            return one_sided(*cur.trials, level, is_floor=is_floor)
        variance = _variance(cur)
        if cur.value is None or variance is None:
            return None
        gap = level - cur.value if is_floor else cur.value - level
        return _tail(gap, variance, cur.rows - 1.0)

    def is_below(self, level: float) -> bool:
        """Whether the true value, or change, is surely on the good side of the level."""
        cur, is_floor = self.cur, self.direction == "below"
        if self.aspect == "value" and cur.trials is not None:
            # Of few rows none may be on the bad side: that proves nothing.
            return one_sided(*cur.trials, level, is_floor=not is_floor) <= TAIL
        return is_surely_below(self.p_value_against(level))

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        """Whether twice the level, or half a minimum, would be told from it with so many rows."""
        if self.aspect != "value":
            noise = self.noise(rows)
            return noise is None or is_powerful(abs(level), math.sqrt(noise[0]), alpha)
        growth = 1.0 if rows is None or not self.rows else rows / self.rows
        distance = 0.5 * abs(level) if self.direction == "below" else abs(level)
        return is_powerful(distance, math.sqrt((_variance(self.cur) or 0.0) / growth), alpha)


def _variance(one: Estimate) -> float | None:
    """The sampling variance; None where it is not known."""
    if one.trials is None:
        return one.variance
    # As Agresti and Caffo: of few rows that are all alike others may differ.
    hits, rows = one.trials
    share = (hits + 1.0) / (rows + 2.0)
    return share * (1.0 - share) / (rows + 2.0)


def _tail(difference: float, variance: float, freedom: float) -> float:
    """One-sided p-value of a difference that Student's t has, given its variance."""
    if variance == 0.0:
        return 0.0 if difference > 0.0 else 1.0
    return float(stdtr(max(freedom, 1.0), -difference / math.sqrt(variance)))
