"""Web servers that break off, trickle, answer nonsense or lead elsewhere: an error, and soon."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

import mmon
from mmon.config.data import Dataset, Timeouts
from mmon.errors import ConfigError, DataError, ExitStatus
from mmon.files import witness
from tests.unit.source_files import open_dataset

Answer = Callable[[socket.socket, str], None]
Serve = Callable[..., str]

OK = b"HTTP/1.1 200 OK\r\n"
CSV = b"a,b\n1,2\n"
SHORT = Timeouts(connect="5s", idle="400ms")


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that hands each connection, with what was asked, to one of some answers."""
    with contextlib.ExitStack() as held:

        def start(*answers: bytes | Answer) -> str:
            server = held.enter_context(socket.create_server(("127.0.0.1", 0)))
            threading.Thread(target=_answers, args=(server, answers), daemon=True).start()
            return f"http://127.0.0.1:{server.getsockname()[1]}"

        yield start


def _answers(server: socket.socket, answers: tuple[bytes | Answer, ...]) -> None:
    for answer in answers:
        with contextlib.suppress(OSError):
            connection, _ = server.accept()
            with connection:
                asked = connection.recv(65536).decode(errors="replace")
                if isinstance(answer, bytes):
                    connection.sendall(answer)
                else:
                    answer(connection, asked)


def _head(length: int) -> bytes:
    return OK + b"Content-Length: %d\r\n\r\n" % length


def _trickled(head: bytes) -> Answer:
    def answer(connection: socket.socket, _asked: str) -> None:
        connection.sendall(head)
        for _ in range(600):
            connection.sendall(b"1")
            time.sleep(0.05)

    return answer


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (_head(1000) + CSV, "what the server sends is cut off"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n8\r\n" + CSV, "what the server sends is cut off"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nx\r\n" + CSV, "what the server sends is cut off"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n" + CSV, "cut off|malformed"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 70_000, "malformed|cut off"),
        (b"", "what the server sends is cut off"),
        (OK + b"Content-Length: many\r\n\r\n" + CSV, "the server's answer is malformed"),
        (OK + b"Content-Length: -1\r\n\r\n" + CSV, "the server's answer is malformed"),
        (b"\x1b[31mhello\r\n\r\n", "the server's answer is malformed"),
        (OK + b"X: y\r\n" * 200 + b"\r\n" + CSV, "the server's answer is malformed"),
        (b"HTTP/1.1 500 \x1b[31mred\x07\r\nContent-Length: 0\r\n\r\n", r"answers 500 \(Internal"),
        (b"HTTP/1.1 799 odd\r\nContent-Length: 0\r\n\r\n", "answers 799"),
        (b"HTTP/1.1 206 Partial\r\nContent-Length: 8\r\n\r\n" + CSV, "answers 206"),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", "leads in a circle, or to no web address"),
        (b"HTTP/1.1 302 x\r\nLocation: file:///etc/passwd\r\n\r\n", "to no web address"),
        (b"HTTP/1.1 302 x\r\nLocation: ftp://127.0.0.1/x\r\n\r\n", "to no web address"),
        (b"HTTP/1.1 302 x\r\nLocation: http://[::1/x\r\n\r\n", "answer is malformed"),
        (b"HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:abc/x\r\n\r\n", "to no web address"),
        (b"HTTP/1.1 302 x\r\nLocation: data:,a\r\n\r\n", "to no web address"),
    ],
)
def test_what_is_no_whole_answer_is_an_error(serve: Serve, answer: bytes, told: str) -> None:
    url = f"{serve(answer)}/x.csv?sig=s3cret"
    with pytest.raises(DataError, match=told) as caught:
        open_dataset(Dataset(path=url, timeouts=SHORT))
    assert caught.value.exit_status == ExitStatus.FAILURE
    assert "/x.csv?***' " in caught.value.message
    assert str(caught.value).isprintable()


@pytest.mark.slow
@pytest.mark.parametrize("head", [_head(100_000), OK + b"\r\n", OK + b"X: ", b"H"])
def test_a_server_that_trickles_is_given_up(serve: Serve, head: bytes) -> None:
    begin = time.monotonic()
    with pytest.raises(DataError, match="the server does not answer in time"):
        open_dataset(Dataset(path=f"{serve(_trickled(head))}/x.csv", timeouts=SHORT))
    # All that it would send takes half a minute.
    assert time.monotonic() - begin < 20


@pytest.mark.parametrize(
    "piece", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 x\r\nA: b\r\n\r\n"]
)
def test_a_head_without_an_end_is_given_up(serve: Serve, piece: bytes) -> None:
    def answer(connection: socket.socket, _asked: str) -> None:
        while True:
            connection.sendall(piece * 1000)

    with pytest.raises(DataError, match="the server's answer is malformed"):
        open_dataset(Dataset(path=f"{serve(answer)}/x.csv", timeouts=SHORT))


