"""What notifications and actions by a request of one's own making share."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from mmon.config.destination import Address, Template
from mmon.config.fields import Section
from mmon.delivery.carrier import Carrier
from mmon.delivery.http import Request
from mmon.delivery.message import Message
from mmon.texts.addresses import keep_header
from mmon.texts.templates import rendered

_MOST_RESULTS = 10


class RequestSettings(Section):
    """A request of one's own making."""

    url: Annotated[Address, Field(examples=["${WEBHOOK_URL}"])]
    """Where it goes; reports show its host alone."""
    method: Literal["POST", "PUT", "PATCH", "GET"] = "POST"
    """How it is asked."""
    headers: dict[str, str] = Field(default={}, examples=[{"Authorization": "Bearer ${TOKEN}"}])
    """Headers, whose values are never shown."""
    body: Annotated[Template | None, Field(examples=['{"text": {{ title | tojson }}}'])] = None
    """A Jinja template of its body; null is JSON with the message and the ten worst results."""

    @model_validator(mode="after")
    def _keep_secrets(self) -> Self:
        for name, value in self.headers.items():
            keep_header(name, value)
            if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
                raise ValueError(f"header {name!r} is no name of one")
            if any(mark in value for mark in "\r\n"):
                raise ValueError(f"header {name!r} has more than one line")
        return self


def told(message: Message) -> dict[str, Any]:
    """A message as JSON of moderate size: without the document, with the worst results."""
    body = message.body()
    del body["document"]
    body["results"] = body["results"][:_MOST_RESULTS]
    return body


def requested(
    settings: RequestSettings, message: Message, carrier: Carrier, *, is_repeatable: bool = True
) -> str:
    """Make the request of some settings."""
    url = settings.url.get_secret_value()
    if settings.body is None:
        request = Request.of_json(url, told(message), method=settings.method)
    else:
        text = rendered(settings.body, message.body())
        is_json = text.lstrip()[:1] in ("{", "[")
        kind = "application/json" if is_json else "text/plain; charset=utf-8"
        request = Request(settings.method, url, {"Content-Type": kind}, text)
    given = {name.title(): value for name, value in settings.headers.items()}
    headers = {**request.headers, **given}
    body = None if settings.method == "GET" else request.body
    answer = carrier.request(Request(settings.method, url, headers, body, is_repeatable))
    return f"answered {answer.status}"
