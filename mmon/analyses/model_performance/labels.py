"""What the join of delayed labels found, as results of the model-performance analysis."""

from __future__ import annotations

import dataclasses

from mmon.analyses import Context, Findings
from mmon.analyses.model_performance import LABELS, WITHOUT_ID, ModelPerformance
from mmon.profiles.label_facts import LabelFacts
from mmon.results import Metric
from mmon.verdict.evidence import Evidence
from mmon.verdict.finding import Finding, expanded


@dataclasses.dataclass(frozen=True, kw_only=True)
class Counted(Evidence):
    """A number of labels, not estimated: a level is reached or it is not."""

    noun = "labels"


def label_findings(context: Context, facts: LabelFacts) -> Findings:
    """What is to be told of the labels, once a run; each window tells its own coverage.

    What did not happen and has no level is not told, so that labels in a dataset of their own give
    the results that labels in production give.
    """
    settings = context.settings(ModelPerformance)
    found: list[Finding] = []
    for name, (value, reason) in _counts(facts).items():
        told = Finding(
            LABELS[name],
            float(value),
            evidence=Counted(rows=facts.labels),
            window=context.window,
            gating=settings.gate == "any",
            reason=reason,
        )
        judged = expanded(told, settings.levels(name).bounds())
        found += [one for one in judged if value or not one.bound.is_empty]
    values = facts.null_ids, facts.predictions_without_id
    metrics = [
        Metric(quantity, float(value), context.window)
        for quantity, value in zip(WITHOUT_ID, values, strict=True)
        if value
    ]
    return Findings(found, metrics)


def _counts(facts: LabelFacts) -> dict[str, tuple[int, str | None]]:
    """How many ids there are of each trouble, and what is said of them."""
    unused, why = _count(
        facts.labels_without_prediction, facts, "{has} no prediction in production"
    )
    if facts.trouble is not None and why is not None:
        why = f"{why}: {facts.trouble}"
    repeated = "{occurs} more than once with one label"
    return {
        "labels_without_prediction": (0, None) if facts.is_of_part else (unused, why),
        "conflicting_labels": _count(
            facts.conflicting_labels, facts, "{has} labels that contradict each other"
        ),
        "repeated_labels": _count(facts.repeated_labels, facts, repeated),
        "repeated_predictions": _count(
            facts.repeated_predictions, facts, "{has} more than one prediction"
        ),
    }


def _count(value: int, facts: LabelFacts, what: str) -> tuple[int, str | None]:
    if not value:
        return 0, None
    verbs = ("has", "occurs") if value == 1 else ("have", "occur")
    told = what.format(has=verbs[0], occurs=verbs[1])
    return value, f"{value:,} of {facts.distinct_ids:,} label ids {told}"
