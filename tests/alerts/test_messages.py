"""What is said of an alert, so that a person knows what happened and when."""

from __future__ import annotations

from mmon.alerts.messages import found_by
from mmon.config.alerts import Alert
from mmon.results import Status, Window
from tests import quantities
from tests.reports.sample_document import sample_document


def test_a_message_tells_the_time_of_its_window_and_no_number_of_it() -> None:
    day = Window(0, 100, start="2024-01-06T00:00:00Z", end="2024-01-07T00:00:00Z")
    drifted = quantities.result(
        "ks", 0.3, column="income", status=Status.DETECTED, gating=True, detected=0.2
    )
    document = quantities.with_rows(sample_document(), results=[drifted], windows=[day])
    alert = Alert.model_validate({"name": "drift", "on": "data-drift-detected"})
    assert found_by(alert, document) == "drift: income (ks 0.300) (2024-01-06 to 2024-01-07)"
