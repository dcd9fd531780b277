"""The performance metrics of both sides, as candidates: their values and their drops."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

from mmon import performance
from mmon.analyses import Context, Drawing, Findings
from mmon.analyses.concept_drift import label_selection
from mmon.analyses.model_performance import (
    DROP,
    LABELS,
    RELATIVE_DROP,
    WORSE_SEGMENT,
    ModelPerformance,
    quantity,
)
from mmon.analyses.model_performance.changes import MetricChange
from mmon.analyses.model_performance.chosen_labels import Reweighted
from mmon.analyses.model_performance.estimates import Estimates
from mmon.analyses.model_performance.gating import is_gating
from mmon.analyses.model_performance.outcome_faults import (
    fault_findings,
    shares_no_class,
    too_many_faults,
)
from mmon.analyses.model_performance.sections import PerformanceLevels
from mmon.analyses.model_performance.where_worse import where_worse
from mmon.performance import PLAIN, Estimate, PerformanceMetric, Variant
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.profiles.table import Performance, Profile, task_of
from mmon.results import Task
from mmon.results.quantity import Bound
from mmon.verdict.evidence import Evidence
from mmon.verdict.finding import Finding, expanded

# What not every model has is left out where neither side has it, and not told to be missing.
_OPTIONAL = ("interval_coverage", "top_k_accuracy")

_NO_ANSWERS = (
    "the scores are no probabilities, and nothing says from which on a row is positive: name "
    "columns.prediction, or set decision_threshold"
)

# What decides when the configuration names no metric: the first that the data allows.
_USUAL = {
    Task.BINARY: ("roc_auc", "accuracy"),
    Task.MULTICLASS: ("roc_auc", "accuracy"),
    Task.REGRESSION: ("mae",),
}


def assess(context: Context, cur: Performance) -> Findings:
    """Every metric of the task on both sides, the judged drops, and where they come from."""
    ref = context.reference.performance
    task = task_of(cur)
    settings = context.settings(ModelPerformance)
    findings = [*_coverage(context, cur), *fault_findings(context)]
    doubt = label_selection.doubt(context)
    sides = _Sides(context, _usable(ref), cur, doubt)
    deciding = _deciding(settings, task, sides)
    for metric in _chosen(settings, task):
        findings += sides.findings(metric, deciding)
    findings = _doubted(context, findings, doubt)
    if context.segment is not None:
        return Findings(findings)
    where = where_worse(context, task)
    drawn: list[Drawing] = [
        *where.drawings,
        performance.picture(_usable(ref), cur, context.window),
    ]
    findings += _doubted(context, where.findings, doubt)
    return Findings(findings, where.metrics, drawn)


def _doubted(context: Context, findings: Sequence[Finding], doubt: str | None) -> list[Finding]:
    """What was found, with a doubt where labels say it that may be chosen ones."""
    if doubt is None:
        return [*findings]
    return [
        dataclasses.replace(one, doubt=doubt) if _may_be_undone(one, context.config.alpha) else one
        for one in findings
    ]


def _may_be_undone(one: Finding, alpha: float) -> bool:
    """Whether labels decide, and those that are missing may show that a level is not reached."""
    if one.quantity.role != "target" and one.quantity is not WORSE_SEGMENT:
        return False
    level = one.bound.potential if one.bound.detected is None else one.bound.detected
    if level is None or not isinstance(one.evidence, MetricChange):
        return True
    return not one.evidence.is_beyond_at_best(level, alpha)


@dataclasses.dataclass(frozen=True)
class _Sides:
    """Both sides' tables, and what each metric says of them."""

    context: Context
    ref: Performance | None
    cur: Performance
    doubt: str | None

    @functools.cached_property
    def reweighted(self) -> Reweighted:
        """What labels say once the rows that have them are like all."""
        return Reweighted(self.context, self.cur, self.doubt)

    @functools.cached_property
    def estimates(self) -> Estimates:
        """What is to be expected without labels."""
        return Estimates(self.context, self.ref, self.cur)

    def _known(
        self, metric: PerformanceMetric, tables: Performance | None, side: Profile
    ) -> Mapping[Variant, Estimate]:
        """One side's estimates, undefined where too many rows could not be used."""
        if tables is None:
            return {}
        found = _estimates(metric, tables)
        reason = too_many_faults(self.context, side, tables, metric)
        plan = self.context.reference.outcome
        if reason is None and metric.reads == "answers":
            reason = shares_no_class(self.ref, tables)
        if reason is None and plan is not None and metric.reads == "answers":
            reason = None if plan.has_answers else _NO_ANSWERS
        if reason is None:
            return found
        return {variant: Estimate(None, reason=reason) for variant in found}

    def findings(
        self, metric: PerformanceMetric, deciding: frozenset[tuple[str, Variant]]
    ) -> list[Finding]:
        """The metric's values, and its drops where they decide or have levels of their own."""
        settings = self.context.settings(ModelPerformance)
        before = self._known(metric, self.ref, self.context.reference)
        after = self._known(metric, self.cur, self.context.production)
        # Of a segment only what decides: estimates take as long as the metrics themselves.
        is_estimated = self.context.segment is None or metric.name in {one for one, _ in deciding}
        without_labels = self.estimates.known(metric) if is_estimated else {}
        found: list[Finding] = []
        for variant, cur in after.items():
            name = variant.of(metric.name)
            levels = settings.thresholds.get(name)
            if levels is None and variant == metric.main_variant:
                levels = settings.thresholds.get(metric.name)
            is_deciding = (metric.name, variant) in deciding
            is_asked = levels is not None or is_deciding
            if variant.label is not None and self.context.segment is not None and not is_asked:
                continue
            evidence = MetricChange(
                metric=metric,
                name=name,
                ref=before.get(variant),
                cur=cur,
                scale=self._scale(metric),
                rows=self.cur.labelled,
                known_share=metric.known_share(self.cur, variant),
            )
            if metric.name in _OPTIONAL and levels is None and evidence.is_undefined:
                continue
            bounds = (levels or PerformanceLevels()).bounds()
            drop = _drop_levels(settings, evidence, levels, is_deciding=is_deciding)
            found += expanded(self._finding(variant, evidence), (*bounds, drop))
            if variant in without_labels:
                one = without_labels[variant]
                found += self.estimates.findings(variant, evidence, one, drop)
            if is_asked:
                found += self.reweighted.findings(variant, evidence)
        return found

    def _finding(self, variant: Variant, evidence: MetricChange) -> Finding:
        ref, cur = evidence.ref, evidence.cur
        return Finding(
            quantity(evidence.metric.name, variant),
            cur.value,
            cur.error,
            cur.interval,
            reference_value=None if ref is None else ref.value,
            reference_interval=None if ref is None else ref.interval,
            evidence=evidence,
            window=self.context.window,
            gating=is_gating(self.context),
            reason=cur.reason,
        )

    def _scale(self, metric: PerformanceMetric) -> float | None:
        """What a change of bias is a share of: the mean absolute error."""
        if metric.better != "zero" or not isinstance(self.ref, RegressionTables):
            return None
        return self.ref.mae.mean


