"""A comment on a pull request of GitHub."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from mmon.config.destination import Channel, Secret
from mmon.config.fields import PositiveInt
from mmon.delivery.carrier import Carrier
from mmon.delivery.comment import put, written
from mmon.delivery.github import Repository, api
from mmon.delivery.message import Message
from mmon.errors import DeliveryError

_MOST = 65_000  # GitHub takes 65,536


class GithubComment(Channel):
    """A comment on the pull request that a workflow of GitHub runs for, changed by later runs.

    Which one it is, is found in GITHUB_REPOSITORY, GITHUB_REF and GITHUB_EVENT_PATH, which GitHub
    sets. The workflow needs ``permissions: {pull-requests: write}``. The comment is the Markdown
    report; of an alert or of a window it is short. GITHUB_API_URL is where it is sent.

    Example
    -------
    notifications:
      - kind: github
        token: ${GITHUB_TOKEN}
        when: [always]
    """

    kind: Literal["github"]
    token: Annotated[Secret, Field(examples=["${GITHUB_TOKEN}"])]
    """A token that may write comments."""
    repository: Annotated[Repository | None, Field(examples=["acme/model"])] = None
    """OWNER/NAME; null is what GITHUB_REPOSITORY says."""
    number: PositiveInt | None = Field(default=None, examples=[12])
    """The pull request; null is the one that the workflow runs for."""


Settings = GithubComment


def send(settings: GithubComment, message: Message, carrier: Carrier) -> str:
    """Write the comment, or change it."""
    base, headers = api(settings.repository, settings.token)
    number = settings.number or _number()
    mark, text = written(message, settings.name, _MOST)
    url = f"{base}/issues/{number}/comments"
    change = f"{base}/issues/comments/{{id}}"
    return f"{put(carrier, url, headers, mark, text, update=change, method='PATCH')} on #{number}"


def _number() -> int:
    """The number of the pull request that the workflow runs for."""
    found = re.match(r"refs/pull/([0-9]{1,12})/", os.environ.get("GITHUB_REF", ""))
    if found:
        return int(found[1])
    try:
        event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
        return int(event.get("pull_request", event)["number"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        hint = "set number, or run in a workflow that is started by pull_request"
        raise DeliveryError("no pull request is known", hint=hint) from None
