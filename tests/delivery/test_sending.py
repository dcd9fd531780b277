"""What is sent, how often it is tried, and what is told of it."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import trustme

from mmon.config.destination import Destination
from mmon.delivery.channels import webhook
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
    raising = channel(**entry, condition="cycler()")
    assert is_wanted(raising, message)
    assert "does not fit: at least one item" in sent(raising, message).detail


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"


@pytest.mark.slow
def test_a_server_that_never_answers_is_told(silent: str, message: Message) -> None:
    row = sent(channel(kind="webhook", url=silent, timeout="100ms", retries=1), message)
    assert (row.outcome, row.attempts) == ("failed", 2)
    assert row.detail.endswith("did not answer within 0.1 s")
    row = sent(action(kind="webhook", url=silent, timeout="100ms", retries=1), message)
    assert (row.outcome, row.attempts) == ("failed", 1)  # it may have begun


def test_a_certificate_that_nobody_signed_is_told_and_not_tried_again(message: Message) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            connection, _ = listening.accept()
            with connection, contextlib.suppress(OSError):
                context.wrap_socket(connection, server_side=True).close()

        thread = threading.Thread(target=greet)
        thread.start()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}/hook"
        row = sent(channel(kind="webhook", url=url), message)
        thread.join()
    assert (row.outcome, row.attempts) == ("failed", 1)
    assert "the certificate of 127.0.0.1" in row.detail


def test_a_name_that_no_server_has_is_told(message: Message) -> None:
    url = "http://no-such-host.invalid/hook"
    row = sent(channel(kind="webhook", url=url, retries=0), message)
    assert row.outcome == "failed"
    assert "no-such-host.invalid cannot be reached" in row.detail


def test_a_login_of_this_machine_takes_no_place_of_a_header(
    server: Server, message: Message, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password p4ss-of-netrc")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    headers = {"Authorization": "Bearer the-right-0ne"}
    sent(channel(kind="webhook", url=f"{server.url}/hook", headers=headers), message)
    assert server.asked[0].headers["Authorization"] == "Bearer the-right-0ne"


def test_a_dead_letter_that_cannot_be_written_is_told(message: Message, tmp_path: Path) -> None:
    entry = channel(kind="webhook", url="http://127.0.0.1:9/hook", retries=0)
    row = sent(entry, message, tmp_path / "no" / "folder")
    assert "it could not be added to" in row.detail
    assert "no such file or directory" in row.detail


def test_a_channel_of_somebody_else_that_raises_ends_no_run(
    message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise KeyError("loft")

    monkeypatch.setattr(webhook, "send", broken)
    row = sent(channel(kind="webhook", url="http://127.0.0.1:9/hook"), message)
    assert (row.outcome, row.detail) == ("failed", "KeyError: 'loft'")
