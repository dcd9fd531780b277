"""How much worse a performance metric is in production, and whether chance explains it."""

from __future__ import annotations

import dataclasses
import math

from scipy.special import stdtr

from mmon.config_analyses import Thresholds
from mmon.metrics._proportions import one_sided, two_proportions
from mmon.performance import Estimate, PerformanceMetric
from mmon.results import Score

DEFAULT_DROP = Thresholds(potential=0.02, detected=0.05)
"""Of a metric with bounds, in its own unit: 0.05 of roc_auc is what a good feature is worth."""
DEFAULT_RELATIVE_DROP = Thresholds(potential=0.1, detected=0.2)
"""Of a metric without bounds, as a share of the reference's value."""

# So few rows that are all alike say nothing about how much others differ.
_FEW_ROWS = 30
# Sums in another order differ by this much, relative to the numbers.
_ROUNDING = 1e-12


@dataclasses.dataclass(frozen=True)
class Change:
    """A metric of the reference and of production, under one full name.

    Attributes
    ----------
    metric : PerformanceMetric
    name : str
        The full name.
    ref : Estimate or None
        None without labels in the reference.
    cur : Estimate
    labelled_rows : int or None
        Labelled production rows, where the metric is of some of them, as recall is of the positive;
        None where it is of all.
    scale : float or None
        What a drop is told as a share of, where that is not the reference's value: a good model's
        bias is 0.
    """

    metric: PerformanceMetric
    name: str
    ref: Estimate | None
    cur: Estimate
    labelled_rows: int | None = None
    scale: float | None = None

    @property
    def labelled(self) -> int:
        """Labelled production rows."""
        return self.cur.rows if self.labelled_rows is None else self.labelled_rows

    @staticmethod
    def is_absolute(metric: PerformanceMetric) -> bool:
        """Whether drops are told in the metric's own unit: it has bounds on both sides."""
        return all(math.isfinite(bound) for bound in metric.bounds)

    @property
    def is_undefined(self) -> bool:
        """Whether neither side has a value."""
        return self.cur.value is None and (self.ref is None or self.ref.value is None)

    @property
    def unit(self) -> float:
        """What one unit of a drop is, in the metric's own unit."""
        if self.ref is None or self.ref.value is None or self.is_absolute(self.metric):
            return 1.0
        return abs(self.ref.value) if self.scale is None else self.scale

    def drop(self) -> Score:
        """How much worse production is, with the p-value of "it is as good"."""
        ref, cur = self.ref, self.cur
        if ref is None:
            return Score(None, reason="the reference has no labels to compare with")
        if ref.value is None or cur.value is None:
            side, one = ("production", cur) if cur.value is None else ("the reference", ref)
            return Score(None, reason=f"undefined in {side}: {one.reason or 'no labels'}")
        worse = self._worse(ref.value, cur.value)
        if not self.unit:
            if worse:
                return Score(None, reason="the reference's value is 0: set a max instead")
            return Score(0.0, p_value=1.0)
        p_value = self._p_value(ref, cur, worse)
        if p_value is None:
            return Score(None, reason=self._unknown_noise(ref, cur))
        return Score(worse / self.unit, (ref.error + cur.error) / self.unit, p_value)

    def _worse(self, before: float, after: float) -> float:
        if self.metric.better == "higher":
            return before - after
        return after - before if self.metric.better == "lower" else abs(after) - abs(before)

    def _p_value(self, ref: Estimate, cur: Estimate, worse: float) -> float | None:
        if ref.trials is not None and cur.trials is not None:
            return two_proportions(*ref.trials, *cur.trials)
        return _two_sided(worse, ref, cur, cur.rows)

    def _unknown_noise(self, ref: Estimate, cur: Estimate) -> str:
        side, one = ("the reference", ref) if _noise(ref) is None else ("production", cur)
        if one.rows >= _FEW_ROWS:
            return f"{self.name} has no known sampling noise in {side}: set a min or max instead"
        return f"{one.rows:,} labelled rows in {side} do not tell how noisy {self.name} is"

    def p_value_at(self, drop: float, rows: int | None) -> float | None:
        """The p-value that a drop of this size would have with so many labelled rows."""
        ref, cur = self.ref, self.cur
        if ref is None or ref.value is None:
            return None
        # What the metric is of grows with the labels.
        growth = 1.0 if rows is None or not self.labelled else rows / self.labelled
        if ref.trials is not None and cur.trials is not None:
            m = round(cur.trials[1] * growth)
            share = ref.value - drop if self.metric.better == "higher" else ref.value + drop
            if not 0.0 <= share <= 1.0:
                # No share can drop so far, so there is nothing that more rows could show.
                return 0.0
            return two_proportions(*ref.trials, min(m, round(share * m)), m) if m else None
        if not self.unit:
            # From no error at all, any is more than a share of it.
            return 0.0
        return _two_sided(drop * self.unit, ref, cur, cur.rows * growth)

    def p_value_against(self, threshold: float, *, is_floor: bool) -> float | None:
        """The one-sided p-value of "the true value is on the good side of the threshold"."""
        cur = self.cur
        if cur.trials is not None:
            return one_sided(*cur.trials, threshold, is_floor=is_floor)
        variance = _noise(cur)
        if cur.value is None or variance is None:
            return None
        gap = threshold - cur.value if is_floor else cur.value - threshold
        if variance == 0.0:
            return 0.0 if gap > 0.0 else 1.0
        return float(stdtr(max(cur.rows - 1, 1), -gap / math.sqrt(variance)))


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
