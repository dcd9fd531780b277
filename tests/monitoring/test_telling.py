"""What a run finds is told once, by whichever run, and never because it is analysed again."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

import mmon
from mmon.delivery import sending
from mmon.errors import MmonError
from mmon.history import store
from mmon.history.records import Activation
from mmon.monitoring import telling
from tests.delivery.conftest import Server, server
from tests.monitoring.days import Watched, date

pytestmark = pytest.mark.slow

__all__ = ["server"]

CHEAP: dict[str, Any] = {
    "endpoint": "scores",
    "fast": True,
    "analyses": {
        "data_drift": {"metrics": ["total_variation"]},
        "concept_drift": None,
        "change_points": None,
        "model_performance": None,
        "multivariate_drift": None,
        "system_performance": None,
    },
}
# Of windows by themselves: what adds up over windows stays detected for some.
ON = {"results": ["data-drift.total_variation"], "statuses": ["detected"]}
DRIFT = {"name": "drift", "on": ON, "notify": ["people"], "act": ["retrain"]}


@pytest.fixture
def quick(tmp_path: Path, server: Server) -> Watched:
    """Days of which the seventh and what follows as told are others, and who is told of it."""
    settings = {
        **CHEAP,
        "alerts": [DRIFT],
        "notifications": [{"kind": "webhook", "name": "people", "url": f"{server.url}/people"}],
        "actions": [{"kind": "webhook", "name": "retrain", "url": f"{server.url}/retrain"}],
    }
    return Watched(tmp_path, str(tmp_path / "history.db"), settings=settings)


def changed(watched: Watched, **keys: Any) -> Watched:
    """The same with other keys, and its alert with others."""
    alert = {**DRIFT, **keys.pop("alert", {})}
    return dataclasses.replace(watched, settings={**watched.settings, "alerts": [alert], **keys})


def beside(watched: Watched, name: str) -> Watched:
    """The same days with a history of their own."""
    return dataclasses.replace(watched, url=str(watched.folder / name))


def heard(server: Server) -> list[tuple[str, str, str]]:
    """What the server was told: by whom, why, and of the window that begins when."""
    found = []
    for one in server.asked:
        body = json.loads(one.body)
        window = body["window"]
        start = window["start"] if window else None
        found.append((one.path[1:], body["reason"], (start or "")[:10]))
    server.asked.clear()
    return found


def activations(watched: Watched) -> list[Activation]:
    with store.looked_at(watched.url, None, "scores", 1.0) as history:
        return history.outbox.all()


def on_days(watched: Watched, *days: int) -> None:
    """Write twelve days, of which some differ from the reference."""
    watched.write(*(day for day in range(12) if day not in days))
    watched.write(*days, shift=1.5)


def test_an_alert_is_told_in_its_window_live_as_in_a_backfill(
    quick: Watched, server: Server
) -> None:
    on_days(quick, 6, 7)
    expected = [("people", "alert", date(6)), ("retrain", "alert", date(6))]
    quick.run(12)
    assert heard(server) == expected
    live = beside(quick, "live.db")
    for day in range(1, 13):
        live.run(day)
    assert heard(server) == expected
    assert {one.key for one in activations(quick)} == {one.key for one in activations(live)}


def test_a_second_run_tells_nothing_again(quick: Watched, server: Server) -> None:
    on_days(quick, 6, 7)
    first = quick.run(12).document
    assert [one.outcome for one in first.deliveries] == ["sent", "sent"]
    assert [(one.alert, one.state) for one in first.alerts] == [("drift", "resolved")]
    server.asked.clear()
    assert quick.run(12).document.deliveries == []
    quick.run(12, since=date(3))
    assert heard(server) == []


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        ({"criteria": {"count": 3}}, [("alert", date(7))]),
        ({"criteria": {"count": 3, "period": "5d"}}, [("alert", date(5)), ("alert", date(10))]),
        (
            {"criteria": {"count": 2, "period": "2d"}, "cooldown": "4d", "resolved": True},
            [("alert", date(3)), ("resolved", date(4)), ("alert", date(7)), ("resolved", date(9))],
        ),
        ({"reset": "manual"}, [("alert", date(2))]),
        ({"cooldown": "6d"}, [("alert", date(2)), ("alert", date(8))]),
    ],
)
def test_criteria_and_cooldowns_count_window_ends(
    quick: Watched, server: Server, alert: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    on_days(quick, 2, 3, 5, 6, 7, 8, 10)
    whole = changed(quick, alert=alert)
    whole.run(12)
    told = heard(server)
    live = beside(whole, "live.db")
    for until in (3, 6, 7, 9, 12):
        live.run(until)
    assert heard(server) == told
    assert [(why, day) for who, why, day in told if who == "people"] == expected


def test_what_a_killed_run_left_is_told_by_the_next_one(
    quick: Watched, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_days(quick, 6)
    keys: list[str] = []

    def killed(destination: Any, message: Any, **_: Any) -> Any:
        keys.append(message.key_for(destination.name))
        if destination.name == "retrain":
            raise KeyboardInterrupt
        return sending.deliver(destination, message)

    monkeypatch.setattr(telling, "deliver", killed)
    with pytest.raises(KeyboardInterrupt):
        quick.run(12)
    assert [one.state for one in activations(quick)].count("pending") == 1
    monkeypatch.undo()
    assert heard(server) == [("people", "alert", date(6))]
    found = quick.run(12).document.deliveries
    assert [(one.name, one.outcome) for one in found] == [("retrain", "sent")]
    assert server.asked[0].headers["Idempotency-Key"] == keys[-1]
    assert heard(server) == [("retrain", "alert", date(6))]
    quick.run(12)
    assert heard(server) == []


def test_either_database_keeps_what_is_to_be_told(
    watched: Watched, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = {"kind": "webhook", "name": "people", "url": f"{server.url}/people"}
    alert = {**DRIFT, "act": [], "name": "a\N{SNOWMAN}"}
    settings = {**CHEAP, "notifications": [people], "alerts": [alert]}
    some = dataclasses.replace(watched, settings=settings)
    some.write(0, 1)
    some.write(2, shift=1.5)

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(telling, "deliver", killed)
    with pytest.raises(KeyboardInterrupt):
        some.run(3)
    monkeypatch.undo()
    some.run(3)
    assert heard(server) == [("people", "alert", date(2))]
    (one,) = activations(some)
    assert (one.state, one.attempts, one.alert) == ("sent", 1, "a\N{SNOWMAN}")
    some.run(3, since=date(1))
    assert heard(server) == []


def test_a_history_that_cannot_be_opened_is_told_without_it(quick: Watched, server: Server) -> None:
    quick.write(0)
    (quick.folder / "history.db").write_bytes(b"no database, but some other file" * 100)
    people = {**quick.settings["notifications"][0], "when": ["error"]}
    with pytest.raises(MmonError) as raised:
        changed(quick, notifications=[people], actions=[], alert={"act": []}).run(1)
    (told,) = [json.loads(one.body) for one in server.asked]
    assert (told["reason"], told["text"]) == ("error", str(raised.value))


def test_windows_that_no_run_told_of_are_told_by_the_next_one(
    quick: Watched, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_days(quick, 6)

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store.History, "finish", killed)
    with pytest.raises(KeyboardInterrupt):
        quick.run(12)
    monkeypatch.undo()
    quick.run(12)
    assert heard(server) == [("people", "alert", date(6)), ("retrain", "alert", date(6))]


def test_what_fails_for_good_is_not_tried_by_every_run(quick: Watched, server: Server) -> None:
    on_days(quick, 6)
    server.answer(404, "gone")
    found = quick.run(12).document.deliveries
    assert [one.outcome for one in found] == ["failed", "failed"]
    assert "404" in found[0].detail
    server.asked.clear()
    quick.run(12)
    assert heard(server) == []


def test_a_dry_run_sends_and_remembers_nothing(quick: Watched, server: Server) -> None:
    on_days(quick, 6)
    quick.run(3)
    before = quick.kept()
    for _ in range(2):
        found = _dry(quick)
        assert [one.outcome for one in found.deliveries] == ["planned", "planned"]
        assert "POST" in found.deliveries[0].detail
        assert server.asked == []
    assert quick.kept() == before
    quick.run(12)
    assert heard(server) == [("people", "alert", date(6)), ("retrain", "alert", date(6))]


def _dry(watched: Watched) -> Any:
    from mmon import monitoring
    from mmon.config_file import validate

    asked = monitoring.Asked(until=date(12))
    return monitoring.run(validate(watched.config), asked=asked, telling=monitoring.Telling("dry"))


def test_without_delivery_nobody_is_told_then_or_later(quick: Watched, server: Server) -> None:
    on_days(quick, 6)
    found = quick.run(12, deliver=False).document
    assert (found.deliveries, found.alerts[0].alert) == ((), "drift")
    quick.run(12)
    assert heard(server) == []


def test_an_action_runs_once_for_each_window_and_verdict(quick: Watched, server: Server) -> None:
    on_days(quick, 3, 4, 9)
    some = changed(quick, alert={"act": [], "notify": []})
    some.run(12)
    told = heard(server)
    with store.looked_at(some.url, None, "scores", 1.0) as history:
        bad = [place for place, one in enumerate(history.windows()) if one.verdict == "breach"]
    assert {3, 4, 9} <= {*bad}
    retrained = [one for one in told if one[0] == "retrain"]
    assert retrained == [("retrain", "breach", date(day)) for day in bad]
    assert [one for one in told if one[0] == "people"] == [("people", "breach", "")]
    some.run(12, since=date(2))
    assert heard(server) == []


def test_a_cooldown_keeps_an_action_from_running_again(quick: Watched, server: Server) -> None:
    on_days(quick, 3, 4, 9)
    action = {**quick.settings["actions"][0], "cooldown": "3d"}
    some = changed(quick, alert={"act": [], "notify": []}, notifications=[], actions=[action])
    for until in (5, 12):
        some.run(until)
    assert heard(server) == [("retrain", "breach", date(3)), ("retrain", "breach", date(9))]


def test_a_run_that_passes_after_a_breach_has_recovered(quick: Watched, server: Server) -> None:
    on_days(quick, 2)
    people = {**quick.settings["notifications"][0], "when": ["recovered"]}
    some = changed(quick, notifications=[people], actions=[], alert={"act": []})
    for until in (3, 4, 5):
        some.run(until)
    assert [one[:2] for one in heard(server)] == [("people", "alert"), ("people", "recovered")]


def test_a_failed_run_is_told_with_its_sentence_once_until_one_succeeds(
    quick: Watched, server: Server
) -> None:
    quick.write(*range(3))
    alert = {"name": "run_failed", "on": "run-failed", "resolved": True}
    some = changed(quick, alert=alert)
    some.run(2)
    bad = quick.folder / "days" / f"{date(2)}.parquet"
    whole = bad.read_bytes()
    bad.write_bytes(whole[:50])
    for _ in range(2):
        with pytest.raises(MmonError) as raised:
            some.run(3)
    (told,) = [json.loads(one.body) for one in server.asked if one.path == "/people"]
    assert (told["reason"], told["alert"], told["verdict"]) == ("alert", "run_failed", "error")
    assert told["text"] == str(raised.value)
    server.asked.clear()
    bad.write_bytes(whole)
    some.run(3)
    assert [one[:2] for one in heard(server)] == [("people", "resolved")]
    bad.write_bytes(whole[:50])
    quick.write(3)
    with pytest.raises(MmonError):
        some.run(4)
    assert [one[:2] for one in heard(server)] == [("people", "alert"), ("retrain", "alert")]


def test_errors_are_told_by_what_listens_to_them(quick: Watched, server: Server) -> None:
    quick.write(0)
    people = {**quick.settings["notifications"][0], "when": ["error"]}
    some = changed(quick, notifications=[people], actions=[], alert={"act": []})
    with pytest.raises(MmonError):
        some.run(1, columns={"timestamp": "nothing"})
    assert [one[:2] for one in heard(server)] == [("people", "error")]


@pytest.mark.parametrize("is_windowed", [True, False])
def test_without_a_history_alerts_and_actions_serve_the_run(
    quick: Watched, server: Server, is_windowed: bool
) -> None:
    on_days(quick, 6)
    body = {**quick.config, "windows": {"every": "1d"} if is_windowed else None}
    del body["history"]
    if not is_windowed:
        body["production"] = str(quick.folder / "days" / f"{date(6)}.parquet")
    mmon.run(body)
    assert [one[:2] for one in heard(server)] == [("people", "alert"), ("retrain", "alert")]


def test_a_condition_keeps_a_message_back(quick: Watched, server: Server) -> None:
    on_days(quick, 6)
    people = {**quick.settings["notifications"][0], "condition": "results | length > 99"}
    changed(quick, notifications=[people]).run(12)
    assert heard(server) == [("retrain", "alert", date(6))]


def test_a_summary_is_a_template_over_what_was_found(quick: Watched, server: Server) -> None:
    on_days(quick, 6)
    summary = "{{ results[0].column }} of {{ endpoint }} on {{ window.start[:10] }}"
    changed(quick, alert={"summary": summary}).run(12)
    assert json.loads(server.asked[0].body)["text"] == f"x0 of scores on {date(6)}"
    server.asked.clear()
    other = beside(changed(quick, alert={"summary": "{{ results[999].column }}"}), "other.db")
    other.run(12)
    assert "its summary does not fit" in json.loads(server.asked[0].body)["text"]


def test_late_rows_do_not_tell_an_alert_again(quick: Watched, server: Server) -> None:
    on_days(quick, 6, 7)
    some = changed(quick, windows={"every": "1d", "allowed_lateness": "3d"})
    some.run(8)
    server.asked.clear()
    late = quick.folder / "days" / "late.parquet"
    late.write_bytes((quick.folder / "days" / f"{date(6)}.parquet").read_bytes())
    again = some.run(9).document
    assert len(again.windows) == 2
    assert heard(server) == []
