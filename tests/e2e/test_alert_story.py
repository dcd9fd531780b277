"""A model that changes in its seventh day: who is told of it, of what, and how often."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from mmon.cli.app import execute
from tests.delivery.conftest import Server, _without_pauses, server
from tests.delivery.test_mail import Post, post
from tests.delivery.test_web_channels import within_limits
from tests.monitoring.days import Watched, date
from tests.monitoring.test_telling import CHEAP, ON

pytestmark = pytest.mark.slow

__all__ = ["_without_pauses", "post", "server"]

PASSWORD = "sm7p-password"  # as the server knows it
_DAYS, _CHANGE = 12, 6
Story = tuple[Watched, Server]


@pytest.fixture
def story(tmp_path: Path, server: Server) -> Story:
    """Twelve days, of which those from the seventh on differ."""
    watched = Watched(tmp_path, str(tmp_path / "history.db"), settings={**CHEAP, "project": "shop"})
    watched.write(*range(_CHANGE))
    watched.write(*range(_CHANGE, _DAYS), shift=1.5)
    return watched, server


def run(watched: Watched, until: int, *options: str, **keys: Any) -> tuple[int, dict[str, Any]]:
    """The exit status of a run by the command line, and its document."""
    path, result = watched.folder / "mmon.yaml", watched.folder / "result.json"
    path.write_text(yaml.safe_dump({**watched.config, **keys}))
    status = execute(
        ["run", str(path), "--until", date(until), "--quiet", "--json", str(result), *options]
    )
    return status, json.loads(result.read_text())


def by_path(server: Server) -> Mapping[str, list[dict[str, Any]]]:
    """What a server was asked for, by path."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in server.asked:
        found.setdefault(one.path, []).append(json.loads(one.body))
    return found


def test_a_change_is_told_once_at_its_window_by_mail_chat_and_pipeline(
    story: Story, post: Post
) -> None:
    watched, server = story
    keys = {
        "alerts": [{"name": "drift", "on": ON, "severity": "high", "act": ["retrain"]}],
        "notifications": [
            {
                "kind": "mail",
                "host": "localhost",
                "port": post.port,
                "user": "mmon",
                "password": PASSWORD,
                "from": "mmon@example.com",
                "to": ["team@example.com"],
            },
            {"kind": "slack", "url": f"{server.url}/slack"},
        ],
        "actions": [{"kind": "webhook", "name": "retrain", "url": f"{server.url}/retrain"}],
    }
    statuses = [run(watched, until, **keys)[0] for until in (_CHANGE, _CHANGE + 1, _DAYS)]
    assert statuses == [0, 1, 1]
    (mail,) = post.mails
    assert "ALERT drift: shop/scores" in mail["Subject"]
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert f"({date(_CHANGE)} to {date(_CHANGE + 1)})" in plain.get_content()
    told = by_path(server)
    (trigger,) = told["/retrain"]
    assert (trigger["alert"], trigger["endpoint"], trigger["verdict"]) == (
        "drift",
        "scores",
        "breach",
    )
    assert trigger["window"]["start"].startswith(date(_CHANGE))
    assert trigger["results"][0]["status"] == "detected"
    (slack,) = told["/slack"]
    within_limits(slack)
    status, again = run(watched, _DAYS, **keys)
    assert (status, again["deliveries"], len(post.mails)) == (1, [], 1)
    assert len(server.asked) == 2
    (alert,) = again["alerts"]
    assert (alert["alert"], alert["state"], alert["since"]) == (
        "drift",
        "active",
        f"{date(_CHANGE + 1)}T00:00:00Z",
    )
    kept = (watched.folder / "history.db").read_bytes() + json.dumps(again).encode()
    assert PASSWORD.encode() not in kept


def test_two_busy_answers_are_tried_again_and_an_endless_one_ends_in_the_dead_letters(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    watched, server = story
    hook = {"kind": "webhook", "url": f"{server.url}/hook", "when": ["always"], "retries": 3}
    dead = watched.folder / "dead.jsonl"
    keys = {"notifications": [hook], "dead_letters": str(dead)}
    for _ in range(2):
        server.answer(503)
    server.answer(200)
    status, found = run(watched, 2, **keys)
    (row,) = found["deliveries"]
    assert (status, row["outcome"], row["attempts"]) == (0, "sent", 3)
    assert not dead.exists()
    server.answers.clear()
    server.answer(503)
    # A pass that could not be told is no pass, and a breach stays one.
    status, found = run(watched, 4, **keys)
    (row,) = found["deliveries"]
    assert (status, found["verdict"], row["outcome"], row["attempts"]) == (3, "pass", "failed", 4)
    assert "could not be delivered" in capsys.readouterr().err
    assert run(watched, _CHANGE + 1, **keys)[0] == 1
    assert [json.loads(line)["reason"] for line in dead.read_text().splitlines()] == ["always"] * 2


def test_a_dry_run_prints_requests_and_an_alert_can_be_listed_and_reset(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    watched, server = story
    keys: dict[str, Any] = {
        "alerts": [{"name": "drift", "on": ON, "reset": "manual"}],
        "notifications": [
            {"kind": "webhook", "url": f"{server.url}/secret-path", "headers": {"X-Key": "s3cr3t!"}}
        ],
    }
    status, _ = run(watched, _CHANGE + 1, "--dry-run", **keys)
    told = capsys.readouterr().err
    assert (status, server.asked) == (1, [])
    assert "would be sent by the notification webhook (alert drift)" in told
    assert "POST http://127.0.0.1" in told
    assert "s3cr3t!" not in told
    assert "secret-path" not in told
    run(watched, _CHANGE + 1, **keys)
    assert len(server.asked) == 1
    run(watched, _CHANGE + 1, "--dry-run", **keys)
    assert "nothing would be sent" in capsys.readouterr().err
    path = str(watched.folder / "mmon.yaml")
    for command, words in (
        (["alerts", path], f"active since {date(_CHANGE + 1)}"),
        (["alerts", "reset", "drift", path], "drift is reset"),
        (["alerts", path], "inactive"),
        (["alerts", "reset", "drift", path], "drift was not active"),
    ):
        assert execute(command) == 0
        shown = capsys.readouterr()
        assert words in shown.out + shown.err
    assert execute(["alerts", "reset", "drif", path]) == 2
    assert "did you mean 'drift'?" in capsys.readouterr().err
    run(watched, _CHANGE + 2, **keys)
    assert len(server.asked) == 2


def test_a_run_that_fails_tells_the_sentence_of_the_terminal_and_exits_as_before(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    watched, server = story
    hook = {"kind": "webhook", "url": f"{server.url}/hook"}
    path = watched.folder / "mmon.yaml"
    settings = dataclasses.replace(watched, settings={**CHEAP, "notifications": [hook]}).config
    path.write_text(yaml.safe_dump({**settings, "production": str(watched.folder / "none.csv")}))
    assert execute(["run", str(path), "--until", date(2)]) == 3
    (told,) = by_path(server)["/hook"]
    assert told["reason"] == "error"
    assert told["text"].split(" (")[0] in capsys.readouterr().err