# The reference is the same in every window; what is not used any more is not kept.
_KNOWN: WeakKeyDictionary[Performance, dict[PerformanceMetric, Mapping[Variant, Estimate]]] = (
    WeakKeyDictionary()
)


def _estimates(metric: PerformanceMetric, tables: Performance) -> Mapping[Variant, Estimate]:
    """A metric of one side, worked out once."""
    known = _KNOWN.setdefault(tables, {})
    if metric not in known:
        known[metric] = metric.by_variant(tables)
    return known[metric]


def _drop_levels(
    settings: ModelPerformance,
    evidence: MetricChange,
    levels: PerformanceLevels | None,
    *,
    is_deciding: bool,
) -> Bound:
    asked = None if levels is None else levels.max_drop
    if asked is None and is_deciding:
        asked = settings.max_drop
        if asked is None:
            return DROP if evidence.is_absolute else RELATIVE_DROP
    return Bound("max_drop") if asked is None else asked.bound("max_drop")


def _deciding(
    settings: ModelPerformance, task: Task, sides: _Sides
) -> frozenset[tuple[str, Variant]]:
    """The metrics, and which of their values, that the section's ``max_drop`` applies to."""
    names = settings.metrics
    if names == "all":
        metric = _usual(settings, task, sides)
        return frozenset({(metric.name, _main(metric, task))})
    named = filter(None, map(performance.of_name, names))
    return frozenset(
        (name, _main(_load(settings, name), task) if variant == PLAIN else variant)
        for name, variant in named
    )


def _usual(settings: ModelPerformance, task: Task, sides: _Sides) -> PerformanceMetric:
    """What decides unless the configuration says otherwise.

    The reference settles it where it has labels, so that all windows are judged by one metric: a
    score that production lost is told, and not made up for by another metric.
    """
    usual = [_load(settings, name) for name in _USUAL[task]]
    tables = sides.cur if sides.ref is None else sides.ref
    for metric in usual:
        if _estimates(metric, tables)[_main(metric, task)].value is not None:
            return metric
    has_scores = isinstance(tables, ClassificationTables) and tables.has_scores
    return usual[0] if has_scores else usual[-1]


def _main(metric: PerformanceMetric, task: Task) -> Variant:
    """Which of a metric's values stands for it in a task."""
    return metric.main_variant if task is Task.MULTICLASS else PLAIN


def _chosen(settings: ModelPerformance, task: Task) -> list[PerformanceMetric]:
    names: Sequence[str] = performance.names()
    if settings.metrics != "all":
        asked = [*settings.metrics, *settings.thresholds]
        named = filter(None, map(performance.of_name, asked))
        names = list(dict.fromkeys(name for name, _ in named))
    loaded = [_load(settings, name) for name in names]
    known = [metric for metric in loaded if task in metric.tasks]
    # Without costs every outcome is worth nothing.
    return [m for m in known if m.name != "business_value" or settings.costs is not None]


def _load(settings: ModelPerformance, name: str) -> PerformanceMetric:
    """A metric with the options that the configuration has for it."""
    return performance.load(name, settings.options_of(name))


def _usable(ref: Performance | None) -> Performance | None:
    return ref if ref is not None and ref.labelled else None


def _coverage(context: Context, cur: Performance) -> list[Finding]:
    """The share of production rows whose outcome is known."""
    settings = context.settings(ModelPerformance)
    rows, labelled = cur.rows, cur.labelled
    reason = f"{labelled:,} of {rows:,} production rows have a label"
    if context.labels is not None and context.labels.trouble is not None:
        reason = f"{reason}: {context.labels.trouble}"
    told = Finding(
        LABELS["label_coverage"],
        labelled / rows if rows else None,
        evidence=Evidence(rows=rows),
        window=context.window,
        gating=settings.gate == "any",
        reason=reason,
    )
    return expanded(told, settings.levels(told.quantity.name).bounds())
