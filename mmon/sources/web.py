"""Reads files from web servers: each wait has an end, and a body that was cut is an error."""

from __future__ import annotations

import contextlib
import functools
import io
import math
import socket
import time
from collections.abc import Iterator
from http import HTTPStatus, client
from typing import IO, Any
from urllib import request
from urllib.error import HTTPError
from urllib.parse import SplitResult, unquote, urlsplit

from mmon.config.data import Timeouts
from mmon.config.fields import seconds
from mmon.errors import ConfigError, DataError

# What a modem sends; a server that sends less than that for as long as it may be idle is idle.
_LEAST_BYTES_PER_S = 1000
_LONGEST_HEAD = 1 << 20


@contextlib.contextmanager
def body(url: str, timeouts: Timeouts) -> Iterator[client.HTTPResponse]:
    """What a web server sends for an address; to be read by `read1`.

    Raises
    ------
    DataError
        When the server refuses, sends nothing sensible, or stops halfway.
    OSError
        When it cannot be reached, or does not answer in time.
    ConfigError
        When the address is none.
    """
    address = _split(url)
    pace = _Pace(timeouts)
    target = request.Request(address._replace(netloc=address.netloc.rpartition("@")[2]).geturl())  # noqa: S310  # http(s)
    if address.username is not None:
        target.add_unredirected_header("Authorization", _basic(address))
    opener = request.OpenerDirector()
    errors = request.HTTPDefaultErrorHandler(), request.HTTPErrorProcessor()
    for handler in (request.ProxyHandler(), _Web(pace), _Redirects(), *errors):
        opener.add_handler(handler)
    try:
        with contextlib.closing(opener.open(target)) as answer:
            if answer.status != HTTPStatus.OK:
                raise _refused(url, answer.status)
            yield answer
    except HTTPError as error:
        error.close()
        raise _refused(url, error.code) from None
    except (client.HTTPException, ValueError) as error:
        is_cut = isinstance(error, client.IncompleteRead | client.RemoteDisconnected)
        why = "what the server sends is cut off" if is_cut else "the server's answer is malformed"
        raise _unreadable(url, why) from None
    finally:
        # Not every failure of a redirection closes the answer that it came in.
        for stream in pace.streams:
            stream.close()


class _Pace:
    """How fast one file arrives, over all the connections that it takes."""

    def __init__(self, timeouts: Timeouts) -> None:
        total_s = math.inf if timeouts.total is None else seconds(timeouts.total)
        self.connect_s = min(seconds(timeouts.connect), total_s)
        self.idle_s = seconds(timeouts.idle)
        self._end = time.monotonic() + total_s
        self._waited_s, self._bytes, self._is_head = 0.0, 0, True
        self.streams: list[_Stream] = []

    def begin(self, *, is_head: bool) -> None:
        """What came so far no longer counts: what follows is an answer's head, or its body."""
        self._waited_s, self._bytes, self._is_head = 0.0, 0, is_head

    def patience_s(self) -> float:
        """How long to wait for the next bytes."""
        return max(min(self.idle_s, self._end - time.monotonic()), 0.001)

    def note(self, count: int, waited_s: float) -> None:
        """So many bytes came after so long a wait: a TimeoutError when they are too few or too
        late, an client.HTTPException when a head has no end."""
        self._waited_s += waited_s
        self._bytes += count
        is_slow = self._bytes < _LEAST_BYTES_PER_S * self._waited_s
        is_due = self._waited_s >= self.idle_s
        if count and (time.monotonic() > self._end or (is_slow and is_due)):
            raise TimeoutError("timed out")
        if self._is_head and self._bytes > _LONGEST_HEAD:
            raise client.HTTPException("too long")
        if is_due:
            self.begin(is_head=self._is_head)


