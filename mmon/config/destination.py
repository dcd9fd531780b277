"""What every entry of ``notifications`` and ``actions`` has: a part of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from mmon.config.fields import Duration, Integer, Section, Text, Timeout, seconds
from mmon.texts import templates
from mmon.texts.addresses import keep_address
from mmon.texts.redaction import keep_secret, keep_uri

Reason = Literal["breach", "potential", "inconclusive", "error", "recovered", "always"]


def _condition(text: str) -> str:
    templates.check_condition(text)
    return text


def _template(text: str) -> str:
    templates.check_template(text)
    return text


def _plain(value: object) -> object:
    # A text that came from the environment is one, too, of a class of its own.
    return str(value) if isinstance(value, str) else value


def _secret(value: SecretStr) -> SecretStr:
    keep_secret(value.get_secret_value())
    return value


def _address(value: SecretStr) -> SecretStr:
    keep_address(value.get_secret_value())
    _require_web(value.get_secret_value())
    return value


def _server(url: str) -> str:
    keep_uri(url)
    _require_web(url)
    return url.rstrip("/")


def _require_web(url: str) -> None:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one or any(mark <= " " for mark in url):
        # The value is not repeated: most of it is secret.
        raise ValueError("is no address such as https://host/path")


Condition = Annotated[str, AfterValidator(_condition)]
"""An expression in Jinja."""
Template = Annotated[str, AfterValidator(_template)]
"""A text in Jinja."""
Secret = Annotated[SecretStr, Field(min_length=1), BeforeValidator(_plain), AfterValidator(_secret)]
"""A password or a token: never shown."""
Address = Annotated[SecretStr, BeforeValidator(_plain), AfterValidator(_address)]
"""An address of the web, whose path is never shown: who knows it may often use it."""
Server = Annotated[str, AfterValidator(_server)]
"""An address of the web that is no secret."""


class Destination(Section):
    """Where something goes, and when."""

    kind: str
    """What it is: the name of its module."""
    name: Text = ""
    """What alerts and reports call it; by default its kind."""
    when: Annotated[tuple[Reason, ...], Field(min_length=1)] | None = None
    """What it is used for: ``breach``, ``potential`` (a pass with results that may have changed),
    ``inconclusive``, ``error`` (a run that failed), ``recovered`` (a pass after anything else),
    ``always``. Null is breach and, of a notification, error; or alerts alone where one names it."""
    condition: Annotated[Condition | None, Field(examples=["results | length > 2"])] = None
    """A Jinja expression that must hold, too, over ``document`` (the whole result document),
    ``verdict``, ``sentence``, ``results`` (the judged ones, worst first), ``window``, ``endpoint``,
    ``project``, ``reason``, ``severity`` and ``alert``."""
    timeout: Timeout = "10s"
    """How long one attempt may take."""
    retries: Annotated[Integer, Field(ge=0, le=10)] = 3
    """How often it is tried again, after longer and longer pauses, where that may help."""

    @classmethod
    def from_short_form(cls, value: Any) -> Any:
        """An entry without a name is called by its kind."""
        if isinstance(value, Mapping) and value.get("name") is None and "kind" in value:
            return {**value, "name": value["kind"]}
        return value

    @property
    def timeout_s(self) -> float:
        """``timeout`` in seconds."""
        return seconds(self.timeout)


class Channel(Destination):
    """A channel that tells people."""


class Action(Destination):
    """Something that is started."""

    cooldown: Duration | None = Field(default=None, examples=["6h"])
    """How long after one it is not started again, counted in window ends."""
