"""A request of one's own making, for any service that starts something when it is asked."""

from __future__ import annotations

from typing import Literal

from mmon.config.destination import Action
from mmon.delivery.carrier import Carrier
from mmon.delivery.message import Message
from mmon.delivery.webhook import RequestSettings, requested


class WebhookAction(RequestSettings, Action):
    """A request to an address of the web that starts something, with a body of your own.

    Keys and default body are those of the notification of the same kind. It is tried again only
    where nothing can have started yet: the server cannot be reached, or answers 429 or 503.

    Example
    -------
    actions:
      - kind: webhook
        url: https://ci.example.com/hooks/retrain
        headers: {Authorization: "Bearer ${CI_TOKEN}"}
        body: '{"window": {{ window.start | tojson }}}'
    """

    kind: Literal["webhook"]


Settings = WebhookAction


def send(settings: WebhookAction, message: Message, carrier: Carrier) -> str:
    """Make the request."""
    return requested(settings, message, carrier, is_repeatable=False)
