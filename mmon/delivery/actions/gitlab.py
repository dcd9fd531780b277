"""A pipeline of GitLab."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mmon.config.destination import Action, Secret, Template
from mmon.config.fields import Text
from mmon.delivery.carrier import Carrier
from mmon.delivery.gitlab import api
from mmon.delivery.http import Request
from mmon.delivery.message import Message
from mmon.delivery.payload import variables


class GitlabPipeline(Action):
    """A pipeline of GitLab, by a trigger token.

    Its jobs find MMON_PROJECT, MMON_ENDPOINT, MMON_REASON, MMON_VERDICT, MMON_TEXT, MMON_LINK,
    MMON_KEY, MMON_ALERT, MMON_WINDOW_START, MMON_WINDOW_END and MMON_RESULTS (the five worst, JSON)
    among their variables, or what ``variables`` makes. CI_API_V4_URL is where it is sent.

    Example
    -------
    actions:
      - kind: gitlab
        token: ${TRIGGER_TOKEN}
        repository: acme/model
        ref: main
    """

    kind: Literal["gitlab"]
    token: Annotated[Secret, Field(examples=["${TRIGGER_TOKEN}"])]
    """A pipeline trigger token of the project, or CI_JOB_TOKEN."""
    repository: Annotated[Text | None, Field(examples=["acme/model"])] = None
    """The project, by its number or GROUP/NAME; null is what CI_PROJECT_ID says."""
    ref: Text = "main"
    """The branch or tag whose pipeline is started."""
    variables: dict[str, Template] = Field(default={}, examples=[{"DAYS": "30"}])
    """Variables, each a Jinja template, in the place of those above."""


Settings = GitlabPipeline


def send(settings: GitlabPipeline, message: Message, carrier: Carrier) -> str:
    """Trigger the pipeline."""
    told = variables(message, settings.variables)
    fields = {"token": settings.token.get_secret_value(), "ref": settings.ref}
    fields |= {f"variables[{name}]": value for name, value in told.items()}
    url = f"{api(settings.repository)}/trigger/pipeline"
    pipeline = carrier.request(Request.of_form(url, fields)).json()
    place = pipeline.get("web_url") if isinstance(pipeline, dict) else None
    return f"triggered {place or settings.ref}"
