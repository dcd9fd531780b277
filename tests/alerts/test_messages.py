"""What is said of an alert, so that a person knows what happened and when."""

from __future__ import annotations

import dataclasses

from mmon.alerts.episodes import Seen, episodes
from mmon.alerts.messages import found_by, of_alert
from mmon.config.alerts import Alert
from mmon.config.sections import Config
from mmon.results import Result, Status, Window
from mmon.windows.timestamps import DAY_US
from tests import quantities
from tests.reports.sample_document import sample_document


def test_a_message_tells_the_time_of_its_window_and_no_number_of_it() -> None:
    day = Window(0, 100, start="2024-01-06T00:00:00Z", end="2024-01-07T00:00:00Z")
    document = quantities.with_rows(sample_document(), results=[_drifted()], windows=[day])
    alert = Alert.model_validate({"name": "drift", "on": "data-drift-detected"})
    assert found_by(alert, document) == "drift: income (ks 0.300) (2024-01-06 to 2024-01-07)"


def test_messages_tell_since_when_an_alert_counts_and_how_long_it_was_active() -> None:
    # Days from 2024-01-01 on, of which the third to the sixth drift.
    start_us = 1_704_067_200_000_000
    days = [
        Seen(
            place, start_us + (place + 1) * DAY_US, 2 <= place <= 5, True, start_us + place * DAY_US
        )
        for place in range(7)
    ]
    alert = Alert.model_validate(
        {"name": "drift", "on": "data-drift-detected", "criteria": {"count": 3}}
    )
    (episode,) = episodes(alert, days)
    fired, cleared = (
        quantities.with_rows(
            sample_document(),
            results=[],
            windows=[Window(0, 9, f"2024-01-0{day}T00:00:00Z", f"2024-01-0{day + 1}T00:00:00Z")],
        )
        for day in (5, 7)
    )
    assert "(2024-01-05 to 2024-01-06, in 3 windows since 2024-01-03)" in found_by(
        alert, dataclasses.replace(fired, results=[_drifted()]), episode
    )
    config = Config.model_validate({"reference": "a.csv", "production": "b.csv"})
    told = of_alert(config, alert, cleared, 7, is_over=True, episode=episode)
    assert told.text.startswith(
        "drift is over (2024-01-07 to 2024-01-08) after 2 d, active since 2024-01-06: "
    )


def _drifted() -> Result:
    return quantities.result(
        "ks", 0.3, column="income", status=Status.DETECTED, gating=True, detected=0.2
    )
