"""Which results an alert waits for."""

from __future__ import annotations

from typing import Any

import pytest

from mmon.alerts.matching import matches, statuses
from mmon.config.alerts import EVENTS, TEMPLATES, Alert, On
from mmon.history.findings import Found
from mmon.results import ResultKind, Status


def found(**changes: Any) -> Found:
    usual: dict[str, Any] = {
        "application": "data-drift",
        "kind": ResultKind.DATA_DRIFT,
        "name": "psi",
        "column": "income",
        "segment": None,
        "gating": True,
        "status": Status.DETECTED,
    }
    return Found(**{**usual, **changes})


def on(value: Any) -> On:
    return On.model_validate(value)


@pytest.mark.parametrize(
    ("wanted", "is_there"),
    [
        ("data-drift-detected", True),
        ("data-drift-suspected", False),
        ("model-performance-detected", False),
        (["model-performance-detected", "data-drift-detected"], True),
        ({"events": ["data-drift-detected"], "statuses": ["potential_detection"]}, False),
        ({"results": ["data-drift.psi"]}, True),
        ({"results": ["data-drift.*"], "columns": ["inc*"]}, True),
        ({"results": ["*.ks", "*.psi"]}, True),
        ({"results": ["psi"]}, False),
        ({"columns": ["age"]}, False),
        ({"kinds": ["data_drift"], "statuses": ["inconclusive"]}, False),
        ({"segments": ["*"]}, False),
        ({"kinds": ["data_drift"]}, True),
    ],
)
def test_all_that_is_set_must_hold(wanted: Any, is_there: bool) -> None:
    assert matches(on(wanted), found()) is is_there


def test_names_with_brackets_are_found_as_they_are() -> None:
    assert matches(on({"columns": ["x[0]"]}), found(column="x[0]"))


def test_only_what_takes_part_in_the_verdict_counts_unless_it_is_asked_for() -> None:
    told = found(gating=False)
    assert not matches(on("data-drift-detected"), told)
    assert matches(on({"events": ["data-drift-detected"], "decides": False}), told)
    of_segment = found(gating=False, segment="country=AT")
    assert matches(on({"segments": ["country=*"]}), of_segment)
    assert not matches(on({"segments": ["country=*"], "decides": True}), of_segment)


def test_every_kind_of_result_has_two_events() -> None:
    assert {kind for kind, _ in EVENTS.values()} == {*ResultKind}
    assert len(EVENTS) == 2 * len(ResultKind)
    potential = found(status=Status.POTENTIAL_DETECTION)
    assert matches(on("data-drift-suspected"), potential)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_ready_made_alert_needs_its_name_alone(name: str) -> None:
    ready = Alert.model_validate(name)
    assert ready.name == name
    assert Alert.model_validate({"name": name, "severity": "low"}).severity == "low"
    assert Alert.model_validate({"name": name, "severity": "low"}).on == ready.on


def test_statuses_are_those_that_any_alert_waits_for() -> None:
    some = [Alert(name="a", on=on("data-drift-detected"))]
    assert statuses(some) == [Status.DETECTED]
    some.append(Alert(name="b", on=on({"columns": ["x"], "statuses": ["inconclusive"]})))
    assert statuses(some) == [Status.DETECTED, Status.INCONCLUSIVE]
    assert statuses([Alert.model_validate("run_failed")]) == []


def test_an_application_that_failed_is_an_event_whether_or_not_it_decides() -> None:
    kind = ResultKind.MM_APP_ANOMALY
    failed = found(application="mine", kind=kind, name="mm_app_failed", gating=False)
    assert matches(on("mm-app-failed"), failed)
    assert not matches(on("mm-app-failed"), found(kind=kind, name="anomaly"))
    assert statuses([Alert(name="a", on=on("mm-app-failed"))]) == [
        Status.DETECTED,
        Status.POTENTIAL_DETECTION,
    ]
