"""A message in a channel of Slack, by an incoming webhook."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from mmon.config.destination import Address, Channel
from mmon.config.fields import Integer
from mmon.delivery.carrier import Carrier
from mmon.delivery.http import Request
from mmon.delivery.message import Finding, Message, shortened

# https://docs.slack.dev/reference/block-kit/blocks: a header, and the text of a section.
_HEADER, _TEXT = 150, 3000
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SIGNS = {"detected": ":red_circle:", "potential": ":large_orange_circle:"}


class Slack(Channel):
    """A message in a channel of Slack: the verdict, the sentence, the worst results and a link.

    Slack makes the address: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.
    Mattermost and Rocket.Chat read the same messages.

    Example
    -------
    notifications:
      - kind: slack
        url: ${SLACK_WEBHOOK_URL}
        when: [breach, recovered]
    """

    kind: Literal["slack"]
    url: Annotated[Address, Field(examples=["${SLACK_WEBHOOK_URL}"])]
    """The address of the incoming webhook; reports show its host alone."""
    results: Annotated[Integer, Field(ge=0, le=20)] = 5
    """How many of the worst results it tells of."""


Settings = Slack


def send(settings: Slack, message: Message, carrier: Carrier) -> str:
    """Post the message."""
    url = settings.url.get_secret_value()
    carrier.request(Request.of_json(url, posted(message, settings.results)))
    return "posted"


def posted(message: Message, most: int) -> dict[str, Any]:
    """The message in Block Kit, within its limits, with a plain text for notifications."""
    sign = {"high": ":rotating_light:", "medium": ":warning:", "low": ":information_source:"}
    head = shortened(f"{sign[message.severity]} {message.title}", _HEADER)
    text = {"type": "plain_text", "text": head, "emoji": True}
    blocks: list[dict[str, Any]] = [{"type": "header", "text": text}]
    blocks.append(_section(_escaped(message.text) or "-"))
    found = message.findings(most)
    if found:
        blocks.append(_section("\n".join(map(_line, found))))
    if message.link:
        blocks.append(_section(f"<{_escaped(message.link)}|Open the report>"))
    about = " · ".join(filter(None, (message.subject, message.alert, message.reason)))
    context = {"type": "mrkdwn", "text": shortened(_escaped(about), _TEXT)}
    blocks.append({"type": "context", "elements": [context]})
    return {
        "text": shortened(_escaped(f"{message.title}: {message.text}"), _TEXT),
        "blocks": blocks,
    }


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": shortened(text, _TEXT)}}


def _line(finding: Finding) -> str:
    return f"{_SIGNS[finding.status]} {shortened(_escaped(finding.words), 250)}"


def _escaped(text: str) -> str:
    """A text in which nothing is markup, a link or a call of @channel."""
    return "".join(_ESCAPED.get(mark, mark) for mark in text)
