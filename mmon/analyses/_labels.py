"""What the join of delayed labels found, as results of the model-performance analysis."""

from __future__ import annotations

import dataclasses

from mmon.analyses import Context, Findings
from mmon.analyses._drops import APPLICATION, bounds_of
from mmon.candidate import Candidate
from mmon.config_analyses import ModelPerformance, PerformanceLevels, Thresholds
from mmon.profiles.label_facts import LabelFacts
from mmon.results import Metric, ResultKind, Score

RESULTS = (
    "labels_without_prediction",
    "conflicting_labels",
    "repeated_labels",
    "repeated_predictions",
)
"""The names of the results; each takes ``min`` and ``max`` levels and has none of its own."""


def label_findings(context: Context, facts: LabelFacts) -> Findings:
    """What is to be told of the labels, once a run; each window tells its own coverage.

    Every number is counted, not estimated: a level is reached or it is not. What did not happen and
    has no level is not told, so that labels in a dataset of their own give the results that
    labels in production give.
    """
    found: list[Candidate] = []
    for name, score in zip(RESULTS, _scores(facts), strict=True):
        found += _candidates(context, name, score, facts.labels)
    metrics = [
        Metric(APPLICATION, name, float(value), window=context.window)
        for name, value in (
            ("labels_without_id", facts.null_ids),
            ("predictions_without_id", facts.predictions_without_id),
        )
        if value
    ]
    return Findings(found, metrics)


def _scores(facts: LabelFacts) -> tuple[Score, ...]:
    """In the order of `RESULTS`."""
    unused = _count(facts.labels_without_prediction, facts, "{has} no prediction in production")
    if facts.trouble is not None and unused.reason is not None:
        unused = dataclasses.replace(unused, reason=f"{unused.reason}: {facts.trouble}")
    return (
        unused,
        _count(facts.conflicting_labels, facts, "{has} labels that contradict each other"),
        _count(facts.repeated_labels, facts, "{occurs} more than once with one label"),
        _count(facts.repeated_predictions, facts, "{has} more than one prediction"),
    )


def _count(value: int, facts: LabelFacts, what: str) -> Score:
    if not value:
        return Score(0.0)
    verbs = ("has", "occurs") if value == 1 else ("have", "occur")
    told = what.format(has=verbs[0], occurs=verbs[1])
    return Score(float(value), reason=f"{value:,} of {facts.distinct_ids:,} label ids {told}")


def _candidates(context: Context, name: str, score: Score, labels: int) -> list[Candidate]:
    """One candidate for each bound that is set, or one that is only told."""
    settings = context.config.analyses.model_performance or ModelPerformance()
    levels = settings.thresholds.get(name, PerformanceLevels())
    bounds = bounds_of(levels)
    if not bounds and not score.value:
        return []
    return [
        Candidate(
            application=APPLICATION,
            kind=ResultKind.MODEL_PERFORMANCE,
            name=name,
            score=score,
            thresholds=bound,
            rows=labels,
            noun="labels",
            window=context.window,
            direction=direction,
            gating=not bound.is_empty and settings.gate == "any",
        )
        for bound, direction in bounds or [(Thresholds(), "above")]
    ]
