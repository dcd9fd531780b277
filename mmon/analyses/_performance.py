"""The performance metrics of both sides, as candidates: their values and their drops."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

from mmon import performance
from mmon.analyses import Context, Drawing, Findings
from mmon.analyses._changes import DEFAULT_DROP, DEFAULT_RELATIVE_DROP, Change
from mmon.analyses._drops import (
    APPLICATION,
    bounds_of,
    drop_candidate,
    level_candidates,
)
from mmon.analyses._outcome_faults import fault_candidates, too_many_faults
from mmon.analyses._where_worse import where_worse
from mmon.candidate import Candidate
from mmon.config_analyses import ModelPerformance, PerformanceLevels, Thresholds
from mmon.performance import PLAIN, Estimate, PerformanceMetric
from mmon.performance._class_picture import class_picture
from mmon.performance._number_picture import number_picture
from mmon.profiles.classification import ClassificationTables
from mmon.profiles.regression import RegressionTables
from mmon.profiles.table import Performance, Profile
from mmon.profiles.tasks import task_of
from mmon.results import Metric, ResultKind, Score, Task

# What not every model has is left out where neither side has it, and not told to be missing.
_OPTIONAL = ("interval_coverage", "top_k_accuracy")

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
    settings = _settings(context)
    candidates = [*_coverage(context, cur), *fault_candidates(context)]
    once: list[Metric] = []
    sides = _Sides(context, _usable(ref), cur)
    deciding = _deciding(settings, task, sides)
    for metric in _chosen(settings, task):
        candidates += sides.candidates(metric, deciding)
        once += sides.reference_intervals(metric)
    if context.segment is not None:
        return Findings(candidates, once=once)
    where = where_worse(context, task)
    drawn: list[Drawing] = [*where.drawings, *_picture(context, _usable(ref), cur)]
    return Findings([*candidates, *where.candidates], where.metrics, drawn, once)


@dataclasses.dataclass(frozen=True)
class _Sides:
    """Both sides' tables, and what each metric says of them."""

    context: Context
    ref: Performance | None
    cur: Performance

    def estimates(
        self, metric: PerformanceMetric
    ) -> tuple[Mapping[str, Estimate], Mapping[str, Estimate]]:
        """The metric by full name, of the reference and of production."""
        before = {} if self.ref is None else self._known(metric, self.ref, self.context.reference)
        return before, self._known(metric, self.cur, self.context.production)

    def _known(
        self, metric: PerformanceMetric, tables: Performance, side: Profile
    ) -> Mapping[str, Estimate]:
        """One side's estimates, undefined where too many rows could not be used."""
        found = _estimates(metric, tables)
        reason = too_many_faults(self.context, side, tables, metric.name)
        if reason is None:
            return found
        return {name: Estimate(None, reason=reason) for name in found}

    def candidates(self, metric: PerformanceMetric, deciding: Mapping[str, str]) -> list[Candidate]:
        """The metric's values, and its drops where they decide or have levels of their own."""
        settings = _settings(self.context)
        before, after = self.estimates(metric)
        found: list[Candidate] = []
        for name, cur in after.items():
            levels = settings.thresholds.get(name)
            if levels is None and name == metric.main:
                levels = settings.thresholds.get(metric.name)
            if (
                ":" in name
                and self.context.segment is not None
                and not (levels or name in deciding)
            ):
                continue
            change = Change(
                metric, name, before.get(name), cur, self.cur.labelled, self._scale(metric)
            )
            if metric.name in _OPTIONAL and levels is None and change.is_undefined:
                continue
            found += level_candidates(self.context, change, levels or PerformanceLevels())
            drop = _drop_levels(settings, metric, levels, is_deciding=name in deciding)
            if not drop.is_empty:
                found.append(drop_candidate(self.context, change, drop))
        return found

    def _scale(self, metric: PerformanceMetric) -> float | None:
        """What a change of bias is a share of: the mean absolute error."""
        if metric.better != "zero" or not isinstance(self.ref, RegressionTables):
            return None
        return self.ref.mae.mean

    def reference_intervals(self, metric: PerformanceMetric) -> list[Metric]:
        """The reference's own confidence intervals, which results have no room for."""
        intervals = {name: one.interval for name, one in self.estimates(metric)[0].items()}
        return [
            Metric(APPLICATION, f"{name}_reference_{end}", value, window=self.context.window)
            for name, interval in intervals.items()
            if interval is not None
            for end, value in zip(("low", "high"), interval, strict=True)
        ]


