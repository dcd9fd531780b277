"""Sees that the performance metrics that a configuration names can be had of the data."""

from __future__ import annotations

from mmon import performance
from mmon.config.sections import Config
from mmon.errors import ConfigError, closest
from mmon.performance import PLAIN, Variant
from mmon.profiles.outcomes.outcome_reader import OutcomePlan
from mmon.profiles.table import Performance
from mmon.results import Task


def _named_metrics(config: Config) -> list[tuple[str, str, str, Variant]]:
    """The key that asks for a performance metric, the full name, and what that is made of."""
    settings, at = config.analyses.model_performance, "analyses.model_performance"
    listed = () if settings.metrics == "all" else settings.metrics
    asked = [
        *((f"{at}.metrics", name) for name in listed),
        *((f"{at}.thresholds.{name}", name) for name in settings.thresholds),
    ]
    named = [(key, name, performance.of_name(name)) for key, name in asked]
    return [(key, name, *found) for key, name, found in named if found is not None]


def check_metrics(config: Config, task: Task) -> None:
    """See that the performance metrics that are asked for are the task's."""
    costs = config.analyses.model_performance.costs
    if costs is not None and task is not Task.BINARY:
        raise ConfigError(
            f"analyses.model_performance.costs are for task: binary, and this is {task}",
            hint="remove them",
        )
    for key, name, base, variant in _named_metrics(config):
        tasks = performance.metric_class(base).tasks
        what = hint = None
        if task not in tasks:
            what = f"is for task: {' or '.join(sorted(tasks))}, and this is {task}"
            hint = "mmon metrics lists the metrics of each task"
        elif task is not Task.MULTICLASS and variant != PLAIN:
            what, hint = f"is for task: multiclass, and this is {task}", f"write {base!r}"
        elif base == "business_value" and costs is None:
            what = "needs what each outcome is worth"
            hint = "set analyses.model_performance.costs"
        if what is not None:
            raise ConfigError(f"{key}: {name!r} {what}", hint=hint)


def check_full_names(config: Config, tables: Performance) -> None:
    """See that averages and classes such as ``f1_macro`` and ``f1:CLASS`` exist."""
    top_k = config.analyses.model_performance.top_k
    for key, name, base, variant in _named_metrics(config):
        if variant == PLAIN:
            continue
        options = {"k": top_k} if base == "top_k_accuracy" else {}
        known = list(performance.metric_class(base)(**options).estimates(tables))
        if name not in known:
            what = f"{key}: there is no {name!r} in the reference"
            raise ConfigError(what, hint=closest(name, known))


def check_scores(config: Config, outcome: OutcomePlan) -> None:
    """See that the metrics that decide can be computed of such scores."""
    at, threshold = "analyses.model_performance", outcome.threshold
    if not outcome.score_edges:
        if threshold is not None and outcome.scores and not 0.0 <= threshold <= 1.0:
            raise ConfigError(
                f"{at}.decision_threshold: the scores are in [0, 1], and {threshold:g} is not",
                hint="a row is positive where its score is at least so much",
            )
        return
    scores = ", ".join(map(repr, outcome.scores))
    for key, name, base, _ in _named_metrics(config):
        reads, hint = performance.metric_class(base).reads, None
        if reads == "probabilities":
            hint = "roc_auc and average_precision take scores of any kind"
        elif reads == "answers" and not outcome.has_answers:
            hint = f"set {at}.decision_threshold, or name columns.prediction"
        if hint is not None:
            what = "probabilities" if reads == "probabilities" else "answers"
            raise ConfigError(
                f"{key}: {name!r} needs {what}, and {scores} has scores outside [0, 1]", hint=hint
            )
