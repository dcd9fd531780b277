"""A build of Jenkins."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mmon.config.destination import Action, Secret, Server, Template
from mmon.config.fields import Text
from mmon.delivery.carrier import Carrier
from mmon.delivery.http import Request, basic
from mmon.delivery.message import Message
from mmon.delivery.payload import variables


class Jenkins(Action):
    """A build of a job of Jenkins that takes parameters.

    It gets MMON_PROJECT, MMON_ENDPOINT, MMON_REASON, MMON_VERDICT, MMON_TEXT, MMON_LINK, MMON_KEY,
    MMON_ALERT, MMON_WINDOW_START, MMON_WINDOW_END and MMON_RESULTS (the five worst, JSON), of which
    Jenkins hands on what the job declares, or what ``parameters`` makes.

    Example
    -------
    actions:
      - kind: jenkins
        url: https://jenkins.example.com/job/models/job/retrain
        user: mmon
        token: ${JENKINS_TOKEN}
    """

    kind: Literal["jenkins"]
    url: Annotated[Server, Field(examples=["https://jenkins.example.com/job/retrain"])]
    """The page of the job."""
    user: Annotated[Text, Field(examples=["mmon"])]
    """Who starts it."""
    token: Annotated[Secret, Field(examples=["${JENKINS_TOKEN}"])]
    """The user's API token, with which Jenkins asks for no crumb."""
    parameters: dict[str, Template] = Field(default={}, examples=[{"DAYS": "30"}])
    """Parameters, each a Jinja template, in the place of those above."""


Settings = Jenkins


def send(settings: Jenkins, message: Message, carrier: Carrier) -> str:
    """Queue the build."""
    told = variables(message, settings.parameters)
    headers = basic(settings.user, settings.token.get_secret_value())
    url = f"{settings.url}/buildWithParameters"
    answer = carrier.request(Request.of_form(url, told, headers=headers))
    return f"queued {answer.location or 'a build'}"
