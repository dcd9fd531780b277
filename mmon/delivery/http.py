"""Requests to servers of the web: tried again where that may help, never followed elsewhere."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import logging
import re
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode, urlsplit

from mmon import __version__
from mmon.errors import DeliveryError
from mmon.texts.addresses import HARMLESS_HEADERS
from mmon.texts.redaction import MASK, keep_secret, masked

if TYPE_CHECKING:
    import requests
    from urllib3 import BaseHTTPResponse
    from urllib3.util.retry import Retry

_BUSY = frozenset((429, 503))
"""A server that answers so has not done anything yet."""
_TROUBLE = _BUSY | {500, 502, 504}
_BACKOFF_S, _LONGEST_PAUSE_S = 0.5, 60
_MOST_TOLD = 300


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes
    ----------
    is_repeatable : bool
        Whether a server that may have done it already may be asked again.
    most_bytes : int
        How much of the answer is read.
    accepted : frozenset of int
        Statuses of 300 and more that are an answer, too.
    """

    method: str
    url: str
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    body: str | None = None
    is_repeatable: bool = True
    most_bytes: int = 1 << 16  # enough to say what is wrong
    accepted: frozenset[int] = frozenset()

    @classmethod
    def of_form(
        cls, url: str, fields: Mapping[str, str], *, headers: Mapping[str, str] | None = None
    ) -> Self:
        """A request with a body as of a form, that starts something."""
        given = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return cls("POST", url, given, urlencode(fields), is_repeatable=False)

    @classmethod
    def of_json(
        cls,
        url: str,
        body: object,
        *,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        is_repeatable: bool = True,
    ) -> Self:
        """A request with a body of JSON."""
        text = json.dumps(body, ensure_ascii=False)
        given = {"Content-Type": "application/json", **(headers or {})}
        return cls(method, url, given, text, is_repeatable)

    def with_key(self, key: str) -> Self:
        """The same with an idempotency key, unless it has one."""
        own = {"User-Agent": f"mmon/{__version__}", "Idempotency-Key": key}
        return dataclasses.replace(self, headers={**own, **self.headers})

    def accepting(self, *statuses: int) -> Self:
        """The same, to which some statuses of 300 and more are an answer, too."""
        return dataclasses.replace(self, accepted=frozenset(statuses))

    def shown(self) -> str:
        """All of it as a text, without secrets."""
        lines = [f"{self.method} {masked(self.url)}"]
        for name, value in self.headers.items():
            lines.append(f"{name}: {value if name.lower() in HARMLESS_HEADERS else MASK}")
        return "\n".join([*lines, "", masked(self.body)] if self.body else lines)


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: a status below 300 and the beginning of its text."""

    status: int
    text: str
    location: str | None = None

    def json(self) -> Any:
        """The answer as data.

        Raises
        ------
        DeliveryError
            When it is none.
        """
        try:
            return json.loads(self.text)
        except ValueError:
            words = f"the answer is not JSON: {_short(self.text)!r}"
            raise DeliveryError(words, hint="check the address") from None


def exchange(request: Request, *, timeout_s: float, retries: int, tries: list[object]) -> Answer:
    """What a server answers; each attempt is added to ``tries``.

    Raises
    ------
    DeliveryError
        When it cannot be reached, does not answer in time, or answers with 300 or more.
    """
    import requests
    from requests.adapters import HTTPAdapter

    statuses = _TROUBLE if request.is_repeatable else _BUSY
    policy = _policy(retries, statuses, request.is_repeatable, tries)
    with unlogged(), requests.Session() as session:
        # Without it, an entry in ~/.netrc would take the place of the header.
        session.auth = _as_it_is
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(max_retries=policy))
        try:
            response = session.request(
                request.method,
                request.url,
                data=None if request.body is None else request.body.encode(),
                headers=dict(request.headers),
                timeout=timeout_s,
                allow_redirects=False,
                stream=True,
            )
            text = _beginning(response, timeout_s, request.most_bytes)
        except (requests.RequestException, ValueError, OSError) as error:
            tries.extend([error] if not tries else [])
            raise DeliveryError(_why(error, request.url, timeout_s)) from None
    if response.status_code not in statuses:
        tries.append(response.status_code)
    if response.status_code not in request.accepted:
        _refuse(response, text)
    return Answer(response.status_code, text, response.headers.get("Location"))


def _policy(
    retries: int, statuses: frozenset[int], is_repeatable: bool, tries: list[object]
) -> Retry:
    from urllib3.exceptions import SSLError
    from urllib3.util.retry import Retry

    class Counted(Retry):
        """Writes down each failed attempt; a certificate does not get better."""

        def increment(  # type: ignore[no-untyped-def]  # as urllib3 has it
            self, method=None, url=None, response=None, error=None, _pool=None, _stacktrace=None
        ):
            tries.append(error or response)
            if isinstance(error, SSLError):
                raise error
            return super().increment(method, url, response, error, _pool, _stacktrace)

        def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
            asked = super().get_retry_after(response)
            return None if asked is None else min(asked, _LONGEST_PAUSE_S)

    return Counted(
        total=retries,
        read=None if is_repeatable else 0,
        allowed_methods=None,
        status_forcelist=statuses,
        backoff_factor=_BACKOFF_S,
        backoff_jitter=_BACKOFF_S,
        backoff_max=_LONGEST_PAUSE_S,
        raise_on_status=False,
        redirect=0,
    )


@contextlib.contextmanager
def unlogged() -> Iterator[None]:
    """Keep urllib3 from warning of each attempt, on standard error, with the address in full."""
    loggers = [logging.getLogger(f"urllib3.{name}") for name in ("connectionpool", "util.retry")]
    for logger in loggers:
        logger.addFilter(_nothing)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(_nothing)


def _nothing(_: logging.LogRecord) -> bool:
    return False


def basic(user: str, password: str) -> dict[str, str]:
    """The header of a user and a password, which is kept secret."""
    coded = base64.b64encode(f"{user}:{password}".encode()).decode()
    keep_secret(coded)
    return {"Authorization": f"Basic {coded}"}


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _beginning(response: requests.Response, timeout_s: float, most: int) -> str:
    """As much of an answer as one wants to know, which a slow or endless one cannot draw out."""
    found, end = b"", time.monotonic() + timeout_s
    for part in response.iter_content(4096):
        found += part
        if len(found) >= most or time.monotonic() > end:
            break
    return found.decode("utf-8", "replace")


def _refuse(response: requests.Response, text: str) -> None:
    status = response.status_code
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return
    host = urlsplit(response.url).hostname
    said = f"{host} answered {status} {response.reason or ''}".rstrip()
    if status < HTTPStatus.BAD_REQUEST:
        place = masked(response.headers.get("Location", ""))
        raise DeliveryError(f"{said}: it has moved to {place or 'another address'}")
    raise DeliveryError(f"{said}: {_short(text)}" if text.strip() else said)


def _why(error: Exception, url: str, timeout_s: float) -> str:
    """Why there is no answer, in the words of what is at the bottom of it."""
    import requests
    from urllib3.exceptions import ReadTimeoutError

    place = urlsplit(url)
    host = place.hostname if place.port is None else f"{place.hostname}:{place.port}"
    reason = _bottom(error)
    if isinstance(reason, ReadTimeoutError):
        return f"{host} did not answer within {timeout_s:g} s"
    if isinstance(error, requests.ConnectTimeout):
        return f"{host} cannot be reached within {timeout_s:g} s"
    words = str(getattr(reason, "strerror", None) or reason).rpartition(": ")[2]
    words = re.sub(r"^\[Errno -?\d+\] ", "", words)
    if isinstance(error, requests.exceptions.SSLError):
        return f"the certificate of {host} was refused: {_short(words)}"
    if isinstance(error, requests.exceptions.ProxyError):
        return f"{host} cannot be reached by way of the proxy: {_short(words)}"
    return f"{host} cannot be reached: {_short(words)}"


def _bottom(error: Exception) -> Exception:
    """The error that the others around it are about."""
    inner = (getattr(error, "reason", None), *error.args)
    deeper = next((one for one in inner if isinstance(one, Exception)), None)
    return error if deeper is None else _bottom(deeper)


def _short(text: str) -> str:
    line = " ".join(masked(text[: 4 * _MOST_TOLD]).split())
    return line if len(line) <= _MOST_TOLD else f"{line[: _MOST_TOLD - 1]}…"
