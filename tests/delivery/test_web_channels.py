"""Slack, and comments on pull and merge requests, against a server on loopback."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from mmon.delivery.channels.slack import posted
from mmon.delivery.message import Message
from mmon.delivery.sending import deliver
from tests.delivery.conftest import Server, channel
from tests.reports.sample_document import sample_document


def within_limits(payload: dict) -> None:
    """https://docs.slack.dev/reference/block-kit/blocks, as of a message of a webhook."""
    assert set(payload) == {"text", "blocks"}
    assert 0 < len(payload["blocks"]) <= 50
    assert len(payload["text"]) <= 40_000
    for block in payload["blocks"]:
        match block["type"]:
            case "header":
                assert block["text"]["type"] == "plain_text"
                assert 0 < len(block["text"]["text"]) <= 150
            case "section":
                assert block["text"]["type"] == "mrkdwn"
                assert 0 < len(block["text"]["text"]) <= 3000
            case "context":
                assert 0 < len(block["elements"]) <= 10
                assert all(0 < len(one["text"]) <= 3000 for one in block["elements"])
            case other:
                pytest.fail(f"no block that is known: {other}")


def test_a_message_in_slack_tells_the_verdict_the_worst_and_the_link(
    server: Server, message: Message
) -> None:
    server.answer(200, "ok")
    row = deliver(channel(kind="slack", url=f"{server.url}/services/T0/B0/x"), message)
    assert (row.outcome, row.detail) == ("sent", "posted")
    payload = json.loads(server.asked[0].body)
    within_limits(payload)
    text = json.dumps(payload, ensure_ascii=False)
    assert message.title in text
    assert message.findings(1)[0].words in text
    assert "<https://reports.example.com/drift.html|Open the report>" in text


def test_hostile_names_of_any_length_stay_within_the_limits_of_slack(message: Message) -> None:
    hostile = dataclasses.replace(
        message,
        document=sample_document(40, hostile=True),
        title="<!channel> & " * 50,
        text="<!channel> & <https://evil.example|click> " * 500,
    )
    payload = posted(hostile, 20)
    within_limits(payload)
    # A header is plain text; nothing else may call anybody.
    assert "<!channel>" not in payload["text"] + json.dumps(payload["blocks"][1:])


def test_a_run_that_failed_is_told_without_a_document(server: Server, message: Message) -> None:
    failed = dataclasses.replace(message, document=None, reason="error", text="no such file")
    for kind in ("slack", "webhook"):
        row = deliver(channel(kind=kind, url=f"{server.url}/services/x"), failed)
        assert row.outcome == "sent"
        assert "no such file" in server.asked[-1].body


