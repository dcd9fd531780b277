"""A comment on a merge request of GitLab."""

from __future__ import annotations

import os
from typing import Annotated, Literal

from pydantic import Field

from mmon.config.destination import Channel, Secret
from mmon.config.fields import PositiveInt, Text
from mmon.delivery.carrier import Carrier
from mmon.delivery.comment import put, written
from mmon.delivery.gitlab import api
from mmon.delivery.message import Message
from mmon.errors import DeliveryError

_MOST = 500_000  # GitLab takes a million


class GitlabComment(Channel):
    """A comment on the merge request that a job of GitLab runs for, changed by later runs.

    Which one it is, is found in CI_API_V4_URL, CI_PROJECT_ID and CI_MERGE_REQUEST_IID, which GitLab
    sets in pipelines of merge requests. The comment is the Markdown report; of an alert or of a
    window it is short.

    Example
    -------
    notifications:
      - kind: gitlab
        token: ${GITLAB_TOKEN}
        when: [always]
    """

    kind: Literal["gitlab"]
    token: Annotated[Secret, Field(examples=["${GITLAB_TOKEN}"])]
    """An access token of the project with the scope ``api``; CI_JOB_TOKEN may not comment."""
    repository: Annotated[Text | None, Field(examples=["acme/model"])] = None
    """The project, by its number or GROUP/NAME; null is what CI_PROJECT_ID says."""
    number: PositiveInt | None = Field(default=None, examples=[12])
    """The merge request; null is the one that the job runs for."""


Settings = GitlabComment


def send(settings: GitlabComment, message: Message, carrier: Carrier) -> str:
    """Write the comment, or change it."""
    told = os.environ.get("CI_MERGE_REQUEST_IID", "")
    number = settings.number or (int(told) if told.isdecimal() else None)
    if number is None:
        hint = "set number, or run in a pipeline of merge requests"
        words = "no merge request is known: CI_MERGE_REQUEST_IID is not set"
        raise DeliveryError(words, hint=hint)
    mark, text = written(message, settings.name, _MOST)
    headers = {"PRIVATE-TOKEN": settings.token.get_secret_value()}
    url = f"{api(settings.repository)}/merge_requests/{number}/notes"
    done = put(carrier, url, headers, mark, text, update=f"{url}/{{id}}", method="PUT")
    return f"{done} on !{number}"
