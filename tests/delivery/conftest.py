"""A web server on loopback that writes down what it is asked, and messages to send to it."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import TypeAdapter

from mmon.config.deliveries import Actions, Notifications
from mmon.config.destination import Destination
from mmon.delivery import carrier, http
from mmon.delivery.message import Message
from tests.reports.sample_document import sample_document


def channel(**keys: Any) -> Destination:
    return TypeAdapter(Notifications).validate_python([keys])[0]


def action(**keys: Any) -> Destination:
    return TypeAdapter(Actions).validate_python([keys])[0]


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_BACKOFF_S", 0.001)
    monkeypatch.setattr(carrier, "_FIRST_PAUSE_S", 0.001)


@dataclasses.dataclass
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: str


@dataclasses.dataclass
class Server:
    """What it was asked, and what it answers: (status, body, headers), in turn; the last stays."""

    url: str = ""
    asked: list[Asked] = dataclasses.field(default_factory=list)
    answers: list[tuple[int, str, Mapping[str, str]]] = dataclasses.field(default_factory=list)
    echoes: bool = False
    """Whether it repeats what it is asked, with all headers."""

    def answer(self, status: int, body: str = "{}", **headers: str) -> None:
        self.answers.append((status, body, headers))


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            state.asked.append(Asked(self.command, self.path, dict(self.headers), body))
            status, text, headers = (200, "{}", {})
            if state.answers:
                status, text, headers = state.answers[0]
                if len(state.answers) > 1:
                    state.answers.pop(0)
            if state.echoes:
                text = f"{self.path} {dict(self.headers)} {body}"
            data = text.encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = _any  # noqa: N815 - as the library has them

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        state.url = f"http://127.0.0.1:{listening.server_address[1]}"
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield state
        listening.shutdown()
        thread.join()


@pytest.fixture
def message() -> Message:
    document = sample_document()
    return Message(
        project="lending",
        endpoint="credit-risk",
        reason="breach",
        title="lending / credit-risk: breach",
        text=document.sentence,
        severity="high",
        key="a-key",
        document=document,
        link="https://reports.example.com/drift.html",
    )
