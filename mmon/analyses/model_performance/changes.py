"""How much worse a performance metric is in production, and whether chance explains it."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

from scipy.special import stdtr

from mmon.analyses.model_performance import DROP, RELATIVE_DROP
from mmon.chance.proportions import one_sided, two_proportions
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
    """

    noun: ClassVar[str] = "labelled rows"

    metric: PerformanceMetric
    name: str
    ref: Estimate | None
    cur: Estimate
    scale: float | None = None

    @property
    def is_change(self) -> bool:
        """A value is estimated by itself, with its interval; a drop is tested."""
        return self.aspect != "value"

    @property
    def is_absolute(self) -> bool:
        """Whether drops are told in the metric's own unit: it has bounds on both sides."""
        return all(math.isfinite(bound) for bound in self.metric.bounds)

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

    def change(self) -> Change:
        """How much worse production is: a better model is a negative drop."""
        worse, unit, ref, cur = self._worse(), self.unit, self.ref, self.cur
        reason = None
        if ref is None:
            reason = "the reference has no labels to compare with"
        elif worse is None:
            side, one = ("production", cur) if cur.value is None else ("the reference", ref)
            reason = f"undefined in {side}: {one.reason or 'no labels'}"
        elif worse and not unit:
            reason = "the reference's value is 0: set a max instead"
        elif unit and self.p_value() is None:
            reason = self._unknown_noise(ref)
        if ref is None or worse is None or reason is not None:
            return Change(None, is_relative=not self.is_absolute, reason=reason)
        error = (ref.error + cur.error) / unit if unit else 0.0
        return Change(worse / unit if unit else 0.0, error, not self.is_absolute)

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
        return _two_sided(worse, self.ref, self.cur, self.cur.rows)

    def _unknown_noise(self, ref: Estimate) -> str:
        side, one = ("the reference", ref) if _noise(ref) is None else ("production", self.cur)
        if one.rows >= _FEW_ROWS:
            return f"{self.name} has no known sampling noise in {side}: set a min or max instead"
        return f"{one.rows:,} labelled rows in {side} do not tell how noisy {self.name} is"

    def p_value_at(self, value: float, rows: int | None) -> float | None:
        """The p-value that a drop of this size would have with so many labelled rows."""
        ref, cur = self.ref, self.cur
        if ref is None or ref.value is None:
            return None
        # What the metric is of grows with the labels.
        growth = 1.0 if rows is None or not self.rows else rows / self.rows
        if ref.trials is not None and cur.trials is not None:
            m = round(cur.trials[1] * growth)
            share = ref.value - value if self.metric.better == "higher" else ref.value + value
            if not 0.0 <= share <= 1.0:
                # No share can drop so far, so there is nothing that more rows could show.
                return 0.0
            return two_proportions(*ref.trials, min(m, round(share * m)), m) if m else None
        if not self.unit:
            # From no error at all, any is more than a share of it.
            return 0.0
        return _two_sided(value * self.unit, ref, cur, cur.rows * growth)

    def p_value_against(self, level: float) -> float | None:
        """Of "the true value is on the good side of the level"; a drop is tested against none."""
        if self.is_change:
            return 0.0
        cur, is_floor = self.cur, self.direction == "below"
        if cur.trials is not None:
            return one_sided(*cur.trials, level, is_floor=is_floor)
        variance = _noise(cur)
        if cur.value is None or variance is None:
            return None
        gap = level - cur.value if is_floor else cur.value - level
        if variance == 0.0:
            return 0.0 if gap > 0.0 else 1.0
        return float(stdtr(max(cur.rows - 1, 1), -gap / math.sqrt(variance)))

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
    if one.variance == 0.0 and one.rows < _FEW_ROWS:
        return None
    return one.variance


def _two_sided(difference: float, ref: Estimate, cur: Estimate, rows: float) -> float | None:
    """Welch's test of a difference, for so many production rows; None where noise is not known."""
    before, after = _noise(ref), _noise(cur)
    if before is None or after is None or rows <= 0:
        return None
    if abs(difference) <= _ROUNDING * max(abs(ref.value or 0.0), abs(cur.value or 0.0)):
        return 1.0
    # Variances shrink in proportion to the rows.
    after *= cur.rows / rows
    variance = before + after
    if variance == 0.0:
        return 0.0
    # Welch and Satterthwaite's degrees of freedom.
    parts = ((before, ref.rows), (after, rows))
    degrees = variance**2 / sum(one**2 / max(n - 1, 1) for one, n in parts)
    return float(2.0 * stdtr(degrees, -abs(difference) / math.sqrt(variance)))