def test_a_circle_of_redirections_is_told(serve: Serve) -> None:
    again = b"HTTP/1.1 302 x\r\nLocation: /x.csv\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(DataError, match="leads in a circle"):
        open_dataset(Dataset(path=f"{serve(*[again] * 20)}/x.csv", timeouts=SHORT))


def test_each_run_asks_a_server_once(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    counts = [b"x\n" + b"1\n2\n" * rows for rows in (200, 300)]
    url = serve(*(_head(len(body)) + body for body in counts)) + "/x.csv"
    kept = list(witness._leftovers)
    rows = [mmon.compare(url, url).document.production.rows for _ in counts]
    assert rows == [400, 600]
    assert witness._leftovers == kept


@pytest.mark.slow
def test_a_file_may_take_as_long_as_the_configuration_says(serve: Serve) -> None:
    def answer(connection: socket.socket, _asked: str) -> None:
        connection.sendall(_head(10_000_000))
        for _ in range(600):
            connection.sendall(b"1" * 10_000)
            time.sleep(0.02)

    timeouts = Timeouts(total="500ms")
    with pytest.raises(DataError, match="the server does not answer in time"):
        open_dataset(Dataset(path=f"{serve(answer)}/x.csv", timeouts=timeouts))


@pytest.mark.slow
def test_a_file_that_keeps_coming_is_read_to_its_end(serve: Serve) -> None:
    rows = b"7,8\n" * 1000

    def answer(connection: socket.socket, _asked: str) -> None:
        connection.sendall(_head(len(CSV) + 6 * len(rows)) + CSV)
        for _ in range(6):
            time.sleep(0.15)
            connection.sendall(rows)

    frame = open_dataset(Dataset(path=f"{serve(answer)}/x.csv", timeouts=SHORT))
    assert frame.collect().height == 6001


def test_a_body_without_a_length_is_read(serve: Serve) -> None:
    chunked = OK + b"Transfer-Encoding: chunked\r\n\r\n8\r\n" + CSV + b"\r\n0\r\n\r\n"
    for answer in (OK + b"\r\n" + CSV, chunked):
        assert open_dataset(Dataset(path=f"{serve(answer)}/x.csv")).collect().rows() == [(1, 2)]


def test_a_password_in_the_address_is_handed_to_its_server_only(serve: Serve) -> None:
    asked: list[str] = []

    def last(connection: socket.socket, question: str) -> None:
        asked.append(question)
        connection.sendall(_head(len(CSV)) + CSV)

    def leads_to(place: str) -> Answer:
        def answer(connection: socket.socket, question: str) -> None:
            asked.append(question)
            head = f"HTTP/1.1 302 x\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n"
            connection.sendall(head.encode())

        return answer

    other = serve(last)
    first = serve(leads_to("/y.csv"), leads_to(f"{other}/z.csv"))
    path = f"{first.replace('//', '//me:p%40ss@')}/x.csv"
    assert open_dataset(Dataset(path=path)).collect().rows() == [(1, 2)]
    # me:p@ss
    assert ["Authorization: Basic bWU6cEBzcw==" in question for question in asked] == [
        True,
        True,
        False,
    ]
    assert "me:" not in asked[0]


def test_a_server_that_speaks_no_tls_is_told(serve: Serve) -> None:
    url = serve(_head(len(CSV)) + CSV).replace("http:", "https:")
    with pytest.raises(DataError, match="the server speaks no TLS, or not the same"):
        open_dataset(Dataset(path=f"{url}/x.csv", timeouts=SHORT))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:abc/x.csv", "'http://127.0.0.1:abc/x.csv' is not a web address"),
        ("http://127.0.0.1:99999/x.csv", "is not a web address"),
        ("http://[::1/x.csv", "is not a web address"),
        ("http:///x.csv", "is not a web address"),
        ("http://me:a/b@127.0.0.1/x.csv", r"'http://\*\*\*@127.0.0.1/x.csv' is not a web"),
        ("http://127.0.0.1/a b.csv?sig=s3cret", "has characters that a web address cannot have"),
        ("http://127.0.0.1/ä.csv", "has characters that a web address cannot have"),
        ("http://127.0.0.1/\x1b[31m.csv", "has characters that a web address cannot have"),
        ("http://127.0.0.1/a\n.csv", "has characters that a web address cannot have"),
    ],
)
def test_what_is_no_web_address_is_a_configuration_error(url: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        open_dataset(Dataset(path=url))
    assert caught.value.hint
    assert "s3cret" not in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("text", ["soon", "30", "0s", "1d", "-1s", "1.5s", "", 30, True])
def test_a_timeout_is_a_length_of_time(text: object) -> None:
    with pytest.raises(ValueError, match="must be a length of time such as 500ms, 30s, 2m or 1h"):
        Timeouts.model_validate({"idle": text})
