"""Mail, against a real SMTP server on loopback that wants TLS and a password."""

from __future__ import annotations

import dataclasses
import email
import email.policy
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from mmon.config.destination import Destination
from mmon.delivery.message import Message
from mmon.delivery.sending import deliver
from tests.delivery.conftest import channel
from tests.reports.sample_document import sample_document


@dataclasses.dataclass
class Post:
    port: int = 0
    mails: list[Any] = dataclasses.field(default_factory=list)
    refusals: list[str] = dataclasses.field(default_factory=list)
    """Answers to the next recipients."""

    async def handle_RCPT(self, _s: object, _n: object, envelope: Any, to: str, _o: object) -> str:  # noqa: N802 - as the library has it
        if self.refusals:
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, _s: object, _n: object, envelope: Any) -> str:  # noqa: N802 - as the library has it
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.SMTP))
        return "250 OK"


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))

    def knows(_server: object, _session: object, _envelope: object, how: str, given: Any) -> Any:
        is_known = how in ("LOGIN", "PLAIN") and given.password == b"sm7p-password"
        return AuthResult(success=is_known, handled=False)

    with socket.create_server(("localhost", 0)) as free:
        state = Post(free.getsockname()[1])
    controller = Controller(
        state,
        hostname="localhost",
        port=state.port,
        tls_context=context,
        require_starttls=True,
        authenticator=knows,
        auth_required=True,
    )
    controller.start()
    yield state
    controller.stop()


def mail(post: Post, **keys: Any) -> Destination:
    own = {"user": "mmon", "password": "sm7p-password", "host": "localhost", "port": post.port}
    people = {"from": "mmon <mmon@example.com>", "to": ["team@example.com"], "retries": 1}
    return channel(**{"kind": "mail", **own, **people, **keys})


def test_a_mail_has_html_that_mail_clients_show_plain_text_and_the_report(
    post: Post, message: Message
) -> None:
    row = deliver(mail(post, attach="html", subject="{{ endpoint }}: {{ verdict }}"), message)
    assert (row.outcome, row.attempts, row.detail) == ("sent", 1, "accepted by localhost")
    (got,) = post.mails
    assert message.document is not None
    assert got["Subject"] == f"credit-risk: {message.document.verdict}"
    html = got.get_body(("html",)).get_content()
    plain = got.get_body(("plain",)).get_content()
    for told in (message.text, message.findings(1)[0].words):
        assert told in html
        assert told in plain
    assert 'href="https://reports.example.com/drift.html"' in html
    for unfit in ("<script", "<style", "<svg", "<link", "class=", "display:flex"):
        assert unfit not in html
    (report,) = got.iter_attachments()
    assert report.get_filename() == "report.html"
    assert "<!doctype html>" in report.get_content()[:100].lower()


def test_hostile_names_are_no_markup_in_a_mail(post: Post, message: Message) -> None:
    hostile = dataclasses.replace(
        message, document=sample_document(12, hostile=True), title="a\r\nBcc: x@y.z <b>"
    )
    assert deliver(mail(post), hostile).outcome == "sent"
    (got,) = post.mails
    assert got["Bcc"] is None
    assert "<script" not in got.get_body(("html",)).get_content()


def test_a_wrong_password_is_told_and_not_tried_again(post: Post, message: Message) -> None:
    row = deliver(mail(post, password="wr0ng-password"), message)
    assert (row.outcome, row.attempts) == ("failed", 1)
    assert row.detail == f"localhost:{post.port} refused the user or the password"


def test_a_certificate_of_nobody_is_refused(
    post: Post, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    row = deliver(mail(post), message)
    assert (row.outcome, row.attempts) == ("failed", 1)
    assert "the certificate of localhost" in row.detail
    assert "SSL_CERT_FILE names whom to trust" in row.detail
    row = deliver(mail(post, security="tls"), message)
    assert (row.outcome, row.attempts) == ("failed", 1)
    assert "speaks no TLS with security: tls" in row.detail


def test_a_server_that_is_busy_is_tried_again(post: Post, message: Message) -> None:
    post.refusals = ["451 try again later"]
    row = deliver(mail(post), message)
    assert (row.outcome, row.attempts) == ("sent", 2)
    post.refusals = ["550 nobody here"]
    row = deliver(mail(post), message)
    assert (row.outcome, row.attempts) == ("failed", 1)
    assert "refused every address: 550 nobody here" in row.detail


def test_an_address_that_is_refused_beside_others_is_told(post: Post, message: Message) -> None:
    post.refusals = ["550 nobody here"]
    row = deliver(mail(post, to=["gone@example.com", "team@example.com"]), message)
    assert row.detail == "accepted for 1 of 2 addresses; localhost refused gone@example.com"


def test_a_mail_server_that_is_not_there_is_told(message: Message) -> None:
    row = deliver(mail(Post(port=9)), message)
    assert (row.outcome, row.attempts) == ("failed", 2)
    assert row.detail == "localhost:9 cannot be reached: Connection refused"