@pytest.fixture
def pull_request(server: Server, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("GITHUB_API_URL", server.url)
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/model")
    monkeypatch.setenv("GITHUB_REF", "refs/pull/7/merge")
    return {"kind": "github", "token": "gh-t0ken-of-mine"}


def test_a_pull_request_gets_one_comment(
    server: Server, message: Message, pull_request: dict[str, str]
) -> None:
    server.answer(200, json.dumps([{"id": 1, "body": "hello"}]))
    server.answer(201, '{"id": 2}')
    row = deliver(channel(**pull_request), message)
    assert row.detail == "commented on #7"
    asked, wrote = server.asked
    assert asked.path == "/repos/acme/model/issues/7/comments?per_page=100&page=1"
    assert (wrote.method, wrote.path) == ("POST", "/repos/acme/model/issues/7/comments")
    assert wrote.headers["Authorization"] == "Bearer gh-t0ken-of-mine"
    text = json.loads(wrote.body)["body"]
    assert text.startswith("<!-- mmon ")
    assert "[Open the report](https://reports.example.com/drift.html)" in text

    server.asked.clear()
    server.answers[:] = [(200, json.dumps([{"id": 1, "body": "x"}] * 100), {})]
    server.answer(200, json.dumps([{"id": 2, "body": text}]))
    server.answer(200, '{"id": 2}')
    again = deliver(channel(**pull_request), message)
    assert again.detail == "comment updated on #7"
    assert (server.asked[2].method, server.asked[2].path) == (
        "PATCH",
        "/repos/acme/model/issues/comments/2",
    )


@pytest.mark.slow
def test_a_comment_stays_below_the_limit_of_github(
    server: Server, message: Message, pull_request: dict[str, str]
) -> None:
    server.answer(200, "[]")
    long = dataclasses.replace(
        message, document=sample_document(400, windows=3), text="a sentence " * 10_000
    )
    for one in (long, dataclasses.replace(long, window=1)):
        server.asked.clear()
        deliver(channel(**pull_request), one)
        assert len(json.loads(server.asked[-1].body)["body"]) <= 65_536


def test_names_in_a_comment_call_nobody_and_are_no_markup(
    server: Server, message: Message, pull_request: dict[str, str]
) -> None:
    server.answer(200, "[]")
    named = dataclasses.replace(message, document=None, text="@team <!-- x --> [a](https://b.c)")
    deliver(channel(**pull_request), named)
    text = json.loads(server.asked[-1].body)["body"]
    assert "@\u200bteam \\<!-- x --\\> \\[a\\](https://b.c)" in text


def test_the_number_of_a_pull_request_stands_in_its_event(
    server: Server,
    message: Message,
    pull_request: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "event.json").write_text('{"pull_request": {"number": 31}}')
    monkeypatch.setenv("GITHUB_REF", "refs/heads/main")
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))
    server.answer(200, "[]")
    assert deliver(channel(**pull_request), message).detail == "commented on #31"
    monkeypatch.delenv("GITHUB_EVENT_PATH")
    row = deliver(channel(**pull_request), message)
    assert row.outcome == "failed"
    assert row.detail.startswith("no pull request is known (set number")


def test_a_merge_request_gets_one_comment(
    server: Server, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_API_V4_URL", f"{server.url}/api/v4")
    monkeypatch.setenv("CI_PROJECT_ID", "42")
    monkeypatch.setenv("CI_MERGE_REQUEST_IID", "3")
    entry = channel(kind="gitlab", token="glpat-t0ken")
    server.answer(200, "[]")
    server.answer(201, '{"id": 9}')
    assert deliver(entry, message).detail == "commented on !3"
    wrote = server.asked[1]
    assert wrote.path == "/api/v4/projects/42/merge_requests/3/notes"
    assert wrote.headers["Private-Token" if "Private-Token" in wrote.headers else "PRIVATE-TOKEN"]
    server.answers[:] = [(200, json.dumps([{"id": 9, "body": json.loads(wrote.body)["body"]}]), {})]
    assert deliver(entry, message).detail == "comment updated on !3"
    assert (server.asked[-1].method, server.asked[-1].path) == (
        "PUT",
        "/api/v4/projects/42/merge_requests/3/notes/9",
    )


def test_an_answer_that_is_no_list_of_comments_is_told(
    server: Server, message: Message, pull_request: dict[str, str]
) -> None:
    server.answer(200, "<html>sign in</html>")
    row = deliver(channel(**pull_request), message)
    assert row.outcome == "failed"
    assert "the answer is not JSON: '<html>sign in</html>'" in row.detail


@pytest.mark.slow
def test_apprise_hands_a_message_on_and_says_why_not(server: Server, message: Message) -> None:
    place = server.url.removeprefix("http://")
    assert deliver(channel(kind="apprise", url=f"json://{place}/hook"), message).outcome == "sent"
    assert message.title in server.asked[0].body
    server.answer(500, "no")
    entry = channel(kind="apprise", url=f"json://user:p4ssw0rd-x@{place}/hook", retries=1)
    row = deliver(entry, message)
    assert (row.outcome, row.attempts) == ("failed", 2)
    assert "p4ssw0rd-x" not in row.detail
