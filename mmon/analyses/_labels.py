"""What the join of delayed labels found, as results of the model-performance analysis."""

from __future__ import annotations

from mmon.analyses import Context, Findings
from mmon.config_analyses import Floors, ModelPerformance, PerformanceLevels, Thresholds
from mmon.errors import ConfigError
from mmon.profiles.label_facts import LabelFacts
from mmon.results import Direction, Metric, ResultKind, Score
from mmon.verdict import Candidate

APPLICATION = "model-performance"

RESULTS = (
    "label_coverage",
    "labels_without_prediction",
    "conflicting_labels",
    "repeated_labels",
    "repeated_predictions",
)
"""The names of the results; each takes ``min`` and ``max`` levels and has none of its own."""


def label_findings(context: Context, facts: LabelFacts) -> Findings:
    """What is to be told of the labels, once a run.

    Every number is counted, not estimated: a level is reached or it is not.

    Raises
    ------
    ConfigError
        When ``max_drop`` is set for one of the names.
    """
    found: list[Candidate] = []
    for name, score in zip(RESULTS, _scores(facts), strict=True):
        found += _candidates(context, name, score, facts.predictions)
    metrics = [
        Metric(APPLICATION, name, float(value), window=context.window)
        for name, value in (
            ("labels", facts.labels),
            ("label_ids", facts.distinct_ids),
            ("labels_without_id", facts.null_ids),
            ("labelled_predictions", facts.labelled),
            ("predictions_without_id", facts.predictions_without_id),
        )
    ]
    return Findings(found, metrics)


def _scores(facts: LabelFacts) -> tuple[Score, ...]:
    """In the order of `RESULTS`."""
    return (
        Score(facts.coverage, reason=_coverage_in_words(facts)),
        _count(facts.labels_without_prediction, facts, "{has} no prediction in production"),
        _count(facts.conflicting_labels, facts, "{has} labels that contradict each other"),
        _count(facts.repeated_labels, facts, "{occurs} more than once with one label"),
        _count(facts.repeated_predictions, facts, "{has} more than one prediction"),
    )


def _coverage_in_words(facts: LabelFacts) -> str:
    if not facts.predictions:
        return "production has no rows"
    counted = f"{facts.labelled:,} of {facts.predictions:,} production rows have a label"
    return f"{counted}: {facts.trouble}" if facts.trouble else counted


def _count(value: int, facts: LabelFacts, what: str) -> Score:
    if not value:
        return Score(0.0)
    verbs = ("has", "occurs") if value == 1 else ("have", "occur")
    told = what.format(has=verbs[0], occurs=verbs[1])
    return Score(float(value), reason=f"{value:,} of {facts.distinct_ids:,} label ids {told}")


def _candidates(context: Context, name: str, score: Score, rows: int) -> list[Candidate]:
    """One candidate for each bound that is set, or one that is only told."""
    settings = context.config.analyses.model_performance or ModelPerformance()
    levels = settings.thresholds.get(name, PerformanceLevels())
    if levels.max_drop is not None:
        raise ConfigError(
            f"analyses.model_performance.thresholds.{name}: max_drop compares with the reference,"
            " whose labels do not arrive later",
            hint="set min or max",
        )
    usual: Direction = "below" if name == "label_coverage" else "above"
    sides: tuple[tuple[Thresholds | Floors, Direction], ...] = (
        (levels.min, "below"),
        (levels.max, "above"),
    )
    bounds = [(bound, direction) for bound, direction in sides if not bound.is_empty]
    return [
        Candidate(
            application=APPLICATION,
            kind=ResultKind.MODEL_PERFORMANCE,
            name=name,
            score=score,
            thresholds=bound,
            rows=rows,
            window=context.window,
            direction=direction,
            gating=not bound.is_empty and settings.gate == "any",
        )
        for bound, direction in bounds or [(Thresholds(), usual)]
    ]
