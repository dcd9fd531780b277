"""Alerts that cannot be meant are refused when the configuration is read, each in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from mmon.config_file import validate
from mmon.errors import ConfigError

HOOK = {"kind": "webhook", "url": "https://hooks.example.com/x"}
TIMED = {
    "columns": {"timestamp": "time"},
    "windows": {"every": "1d"},
    "history": "history.db",
    "notifications": [{**HOOK, "name": "people"}],
    "actions": [{**HOOK, "name": "retrain"}],
}
ON = "data-drift-detected"


def config(alerts: Any, **keys: Any) -> dict[str, Any]:
    body = {"reference": "a.parquet", "production": "b.parquet", **TIMED, "alerts": alerts, **keys}
    return {name: value for name, value in body.items() if value is not None}


def test_ready_made_alerts_and_short_forms_are_understood() -> None:
    found = validate(config(["data_drift", {"name": "run_failed", "notify": []}]))
    assert [alert.name for alert in found.alerts] == ["data_drift", "run_failed"]
    assert found.alerts[0].notify is None
    assert found.alerts[1].on.is_of_runs


@pytest.mark.parametrize(
    ("alerts", "keys", "words"),
    [
        (["data_drif"], {}, "an alert needs 'on', unless it is a ready-made one: data_drift"),
        (["data_drfit"], {}, "did you mean 'data_drift'?"),
        (
            [{"name": "a", "on": ON, "criteria": {"count": 5, "period": "2d"}}],
            {},
            "alerts[0].criteria: 5 windows of 1d cannot end within 2d",
        ),
        (
            [{"name": "a", "on": ON, "criteria": {"count": 3, "period": "1mo"}}],
            {"windows": {"every": "1mo"}},
            "3 windows of 1mo cannot end within 1mo",
        ),
        (
            ["data_drift"],
            {"notifications": [{**HOOK, "condition": "1) }}{{ (2"}]},
            "condition: is no valid condition: unexpected ')'",
        ),
        ([{"name": "a"}], {}, "an alert needs 'on'"),
        ([{"on": ON}], {}, "alerts[0].name: is required and missing"),
        ([{"name": "a", "on": "data-drift-detecte"}], {}, "did you mean 'data-drift-detected'?"),
        ([{"name": "a", "on": {}}], {}, "waits for nothing: set events"),
        ([{"name": "a", "on": ["run-failed", ON]}], {}, "run-failed cannot stand beside others"),
        ([{"name": "a", "on": {"results": ["psi"]}}], {}, "write '*.psi' for any application"),
        ([{"name": "a", "on": {"statuses": ["bad"]}}], {}, "alerts[0].on.statuses[0]"),
        ([{"name": "a", "on": ON}, {"name": "a", "on": ON}], {}, "another alert is called 'a'"),
        ([{"name": "a", "on": ON, "notify": ["peple"]}], {}, "did you mean 'people'?"),
        ([{"name": "a", "on": ON, "act": ["people"]}], {}, "no action is called 'people'"),
        ([{"name": "a", "on": ON, "act": ["x"]}], {"actions": []}, "there are no actions"),
        ([{"name": "a", "on": ON, "summary": "{{ oops"}], {}, "is no valid template"),
        ([{"name": "a", "on": ON, "summary": "{{ colum }}"}], {}, "names 'colum'"),
        ([{"name": "a", "on": ON, "severity": "huge"}], {}, "'low', 'medium' or 'high'"),
        ([{"name": "a", "on": ON, "criteria": {"count": 0}}], {}, "at least 1"),
        ([{"name": "a", "on": ON, "criteria": {"period": "soon"}}], {}, "length of time"),
        ([{"name": "a", "on": ON, "cooldown": "-1d"}], {}, "length of time"),
        (
            [{"name": "a", "on": ON, "criteria": {"count": 2, "period": "1d"}}],
            {"windows": {"rows": 100}},
            "needs windows of time, whose ends it counts by",
        ),
        (
            [{"name": "a", "on": ON, "criteria": {"count": 2}}],
            {"windows": None, "history": None},
            "can never be: there is one window",
        ),
        (
            [{"name": "a", "on": ON, "reset": "manual"}],
            {"history": None},
            "'manual' needs a history",
        ),
        (
            [{"name": "a", "on": "run-failed", "reset": "manual"}],
            {},
            "ends with the next run that does not fail",
        ),
        (
            [{"name": "a", "on": "run-failed", "criteria": {"count": 3}}],
            {"history": None},
            "needs a history, which counts runs",
        ),
        (
            [],
            {"history": None, "notifications": [{**HOOK, "when": ["recovered"]}]},
            "'recovered' needs a history",
        ),
        (
            [],
            {"history": None, "actions": [{**HOOK, "cooldown": "1d"}]},
            "is counted in the ends of windows of time that a history holds",
        ),
        ([], {"report_url": ""}, "report_url: must be a text with something in it"),
        ("data_drift", {}, "must be a list"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(
    alerts: Any, keys: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        validate(config(alerts, **keys))
    assert words in str(raised.value)
    assert "Traceback" not in str(raised.value)


@pytest.mark.parametrize(
    ("every", "count", "period"),
    [("1d", 2, "2d"), ("1d", 5, "5d"), ("1mo", 2, "1mo"), ("1h", 24, "1d"), ("2w", 1, "1d")],
)
def test_counts_that_can_be_reached_within_the_period_are_valid(
    every: str, count: int, period: str
) -> None:
    alert = {"name": "a", "on": ON, "criteria": {"count": count, "period": period}}
    assert validate(config([alert], windows={"every": every})).alerts
