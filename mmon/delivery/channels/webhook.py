"""A message as a request of one's own making, for any service that listens on the web."""

from __future__ import annotations

from typing import Literal

from mmon.config.destination import Channel
from mmon.delivery.carrier import Carrier
from mmon.delivery.message import Message
from mmon.delivery.webhook import RequestSettings, requested


class WebhookChannel(RequestSettings, Channel):
    """A request to an address of the web, with a body of your own.

    Without a ``body`` it is JSON with ``title``, ``text``, ``severity``, ``reason``, ``verdict``,
    ``project``, ``endpoint``, ``alert``, ``link``, ``key``, ``window`` and ``results`` (the ten
    worst). A body is a Jinja template over the same names and ``document``, the whole result
    document; ``| tojson`` writes any of them as JSON.

    Example
    -------
    notifications:
      - kind: webhook
        url: ${CHAT_URL}
        when: [breach, recovered]
        body: '{"text": {{ title | tojson }}}'
    """

    kind: Literal["webhook"]


Settings = WebhookChannel


def send(settings: WebhookChannel, message: Message, carrier: Carrier) -> str:
    """Make the request."""
    return requested(settings, message, carrier)
