"""How much worse a performance metric is in production, and whether chance explains it."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

from scipy.special import stdtr

from mmon.analyses.model_performance import DROP, RELATIVE_DROP
from mmon.chance.levels import is_powerful, is_surely_below
from mmon.chance.proportions import Z, one_sided, two_proportions
from mmon.performance import Estimate, PerformanceMetric
from mmon.verdict.evidence import Change, Evidence

# So few rows that are all alike say nothing about how much others differ.
_FEW_ROWS = 30
# Sums in another order differ by this much, relative to the numbers.
_ROUNDING = 1e-12


@dataclasses.dataclass(frozen=True, kw_only=True)
class MetricChange(Evidence):
    """A metric of the reference and of production, under one full name.

    Attributes
    ----------
    metric : PerformanceMetric
    name : str
        The full name.
    ref : Estimate or None
        None without labels in the reference.
    cur : Estimate
    scale : float or None
        What a drop is told as a share of, where that is not the reference's value: a good model's
        bias is 0.
    rows : int
        Labelled production rows, also where the metric is of some of them, as recall is of the
        positive.
    known_share : float or None
        What of production's value the labels tell: `PerformanceMetric.known_share`.
    """

    is_fact = False
    noun: ClassVar[str] = "labelled rows"

    metric: PerformanceMetric
    name: str
    ref: Estimate | None
    cur: Estimate
    scale: float | None = None
    known_share: float | None = None

    @property
    def is_change(self) -> bool:
        """A value is estimated by itself, with its interval; a drop is tested."""
        return self.aspect != "value"

    @property
    def is_absolute(self) -> bool:
        """Whether drops are told in the metric's own unit."""
        return not self.metric.is_relative()

    @property
    def is_undefined(self) -> bool:
        """Whether neither side has a value."""
        return self.cur.value is None and (self.ref is None or self.ref.value is None)

    @property
    def unit(self) -> float:
        """What one unit of a drop is, in the metric's own unit."""
        if self.ref is None or self.ref.value is None or self.is_absolute:
            return 1.0
        return abs(self.ref.value) if self.scale is None else self.scale

    def is_beyond_at_best(self, level: float, alpha: float) -> bool:
        """Whether it surely passes a level, were all rows without a label as good as can be."""
        share, cur, better = self.known_share, self.cur, self.metric.better
        variance = _noise(cur)
        if share is None or cur.value is None or variance is None or better == "zero":
            return False
        best = self.metric.bounds[0 if better == "lower" else 1]
        value = share * cur.value + (1.0 - share) * best
        at_best = dataclasses.replace(cur, value=value, variance=share**2 * variance, trials=None)
        p_value = dataclasses.replace(self, cur=at_best).p_value_against(level)
        return p_value is not None and p_value <= alpha

    def change(self) -> Change:
        """How much worse production is: a better model is a negative drop."""
        worse, unit, ref, cur = self._worse(), self.unit, self.ref, self.cur
        reason = None
        if ref is None:
            reason = "the reference has no labels to compare with"
        elif worse is None:
            side, one = ("production", cur) if cur.value is None else ("the reference", ref)
            reason = f"undefined in {side}: {one.reason or 'no labels'}"
        elif lacking := (ref.classes or frozenset()) - (cur.classes or frozenset()):
            reason = f"production has no rows of class {min(lacking)}, and the reference has"
        elif worse and not unit:
            reason = "the reference's value is 0: set a max instead"
        elif unit and self.p_value() is None:
            reason = self._unknown_noise(ref)
        if ref is None or worse is None or reason is not None:
            return Change(None, is_relative=not self.is_absolute, reason=reason)
        if not unit:
            return Change(0.0, is_relative=not self.is_absolute)
        noise = self._drop_noise(0.0, None)
        half = Z * math.sqrt(noise[0]) if noise is not None else math.inf
        interval = (worse - half) / unit, (worse + half) / unit
        error = (ref.error + cur.error) / unit
        return Change(worse / unit, error, not self.is_absolute, interval)

    def _worse(self) -> float | None:
        """By how much production is worse, in the metric's unit."""
        before, after = None if self.ref is None else self.ref.value, self.cur.value
        if before is None or after is None:
            return None
        if self.metric.better == "higher":
            return before - after
        return after - before if self.metric.better == "lower" else abs(after) - abs(before)

    def p_value(self) -> float | None:
        """Of "production is as good"; None of a value, and where the noise is not known."""
        worse = self._worse()
        if not self.is_change or self.ref is None or worse is None:
            return None
        if not self.unit:
            return 1.0
        if self.ref.trials is not None and self.cur.trials is not None:
            return two_proportions(*self.ref.trials, *self.cur.trials)
        noise = self._drop_noise(0.0, None)
        if noise is None:
            return None
        if abs(worse) <= _ROUNDING * max(abs(self.ref.value or 0.0), abs(self.cur.value or 0.0)):
            return 1.0
        return 2.0 * _tail(abs(worse), *noise)

    def _unknown_noise(self, ref: Estimate) -> str:
        side, one = ("the reference", ref) if _noise(ref) is None else ("production", self.cur)
        if one.reason is not None:
            return f"{self.name} has no known sampling noise in {side}: {one.reason}"
        if one.rows >= _FEW_ROWS:
            return f"{self.name} has no known sampling noise in {side}: set a min or max instead"
        return f"{one.rows:,} labelled rows in {side} do not tell how noisy {self.name} is"

    def p_value_against(self, level: float) -> float | None:
        """Of "the true value, or drop, is on the good side of the level"."""
        cur, is_floor = self.cur, self.direction == "below"
        if self.is_change:
            return self.p_value() if level == 0.0 else self._drop_against(level)
        if cur.trials is not None:
            return one_sided(*cur.trials, level, is_floor=is_floor)
        variance = _noise(cur)
        if cur.value is None or variance is None:
            return None
        gap = level - cur.value if is_floor else cur.value - level
        return _tail(gap, variance, cur.rows - 1)

    def _drop_against(self, level: float) -> float | None:
        worse, noise = self._worse(), self._drop_noise(level, None)
        if worse is None or noise is None:
            return None
        return _tail(worse - level * self.unit, *noise)

    def _drop_noise(self, level: float, rows: int | None) -> tuple[float, float] | None:
        """Variance of a drop beyond a level, and its degrees of freedom, of so many labels."""
        ref, cur = self.ref, self.cur
        before, after = None if ref is None else _noise(ref), _noise(cur)
        if ref is None or before is None or after is None or not cur.rows:
            return None
        # What the metric is of grows with the labels, and variances shrink with it.
        growth = 1.0 if rows is None or not self.rows else rows / self.rows
        after, size = after / growth, cur.rows * growth
        if not self.is_absolute and self.scale is None:
            before *= (1.0 + level) ** 2
        variance = before + after
        # Welch and Satterthwaite's degrees of freedom.
        parts = ((before, ref.rows), (after, size))
        freedom = sum(one**2 / max(n - 1, 1) for one, n in parts)
        return variance, variance**2 / freedom if freedom else math.inf

    def is_below(self, level: float) -> bool:
        """Whether the drop is surely smaller than the level."""
        return self.is_change and is_surely_below(self._drop_against(level))

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        """Whether a drop of twice the level would be told from it with so many labelled rows."""
        noise = self._drop_noise(level, rows)
        if noise is None or not self.unit:
            return noise is not None
        return is_powerful(level * self.unit, math.sqrt(noise[0]), alpha)

    def rows_needed(self, level: float, alpha: float) -> float:
        """Labelled rows that it takes; of a value, for its interval to end near its level.

        A value on the good side of its level is proof where its interval does not reach beyond the
        level by more than what counts as a drop.
        """
        cur = self.cur
        if self.is_change:
            return Evidence.rows_needed(self, level, alpha)
        if cur.value is None or cur.interval is None:
            return 0.0
        allowed = DROP.detected or 0.0
        if not self.is_absolute:
            allowed = (RELATIVE_DROP.detected or 0.0) * abs(level)
        sign, end = (1.0, cur.interval[0]) if self.direction == "below" else (-1.0, cur.interval[1])
        room = sign * (cur.value - level) + allowed
        reach = sign * (cur.value - end)
        if reach <= room or sign * (cur.value - level) < 0.0:
            return 0.0
        # Intervals shrink with the root of the rows.
        return math.ceil(self.rows * (reach / room) ** 2) if room > 0.0 else math.inf


def _noise(one: Estimate) -> float | None:
    """The sampling variance; None where it is not known."""
    if one.trials is not None:
        # As Agresti and Caffo: of few rows that are all alike others may differ.
        hits, rows = one.trials
        share = (hits + 1.0) / (rows + 2.0)
        return share * (1.0 - share) / (rows + 2.0)
    if one.variance == 0.0 and one.rows < _FEW_ROWS:
        return None
    return one.variance


def _tail(difference: float, variance: float, freedom: float) -> float:
    """One-sided p-value of a difference that Student's t has, given its variance."""
    if variance == 0.0:
        return 0.0 if difference > 0.0 else 1.0
    return float(stdtr(max(freedom, 1.0), -difference / math.sqrt(variance)))
