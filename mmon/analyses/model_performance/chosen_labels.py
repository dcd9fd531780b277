"""What performance is where the labelled rows of a window are weighted to be like all of them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping

import numpy as np
import polars as pl

from mmon import performance
from mmon.analyses import Context
from mmon.analyses.model_performance import DIRECT, quantity, reweighted
from mmon.analyses.model_performance.changes import MetricChange
from mmon.analyses.model_performance.weighted_rows import inputs
from mmon.models.label_chance import FEWEST, label_chance
from mmon.models.rows import rows_of
from mmon.performance import Estimate, PerformanceMetric, Variant, WeightedRows
from mmon.profiles.features.row_sample import SampledRows
from mmon.profiles.outcomes.outcomes import is_known
from mmon.profiles.table import Performance
from mmon.records.arrays import taken
from mmon.verdict.evidence import Evidence
from mmon.verdict.finding import Finding

# With more rows than this that are like no labelled one a value is not that of all rows.
_MOST_UNLIKE = 0.05
# Effective rows that tell nothing.
_LEAST_EFFECTIVE = 30.0


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Weighted:
    """Weighted rows, and what is told of them: why there are none where that is so."""

    told: str
    rows: WeightedRows | None = None


class Reweighted:
    """The reweighted values of one window's metrics, worked out as they are asked for.

    They are told only with a ``doubt`` that the labelled rows are like the others.
    """

    def __init__(self, context: Context, cur: Performance, doubt: str | None) -> None:
        self._context, self._cur = context, cur
        self._is_asked = doubt is not None and context.segment is None and context.is_modelled
        self._known: dict[PerformanceMetric, Mapping[Variant, Estimate]] = {}

    def findings(self, variant: Variant, own: MetricChange) -> list[Finding]:
        """What stands beside a value of a metric."""
        metric = own.metric
        if not self._is_asked or not (metric.name in DIRECT or performance.is_estimable(metric)):
            return []
        if metric not in self._known:
            self._known[metric] = self._values(metric, variant)
        one = self._known[metric].get(variant)
        if one is None:
            return []
        ref = own.ref
        told = [self._of.told] if one.reason is None else [one.reason]
        if one.reason is not None and one.value is not None:
            told.append(self._of.told)
        found = Finding(
            reweighted(quantity(metric.name, variant)),
            one.value,
            interval=one.interval,
            reference_value=None if ref is None else ref.value,
            reference_interval=None if ref is None else ref.interval,
            evidence=Evidence(rows=one.rows),
            window=self._context.window,
            reason="; ".join(told),
        )
        return [found]

    def _values(self, metric: PerformanceMetric, variant: Variant) -> Mapping[Variant, Estimate]:
        if self._of.rows is None:
            return {variant: Estimate(None, reason=self._of.told)}
        return performance.reweighted(metric, self._of.rows, self._cur)

    @functools.cached_property
    def _of(self) -> _Weighted:
        reason, sample = self._context.lacks_models, self._context.production.sample
        if reason is None and sample is None:
            reason = self._context.lacks_rows
        if reason is not None or sample is None:
            return _Weighted(reason or "")
        return _weighted(self._context, sample.all_rows())


def _weighted(context: Context, rows: SampledRows) -> _Weighted:
    """The labelled ones of a window's sampled rows, with what each of them stands for."""
    outcome, names = rows.outcome(), inputs(context, rows)
    if outcome is None or not names:
        return _Weighted("nothing sets rows with a label apart")
    is_labelled = is_known(outcome.target)
    having, without = int(is_labelled.sum()), int((~is_labelled).sum())
    told = f"{having:,} sampled rows with a label and {without:,} without one"
    if min(having, without) < FEWEST:
        return _Weighted(f"{told} are too few to tell what sets them apart: it takes {FEWEST}")
    sides = [rows.frame[names].filter(pl.Series(one)) for one in (~is_labelled, is_labelled)]
    chance = label_chance(rows_of(sides[0], sides[1]))
    if chance.unlike > _MOST_UNLIKE:
        share = f"{chance.unlike:.0%} of the rows are like hardly any that has a label"
        return _Weighted(f"no overlap: {share}")
    if chance.effective < _LEAST_EFFECTIVE:
        return _Weighted(f"{told} tell as little as {chance.effective:.0f} rows, once weighted")
    there = np.flatnonzero(is_labelled).astype(np.uint32)
    weighted = WeightedRows(taken(outcome, there), chance.weights, chance.effective)
    told = f"rows with a label ({having:,}) weighted to be like those without one, too"
    return _Weighted(f"{told} (as {chance.effective:,.0f} rows tell)", weighted)
