"""What is sent, how often it is tried, and what is told of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from mmon.config.destination import Destination
from mmon.delivery.message import Message
from mmon.delivery.sending import Delivery, deliver, is_wanted
from mmon.texts.templates import NAMES
from tests.delivery.conftest import Server, action, channel


def sent(destination: Destination, message: Message, dead: Path | None = None) -> Delivery:
    return deliver(destination, message, dead_letters=dead)


def test_templates_may_name_all_that_a_message_tells(message: Message) -> None:
    assert sorted(message.body()) == sorted(NAMES)


def test_results_of_a_message_are_the_judged_ones_worst_first(message: Message) -> None:
    statuses = [one["status"] for one in message.body()["results"]]
    rank = ["detected", "potential_detection", "inconclusive", "no_detection"]
    assert statuses == sorted(statuses, key=rank.index)


def test_a_webhook_gets_json_with_an_idempotency_key(server: Server, message: Message) -> None:
    row = sent(channel(kind="webhook", url=f"{server.url}/hook"), message)
    assert (row.outcome, row.attempts, row.detail) == ("sent", 1, "answered 200")
    asked = server.asked[0]
    assert json.loads(asked.body)["verdict"] == message.body()["verdict"]
    assert len(asked.headers["Idempotency-Key"]) == 32


def test_a_body_is_a_template_over_the_whole_document(server: Server, message: Message) -> None:
    body = '{"run": {{ document.run_id | tojson }}, "worst": {{ results[0].name | tojson }}}'
    sent(channel(kind="webhook", url=f"{server.url}/hook", body=body), message)
    assert message.document is not None
    assert json.loads(server.asked[0].body)["run"] == message.document.run_id


def test_two_503s_are_tried_again(server: Server, message: Message) -> None:
    server.answer(503)
    server.answer(503, Retry_After="0")
    server.answer(204, "")
    row = sent(channel(kind="webhook", url=f"{server.url}/hook"), message)
    assert (row.outcome, row.attempts) == ("sent", 3)
    assert len({one.headers["Idempotency-Key"] for one in server.asked}) == 1


def test_an_endless_503_is_a_dead_letter(server: Server, message: Message, tmp_path: Path) -> None:
    server.answer(503, "down for s3cr3t-reasons")
    dead = tmp_path / "dead.jsonl"
    headers = {"Authorization": "Bearer s3cr3t-reasons"}
    entry = channel(kind="webhook", url=f"{server.url}/hook/s3cr3t-path1", headers=headers)
    row = sent(entry, message, dead)
    assert (row.outcome, row.attempts, len(server.asked)) == ("failed", 4, 4)
    assert row.detail == "127.0.0.1 answered 503 Service Unavailable: down for ***"
    letter = json.loads(dead.read_text())
    assert letter["name"] == "webhook"
    assert letter["asked"][0].startswith(f"POST {server.url}/***\n")
    assert "s3cr3t" not in dead.read_text()


@pytest.mark.parametrize(("status", "attempts"), [(500, 1), (503, 2), (429, 2), (404, 1)])
def test_an_action_that_may_have_begun_is_not_started_twice(
    server: Server, message: Message, status: int, attempts: int
) -> None:
    server.answer(status, Retry_After="0")
    row = sent(action(kind="webhook", url=f"{server.url}/hook", retries=1), message)
    assert (row.outcome, row.attempts, row.what) == ("failed", attempts, "action")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((404, "no such hook", {}), "127.0.0.1 answered 404 Not Found: no such hook"),
        ((302, "", {"Location": "https://x.y/z?token=abc"}), "it has moved to https://x.y/z?***"),
        ((400, "x" * 1_000_000, {}), "xxxxxx…"),
    ],
)
def test_a_refusal_is_told(
    server: Server, message: Message, answer: tuple[int, str, Mapping[str, str]], told: str
) -> None:
    server.answers.append(answer)
    row = sent(channel(kind="webhook", url=f"{server.url}/hook"), message)
    assert row.outcome == "failed"
    assert told in row.detail
    assert len(row.detail) < 400


def test_an_unreachable_host_is_told(message: Message) -> None:
    row = sent(channel(kind="webhook", url="http://127.0.0.1:9/hook", retries=1), message)
    assert (row.outcome, row.attempts) == ("failed", 2)
    assert row.detail == "127.0.0.1:9 cannot be reached: Connection refused"


def test_a_dry_run_tells_the_request_and_sends_nothing(server: Server, message: Message) -> None:
    entry = channel(kind="webhook", url=f"{server.url}/hook", headers={"X-Key": "k3y-of-mine"})
    row = deliver(entry, message, is_dry=True)
    assert (row.outcome, row.attempts, server.asked) == ("planned", 0, [])
    assert row.detail.startswith(f"POST {server.url}/***\n")
    assert "X-Key: ***" in row.detail
    assert '"verdict"' in row.detail


def test_a_condition_decides_and_one_that_does_not_fit_is_told(message: Message) -> None:
    entry = {"kind": "webhook", "url": "http://127.0.0.1:9/hook"}
    assert is_wanted(channel(**entry, condition="results | length > 0"), message)
    assert not is_wanted(channel(**entry, condition="endpoint == 'other'"), message)
    unfit = channel(**entry, condition="document.no_such.key")
    assert is_wanted(unfit, message)
    assert "no attribute 'no_such'" in sent(unfit, message).detail
