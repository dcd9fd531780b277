"""A message to any service that Apprise knows."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import warnings
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from mmon.config.destination import Channel
from mmon.delivery.carrier import Carrier, TemporaryError
from mmon.delivery.http import unlogged
from mmon.delivery.message import Message
from mmon.texts.addresses import keep_service

_MOST_RESULTS = 10
_KINDS = {"high": "failure", "medium": "warning", "low": "info"}


def _text(value: object) -> object:
    return str(value) if isinstance(value, str) else value


def _service(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    keep_service(url)
    # The value is not repeated: most of it is secret.
    if "://" not in url:
        raise ValueError("is no address of Apprise, such as discord://WEBHOOK_ID/WEBHOOK_TOKEN")
    if importlib.util.find_spec("apprise") is None:
        raise ValueError("apprise is not installed: pip install 'mmon[notify]'")
    if _known(url) is None:
        scheme = url.partition("://")[0]
        raise ValueError(f"is none of Apprise's: {scheme}:// is unknown or lacks a part")
    return value


class AppriseMessage(Channel):
    """A message to any service that Apprise knows: Teams, Discord, PagerDuty, Telegram and others.

    https://appriseit.com lists them, and how their addresses are written. It needs
    ``pip install 'mmon[notify]'``.

    Example
    -------
    notifications:
      - kind: apprise
        url: ${TEAMS_URL}
    """

    kind: Literal["apprise"]
    url: Annotated[
        SecretStr,
        BeforeValidator(_text),
        AfterValidator(_service),
        Field(examples=["${APPRISE_URL}"]),
    ]
    """The address, as Apprise has it; it is never shown."""


Settings = AppriseMessage


def send(settings: AppriseMessage, message: Message, carrier: Carrier) -> str:
    """Hand the message to Apprise."""
    url = settings.url.get_secret_value()
    scheme = url.partition("://")[0]
    lines = [
        message.text,
        *(f"- {one.status}: {one.words}" for one in message.findings(_MOST_RESULTS)),
    ]
    text = "\n".join(lines + ([message.link] if message.link else []))
    shown = f"APPRISE {scheme}://\n\n{message.title}\n\n{text}"
    carrier.attempt(shown, lambda: _handed_over(url, message, text, settings.timeout_s))
    return f"accepted by {scheme}"


def _handed_over(url: str, message: Message, text: str, timeout_s: float) -> None:
    import apprise

    service = _known(url)
    service.socket_connect_timeout = service.socket_read_timeout = timeout_s
    told = apprise.Apprise()
    told.add(service)
    with _unlogged() as said:
        done = told.notify(body=text, title=message.title, notify_type=_KINDS[message.severity])
    if not done:
        why = f": {said[-1]}" if said else ""
        raise TemporaryError(f"{url.partition('://')[0]} did not take it{why}")


def _known(url: str) -> Any:
    """The service of an address; None where Apprise knows none."""
    with _unlogged(), warnings.catch_warnings():
        # It imports what Python is about to drop.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise

        return apprise.Apprise.instantiate(url, suppress_exceptions=True)


@contextlib.contextmanager
def _unlogged() -> Iterator[list[str]]:
    """What Apprise would write to standard error, with addresses in full."""
    said: list[str] = []

    def keep(record: logging.LogRecord) -> bool:
        if record.levelno >= logging.WARNING:
            said.append(record.getMessage())
        return False

    logger = logging.getLogger("apprise")
    logger.addFilter(keep)
    try:
        with unlogged():
            yield said
    finally:
        logger.removeFilter(keep)
