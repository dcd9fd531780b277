"""A pipeline of Azure DevOps."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import Field

from mmon.config.destination import Action, Secret, Server, Template
from mmon.config.fields import PositiveInt, Text
from mmon.delivery.carrier import Carrier
from mmon.delivery.http import Request, basic
from mmon.delivery.message import Message
from mmon.delivery.payload import variables
from mmon.errors import DeliveryError

_SIGN_IN = 203


class AzureDevops(Action):
    """A run of a pipeline of Azure DevOps.

    It gets the ``parameters`` and ``variables`` that are set here; Azure refuses parameters that
    the pipeline does not declare, and variables that may not be set when it is queued.

    Example
    -------
    actions:
      - kind: azure_devops
        organization: acme
        team_project: models
        pipeline: 12
        token: ${AZURE_DEVOPS_TOKEN}
        parameters: {since: "{{ window.start }}"}
    """

    kind: Literal["azure_devops"]
    url: Server = "https://dev.azure.com"
    """Where Azure DevOps is."""
    organization: Annotated[Text, Field(examples=["acme"])]
    """The organization."""
    team_project: Annotated[Text, Field(examples=["models"])]
    """The project, by its name or identifier."""
    pipeline: Annotated[PositiveInt, Field(examples=[12])]
    """The pipeline's number, as its address has it behind ``definitionId=``."""
    token: Annotated[Secret, Field(examples=["${AZURE_DEVOPS_TOKEN}"])]
    """A personal access token that may read and execute builds."""
    ref: Text | None = Field(default=None, examples=["refs/heads/main"])
    """The branch or tag that is run; null is the pipeline's own."""
    parameters: dict[str, Template] = Field(default={}, examples=[{"days": "30"}])
    """Parameters of the pipeline, each a Jinja template."""
    variables: dict[str, Template] = Field(default={}, examples=[{"reason": "{{ text }}"}])
    """Variables of the pipeline, each a Jinja template."""


Settings = AzureDevops


def send(settings: AzureDevops, message: Message, carrier: Carrier) -> str:
    """Queue the run."""
    body: dict[str, Any] = {}
    if settings.parameters:
        body["templateParameters"] = variables(message, settings.parameters)
    if settings.variables:
        told = variables(message, settings.variables)
        body["variables"] = {name: {"value": value} for name, value in told.items()}
    if settings.ref is not None:
        body["resources"] = {"repositories": {"self": {"refName": settings.ref}}}
    place = f"{settings.url}/{quote(settings.organization)}/{quote(settings.team_project)}"
    url = f"{place}/_apis/pipelines/{settings.pipeline}/runs?api-version=7.1"
    headers = basic("", settings.token.get_secret_value())
    answer = carrier.request(Request.of_json(url, body, headers=headers, is_repeatable=False))
    if answer.status == _SIGN_IN:
        raise DeliveryError("Azure DevOps refused the token, and asks to sign in")
    run = answer.json()
    name = run.get("name") if isinstance(run, dict) else None
    return f"queued run {name}" if name else "queued a run"
