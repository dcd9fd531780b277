"""How alerts stand after windows: what is not known of one begins nothing and ends nothing."""

from __future__ import annotations

from mmon.alerts.standing import Judged, standings
from mmon.config.alerts import Alert
from mmon.history.findings import Found
from mmon.results import ResultKind, Status
from mmon.windows.timestamps import DAY_US

DRIFT = "data-drift", "total_variation", ResultKind.DATA_DRIFT, True
MODEL = "model-performance", "roc_auc", ResultKind.MODEL_PERFORMANCE, True
ESTIMATE = "model-performance", "estimated_roc_auc", ResultKind.MODEL_PERFORMANCE, True


def worse() -> Found:
    known = {"column": None, "segment": None, "status": Status.POTENTIAL_DETECTION}
    return Found(MODEL[0], MODEL[2], MODEL[1], gating=True, **known)


def test_a_window_without_labels_does_not_end_an_alert_of_performance() -> None:
    days = [
        Judged(0, DAY_US, [worse()], {DRIFT, MODEL}),
        Judged(1, 2 * DAY_US, [], {DRIFT, ESTIMATE}),
        Judged(2, 3 * DAY_US, [], {DRIFT, MODEL}),
    ]
    alerts = [
        Alert.model_validate({"name": "perf", **on})
        for on in ({"on": "model-performance-suspected"}, {"on": {"results": ["model-*.roc_auc"]}})
    ]
    for one in standings(alerts, days):
        (episode,) = one.episodes
        assert (episode.fired.key, episode.cleared and episode.cleared.key) == (0, 2)
    assert all(one.active for one in standings(alerts, days[:2]))