# The reference is the same in every window; what is not used any more is not kept.
_KNOWN: WeakKeyDictionary[Performance, dict[PerformanceMetric, Mapping[str, Estimate]]] = (
    WeakKeyDictionary()
)


def _estimates(metric: PerformanceMetric, tables: Performance) -> Mapping[str, Estimate]:
    """A metric of one side, worked out once."""
    known = _KNOWN.setdefault(tables, {})
    if metric not in known:
        known[metric] = metric.estimates(tables)
    return known[metric]


def _drop_levels(
    settings: ModelPerformance,
    metric: PerformanceMetric,
    levels: PerformanceLevels | None,
    *,
    is_deciding: bool,
) -> Thresholds:
    if levels is not None and levels.max_drop is not None:
        return levels.max_drop
    if not is_deciding:
        return Thresholds()
    usual = DEFAULT_DROP if Change.is_absolute(metric) else DEFAULT_RELATIVE_DROP
    return settings.max_drop or usual


def _deciding(settings: ModelPerformance, task: Task, sides: _Sides) -> dict[str, str]:
    """Full name to metric, of what the section's ``max_drop`` applies to."""
    names = settings.metrics
    if names == "all":
        metric = _usual(settings, task, sides)
        return {main_name(metric, task): metric.name}
    found = {}
    for name, variant in filter(None, map(performance.of_name, names)):
        metric = _load(settings, name)
        found[main_name(metric, task) if variant == PLAIN else variant.of(name)] = name
    return found


def _usual(settings: ModelPerformance, task: Task, sides: _Sides) -> PerformanceMetric:
    """What decides unless the configuration says otherwise.

    The reference settles it where it has labels, so that all windows are judged by one metric: a
    score that production lost is told, and not made up for by another metric.
    """
    usual = [_load(settings, name) for name in _USUAL[task]]
    tables = sides.cur if sides.ref is None else sides.ref
    for metric in usual:
        if _estimates(metric, tables)[main_name(metric, task)].value is not None:
            return metric
    has_scores = isinstance(tables, ClassificationTables) and tables.has_scores
    return usual[0] if has_scores else usual[-1]


def main_name(metric: PerformanceMetric, task: Task) -> str:
    """The full name that stands for a metric in a task."""
    return metric.main if task is Task.MULTICLASS else metric.name


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
    costs = settings.costs.model_dump() if settings.costs is not None else {}
    options = {
        "business_value": costs,
        "top_k_accuracy": {"k": settings.top_k},
        "pinball_loss": {"quantile": settings.quantile},
    }
    return performance.metric_class(name)(**options.get(name, {}))


def _usable(ref: Performance | None) -> Performance | None:
    return ref if ref is not None and ref.labelled else None


def _coverage(context: Context, cur: Performance) -> list[Candidate]:
    """The share of production rows whose outcome is known."""
    settings = _settings(context)
    rows, labelled = cur.rows, cur.labelled
    reason = f"{labelled:,} of {rows:,} production rows have a label"
    if context.labels is not None and context.labels.trouble is not None:
        reason = f"{reason}: {context.labels.trouble}"
    levels = settings.thresholds.get("label_coverage", PerformanceLevels())
    told = Candidate(
        application=APPLICATION,
        kind=ResultKind.MODEL_PERFORMANCE,
        name="label_coverage",
        score=Score(labelled / rows if rows else None, reason=reason),
        rows=rows,
        window=context.window,
        direction="below",
        reason=reason,
    )
    gates = settings.gate == "any"
    judged = [
        dataclasses.replace(told, thresholds=bound, direction=direction, gating=gates)
        for bound, direction in bounds_of(levels)
    ]
    return judged or [told]


def _picture(context: Context, ref: Performance | None, cur: Performance) -> list[Drawing]:
    window, segment = context.window, context.segment
    if isinstance(cur, ClassificationTables):
        classes = ref if isinstance(ref, ClassificationTables) else None
        return [class_picture(classes, cur, window=window, segment=segment)]
    numbers = ref if isinstance(ref, RegressionTables) else None
    return [number_picture(numbers, cur, window=window, segment=segment)]


def _settings(context: Context) -> ModelPerformance:
    return context.config.analyses.model_performance or ModelPerformance()