class _Stream(io.RawIOBase):
    """The bytes of a connection, at the pace that is asked for."""

    def __init__(self, connection: socket.socket, pace: _Pace) -> None:
        self._connection, self._pace = connection, pace
        self._raw = connection.makefile("rb", buffering=0)
        pace.streams.append(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._connection.settimeout(self._pace.patience_s())
        begin = time.monotonic()
        count = self._raw.readinto(buffer)
        self._pace.note(count or 0, time.monotonic() - begin)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(client.HTTPResponse):
    def __init__(
        self, sock: socket.socket, debuglevel: int = 0, method: str | None = None, *, pace: _Pace
    ) -> None:
        super().__init__(sock, debuglevel, method)
        self._pace = pace
        self.fp.close()
        self.fp = io.BufferedReader(_Stream(sock, pace))

    def begin(self) -> None:
        self._pace.begin(is_head=True)
        super().begin()
        self._pace.begin(is_head=False)

    @functools.cached_property
    def _missing(self) -> int:
        """The bytes that were announced and have not come."""
        length = self.headers.get("Content-Length", "0")
        if not self.chunked and not (length.isascii() and length.isdigit()):
            raise client.HTTPException("malformed")
        return 0 if self.chunked else int(length)

    def read1(self, n: int = -1) -> bytes:
        chunk = super().read1(n)
        self._missing -= len(chunk)
        if not chunk and self._missing > 0:
            raise client.IncompleteRead(b"", self._missing)
        return chunk


class _Web(request.AbstractHTTPHandler):
    def __init__(self, pace: _Pace) -> None:
        super().__init__()
        self._pace = pace

    def http_open(self, wanted: request.Request) -> client.HTTPResponse:
        return self.do_open(functools.partial(self._connection, client.HTTPConnection), wanted)

    def https_open(self, wanted: request.Request) -> client.HTTPResponse:
        return self.do_open(functools.partial(self._connection, client.HTTPSConnection), wanted)

    http_request = https_request = request.AbstractHTTPHandler.do_request_

    def _connection(
        self, kind: type[client.HTTPConnection], host: str, *, timeout: object
    ) -> client.HTTPConnection:
        """A connection that waits as long as the pace says, not as the request does."""
        made = kind(host, timeout=self._pace.connect_s)
        made.response_class = functools.partial(_Answer, pace=self._pace)  # type: ignore[assignment]
        return made


class _Redirects(request.HTTPRedirectHandler):
    """Follows a server to web addresses only, and hands a password to the same server only."""

    def redirect_request(
        self,
        req: request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: client.HTTPMessage,
        newurl: str,
    ) -> request.Request | None:
        try:
            old, new = _split(req.full_url), _split(newurl)
        except ConfigError:
            raise HTTPError(req.full_url, code, msg, headers, fp) from None
        if new.scheme not in ("http", "https"):
            raise HTTPError(req.full_url, code, msg, headers, fp)
        followed = super().redirect_request(req, fp, code, msg, headers, newurl)
        password = req.unredirected_hdrs.get("Authorization")
        if followed is not None and password and old[:2] == new[:2]:
            followed.add_unredirected_header("Authorization", password)
        return followed


def _split(url: str) -> SplitResult:
    """The pieces of a web address, which is seen to be one."""
    if not (url.isascii() and url.isprintable()) or " " in url:
        hint = "write them percent-encoded: a blank is %20"
        raise ConfigError(f"{url!r} has characters that a web address cannot have", hint=hint)
    try:
        address = urlsplit(url)
        is_whole = bool(address.hostname) and address.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        hint = "write it as https://host:8080/path; in a password, : is %3A, / is %2F and @ is %40"
        raise ConfigError(f"{url!r} is not a web address", hint=hint)
    return address


def _basic(address: SplitResult) -> str:
    import base64

    name, password = unquote(address.username or ""), unquote(address.password or "")
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def _refused(url: str, code: int) -> DataError:
    if code in (404, 410):
        return DataError(f"{url!r} does not exist", hint="check the address")
    if code in (401, 403):
        return DataError(f"{url!r} may not be read", hint="check what the server asks for")
    if 300 <= code < 400:
        return _unreadable(url, "the server leads in a circle, or to no web address")
    # The server's own words for it could be anything.
    known = {status.value: f" ({status.phrase})" for status in HTTPStatus}
    return _unreadable(url, f"the server answers {code}{known.get(code, '')}")


def _unreadable(url: str, why: str) -> DataError:
    return DataError(
        f"{url!r} cannot be read: {why}", hint="ask for it again, or check the address"
    )
