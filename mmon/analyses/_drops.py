"""One performance metric on both sides, as candidates: its value, and how much worse it became."""

from __future__ import annotations

import dataclasses
import math

from scipy.special import bdtr, bdtrc, ndtr

from mmon.analyses import Context
from mmon.candidate import Candidate
from mmon.config_analyses import Floors, ModelPerformance, PerformanceLevels, Thresholds
from mmon.metrics._proportions import two_proportions
from mmon.performance import Estimate, PerformanceMetric
from mmon.results import Direction, ResultKind, Score

APPLICATION = "model-performance"


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
    """

    metric: PerformanceMetric
    name: str
    ref: Estimate | None
    cur: Estimate

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
        return abs(self.ref.value)

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
        error = (ref.error + cur.error) / self.unit
        return Score(worse / self.unit, error, self._p_value(ref, cur))

    def _worse(self, before: float, after: float) -> float:
        if self.metric.better == "higher":
            return before - after
        return after - before if self.metric.better == "lower" else abs(after) - abs(before)

    def _p_value(self, ref: Estimate, cur: Estimate) -> float | None:
        if ref.trials is not None and cur.trials is not None:
            return two_proportions(*ref.trials, *cur.trials)
        if ref.value is None or cur.value is None:
            return None
        return _two_sided(cur.value - ref.value, ref.variance, cur.variance)

    def p_value_at(self, drop: float, rows: int | None) -> float | None:
        """The p-value that a drop of this size would have with so many labelled rows."""
        ref, cur = self.ref, self.cur
        if ref is None or ref.value is None:
            return None
        if ref.trials is not None and cur.trials is not None:
            m = cur.trials[1] if rows is None else rows
            share = ref.value - drop if self.metric.better == "higher" else ref.value + drop
            if not 0.0 <= share <= 1.0:
                # No share can drop so far, so there is nothing that more rows could show.
                return 0.0
            return two_proportions(*ref.trials, min(m, round(share * m)), m) if m else None
        if not self.unit:
            # From no error at all, any is more than a share of it.
            return 0.0
        if cur.variance is None or not cur.rows:
            return None
        # Variances shrink in proportion to the rows.
        variance = cur.variance * (1.0 if rows is None else cur.rows / rows)
        return _two_sided(drop * self.unit, ref.variance, variance)

    def p_value_against(self, threshold: float, *, is_floor: bool) -> float | None:
        """The one-sided p-value of "the true value is on the good side of the threshold"."""
        cur = self.cur
        if cur.trials is not None:
            hits, n = cur.trials
            share = min(max(threshold, 0.0), 1.0)
            tail = bdtr(hits, n, share) if is_floor else bdtrc(hits - 1, n, share) if hits else 1.0
            return float(tail)
        if cur.value is None or cur.variance is None:
            return None
        gap = threshold - cur.value if is_floor else cur.value - threshold
        if cur.variance == 0.0:
            return 0.0 if gap > 0.0 else 1.0
        return float(ndtr(-gap / math.sqrt(cur.variance)))


def _two_sided(
    difference: float, ref_variance: float | None, cur_variance: float | None
) -> float | None:
    if ref_variance is None or cur_variance is None:
        return None
    variance = ref_variance + cur_variance
    if variance == 0.0:
        return 1.0 if difference == 0.0 else 0.0
    return float(2.0 * ndtr(-abs(difference) / math.sqrt(variance)))


def bounds_of(levels: PerformanceLevels) -> list[tuple[Thresholds | Floors, Direction]]:
    """The bounds on the value itself that are set, with the direction in which they are passed."""
    sides: tuple[tuple[Thresholds | Floors, Direction], ...] = (
        (levels.min, "below"),
        (levels.max, "above"),
    )
    return [(bound, direction) for bound, direction in sides if not bound.is_empty]


def level_candidates(
    context: Context, change: Change, levels: PerformanceLevels
) -> list[Candidate]:
    """The value itself: one candidate for each bound that is set, or one that is only told."""
    usual: Direction = "below" if change.metric.better == "higher" else "above"
    return [
        _value_candidate(context, change, bound, direction)
        for bound, direction in bounds_of(levels) or [(Thresholds(), usual)]
    ]


def _value_candidate(
    context: Context, change: Change, bound: Thresholds | Floors, direction: Direction
) -> Candidate:
    cur, ref = change.cur, change.ref

    def p_value_against(threshold: float) -> float | None:
        return change.p_value_against(threshold, is_floor=direction == "below")

    return Candidate(
        application=APPLICATION,
        kind=ResultKind.MODEL_PERFORMANCE,
        name=change.name,
        score=Score(cur.value, cur.error, reason=cur.reason),
        thresholds=bound,
        rows=cur.rows,
        window=context.window,
        reference_value=None if ref is None else ref.value,
        interval=cur.interval,
        noun="labelled rows",
        p_value_against=p_value_against,
        direction=direction,
        gating=not bound.is_empty and is_gating(context),
        is_signed=True,
        reason=cur.reason,
    )


def drop_candidate(context: Context, change: Change, levels: Thresholds) -> Candidate:
    """How much worse than the reference a metric is."""
    unit = "" if Change.is_absolute(change.metric) else ", as a share of the reference's value"
    before = None if change.ref is None else change.ref.value
    after = change.cur.value
    told = None
    if before is not None and after is not None:
        told = f"{change.name} {before:.4g} → {after:.4g}{unit}"
    return Candidate(
        application=APPLICATION,
        kind=ResultKind.MODEL_PERFORMANCE,
        name=f"{change.name}_drop",
        score=change.drop(),
        thresholds=levels,
        p_value_at=change.p_value_at,
        rows=change.cur.rows,
        window=context.window,
        reference_value=before,
        noun="labelled rows",
        gating=is_gating(context),
        is_signed=True,
        reason=told,
    )


def is_gating(context: Context) -> bool:
    """Whether performance takes part in the verdict.

    A target and a prediction may be named for drift alone: without any label in production they ask
    for nothing, unless performance was asked for in so many words.
    """
    config, cur = context.config, context.production.performance
    settings = config.analyses.model_performance or ModelPerformance()
    asked = "model_performance" in config.analyses.model_fields_set or config.task is not None
    has_labels = cur is not None and cur.labelled > 0
    return settings.gate == "any" and (has_labels or asked or config.labels is not None)
