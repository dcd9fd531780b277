"""What notifications and actions are used for when nothing else is said."""

from __future__ import annotations

from mmon import config_file
from mmon.alerts.occasions import reasons
from mmon.config.sections import Config

URL = "http://127.0.0.1:9/"


def config(*alerts: object) -> Config:
    return config_file.validate(
        {
            "reference": "a.parquet",
            "production": "b.parquet",
            "alerts": list(alerts),
            "notifications": [{"kind": "webhook", "name": "team", "url": URL}],
            "actions": [{"kind": "webhook", "name": "retrain", "url": URL}],
        }
    )


def told(made: Config) -> tuple[set[str], set[str]]:
    """The reasons of the notification, and of the action."""
    entries = made.notifications[0], made.actions[0]
    found = [set(reasons(one, made.alerts)) for one in entries]
    return found[0], found[1]


def test_a_run_that_failed_is_told_and_starts_nothing() -> None:
    assert told(config()) == ({"breach", "error"}, {"breach"})


def test_what_an_alert_names_is_used_by_alerts_alone() -> None:
    own = {"name": "data_drift", "notify": ["team"], "act": ["retrain"]}
    assert told(config(own)) == (set(), set())


def test_an_alert_that_names_nobody_tells_every_notification_in_the_place_of_the_run() -> None:
    assert told(config("data_drift")) == ({"error"}, {"breach"})
