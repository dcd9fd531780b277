"""What performance is to be expected of production's scores, whether or not labels are there."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import ClassVar

from mmon import performance
from mmon.analyses import Context
from mmon.analyses.model_performance import DIRECT, ModelPerformance, estimated, quantity
from mmon.analyses.model_performance.changes import MetricChange
from mmon.analyses.model_performance.gating import is_gating
from mmon.analyses.model_performance.outcome_faults import too_many_lost
from mmon.outline.units import amount, places
from mmon.performance import PLAIN, Estimate, PerformanceMetric, Variant
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.table import Performance
from mmon.results import Task
from mmon.results.quantity import Bound
from mmon.verdict.finding import Finding, expanded

# Where more rows than this have labels, these say how good the model is.
_FEW_LABELS = 0.5
# Fewer rows than this without scores are not worth a word.
_MOST_UNSCORED = 0.01


@dataclasses.dataclass(frozen=True, kw_only=True)
class EstimatedChange(MetricChange):
    """A metric that is only estimated in production, against that of the reference's labels."""

    noun: ClassVar[str] = "rows with scores"


class Estimates:
    """The estimates of one window's metrics, worked out as they are asked for."""

    def __init__(self, context: Context, ref: Performance | None, cur: Performance) -> None:
        self._context, self._cur = context, cur
        settings = context.settings(ModelPerformance).estimates
        self._gates = settings is not None and settings.gate
        self._sides = None
        self._is_regression = False
        if settings is not None and isinstance(ref, ClassificationTables):
            assert isinstance(cur, ClassificationTables)  # noqa: S101 - both are of one task
            self._sides = ref, cur
        elif settings is not None and ref is not None:
            self._is_regression = context.segment is None

    @functools.cached_property
    def _of(self) -> performance.WithoutLabels | None:
        if self._sides is None:
            return None
        # Only classifications wait for what fits other models.
        from mmon.analyses.model_performance.weighted_rows import towards_production

        return performance.without_labels(*self._sides, towards_production(self._context))

    @functools.cached_property
    def _trouble(self) -> str | None:
        columns = self._context.config.columns
        if columns.score is None and not columns.scores:
            is_binary = self._sides is not None and self._sides[0].task is Task.BINARY
            named = "score" if is_binary else "scores"
            return f"it takes the model's scores, which columns.{named} names"
        return too_many_lost(self._context.production, self._cur)

    @property
    def _is_needed(self) -> bool:
        """Whether so few rows have labels that these do not tell how good the model is."""
        return self._cur.labelled < _FEW_LABELS * max(self._cur.rows, 1)

    @functools.cached_property
    def _direct(self) -> Mapping[str, Estimate]:
        # Only regressions wait for what fits models.
        from mmon.analyses.model_performance.direct_estimates import direct_estimates

        return direct_estimates(self._context)

    def known(self, metric: PerformanceMetric) -> Mapping[Variant, Estimate]:
        """What can be told of a metric without labels."""
        if self._is_regression and metric.name in DIRECT:
            return {PLAIN: self._direct[metric.name]}
        if self._of is None or not performance.is_estimable(metric):
            return {}
        if self._trouble is not None:
            return dict.fromkeys(metric.by_variant(self._cur), Estimate(None, reason=self._trouble))
        return self._of(metric)

    def findings(
        self, variant: Variant, realised: MetricChange, one: Estimate, drop: Bound
    ) -> list[Finding]:
        """The estimate of a value, and of its drop where that has levels.

        A drop that is surely larger than its detected level is potential, unless estimates gate.
        """
        ref = realised.ref
        evidence = EstimatedChange(
            metric=realised.metric,
            name=f"estimated_{realised.name}",
            ref=ref,
            cur=one,
            rows=one.rows,
        )
        told = Finding(
            estimated(quantity(realised.metric.name, variant)),
            one.value,
            one.error,
            one.interval,
            reference_value=None if ref is None else ref.value,
            reference_interval=None if ref is None else ref.interval,
            evidence=evidence,
            window=self._context.window,
            gating=self._is_needed and is_gating(self._context),
            reason=self._words(realised, one) if one.value is None or not drop.is_empty else None,
        )
        if not self._gates:
            drop = Bound(drop.limit, potential=drop.detected)
        is_judged = self._is_needed and one.value is not None
        return expanded(told, (drop,) if is_judged else ())

    def _words(self, realised: MetricChange, one: Estimate) -> str:
        """What is there of the labels, beside an estimate that matters."""
        cur, now = self._cur, realised.cur
        blind = ["blind to concept drift"] if self._is_needed else []
        if one.value is None:
            return one.reason or ""
        told = [] if one.reason is None else [one.reason]
        if one.rows < (1.0 - _MOST_UNSCORED) * cur.rows:
            told.append(f"of the {one.rows:,} of {cur.rows:,} rows that have scores")
        if not cur.labelled:
            told += ["labels not there yet", *blind]
        elif now.value is not None:
            own = quantity(realised.metric.name, Variant())
            decimals = places((one.interval,), [one.value])
            value, off = (amount(own, n, decimals) for n in (now.value, abs(one.value - now.value)))
            share = f"{cur.labelled / cur.rows:.0%} of the " if cur.labelled < cur.rows else ""
            told += [f"by {share or 'the '}labels it is {value}: off by {off}", *blind]
        return "; ".join(told)
