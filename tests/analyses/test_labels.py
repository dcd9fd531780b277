"""What is told of delayed labels, in which words, and when it decides."""

from __future__ import annotations

from typing import Any

from mmon.analyses import Context
from mmon.analyses.model_performance import LABELS
from mmon.analyses.model_performance.labels import label_findings
from mmon.config.sections import Config
from mmon.profiles.label_facts import LabelFacts
from mmon.profiles.table import Profile
from mmon.results import Result, ResultKind, Status
from mmon.verdict import judge
from mmon.verdict.finding import Rule

FACTS = LabelFacts(
    source="labels.csv",
    production="logs.csv",
    column="request_id",
    labels=1_040,
    null_ids=2,
    distinct_ids=1_000,
    repeated_labels=30,
    conflicting_labels=1,
    labels_without_prediction=12,
    predictions=4_000,
    labelled=1_000,
    predictions_without_id=3,
    repeated_predictions=13,
)
SOUND = LabelFacts(
    source="labels.csv",
    production="logs.csv",
    column="request_id",
    labels=10,
    null_ids=0,
    distinct_ids=10,
    repeated_labels=0,
    conflicting_labels=0,
    labels_without_prediction=0,
    predictions=10,
    labelled=10,
)


def context(levels: dict[str, Any] | None = None, gate: str = "any", window: int = 0) -> Context:
    config = Config.model_validate(
        {
            "reference": "train.csv",
            "production": "logs.csv",
            "analyses": {"model_performance": {"thresholds": levels or {}, "gate": gate}},
        }
    )
    nothing = Profile(source="x", rows=0, columns=())
    return Context(nothing, nothing, config, window)


def results(facts: LabelFacts, levels: dict[str, Any] | None = None) -> dict[str, Result]:
    judged = judge(label_findings(context(levels), facts).findings, Rule())
    return {result.name: result for result in judged}


def test_every_number_is_told_in_words() -> None:
    found = results(FACTS)
    assert ["label_coverage", *found] == list(LABELS)
    assert {name: result.value for name, result in found.items()} == {
        "labels_without_prediction": 12.0,
        "conflicting_labels": 1.0,
        "repeated_labels": 30.0,
        "repeated_predictions": 13.0,
    }
    assert {name: result.reason for name, result in found.items()} == {
        "labels_without_prediction": "12 of 1,000 label ids have no prediction in production",
        "conflicting_labels": "1 of 1,000 label ids has labels that contradict each other",
        "repeated_labels": "30 of 1,000 label ids occur more than once with one label",
        "repeated_predictions": "13 of 1,000 label ids have more than one prediction",
    }


def test_without_levels_nothing_is_judged() -> None:
    for result in results(FACTS).values():
        assert result.status is Status.IRRELEVANT
        assert not result.gating
        assert result.kind is ResultKind.MODEL_PERFORMANCE
        assert result.application == "model-performance"


def test_what_did_not_happen_is_not_told() -> None:
    assert results(SOUND) == {}


def test_a_count_above_its_maximum_is_detected() -> None:
    levels = {"conflicting_labels": {"max": {"potential": 0, "detected": 10}}}
    assert results(FACTS, levels)["conflicting_labels"].status is Status.POTENTIAL_DETECTION
    assert results(SOUND, levels)["conflicting_labels"].status is Status.NO_DETECTION


def test_both_bounds_of_one_number_are_judged() -> None:
    levels = {"repeated_predictions": {"min": {"detected": 20}, "max": {"detected": 20}}}
    findings = label_findings(context(levels), FACTS).findings
    judged = [one for one in judge(findings, Rule()) if one.name == "repeated_predictions"]
    assert [(one.direction, one.status) for one in judged] == [
        ("below", Status.DETECTED),
        ("above", Status.NO_DETECTION),
    ]
    assert all(one.gating for one in judged)


def test_levels_of_an_analysis_that_only_tells_do_not_gate() -> None:
    levels = {"labels_without_prediction": {"max": {"detected": 5}}}
    (first, *_) = judge(label_findings(context(levels, gate="none"), FACTS).findings, Rule())
    assert first.status is Status.DETECTED
    assert not first.gating


def test_no_match_at_all_is_explained() -> None:
    facts = LabelFacts(
        source="labels.csv",
        production="logs.csv",
        column="request_id",
        labels=2,
        null_ids=0,
        distinct_ids=2,
        repeated_labels=0,
        conflicting_labels=0,
        labels_without_prediction=2,
        predictions=5,
        label_id="'007' (String)",
        prediction_id="7 (Int64)",
    )
    assert results(facts)["labels_without_prediction"].reason == (
        "2 of 2 label ids have no prediction in production: no id of labels.csv is in logs.csv:"
        " an id is '007' (String) in the one, 7 (Int64) in the other"
    )


def test_rows_without_an_id_are_told_too() -> None:
    metrics = {one.name: one.value for one in label_findings(context(), FACTS).metrics}
    assert metrics == {"labels_without_id": 2.0, "predictions_without_id": 3.0}
    assert not label_findings(context(), SOUND).metrics
