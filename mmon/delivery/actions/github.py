"""A workflow of GitHub."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import quote

from pydantic import Field, model_validator

from mmon.config.destination import Action, Secret, Template
from mmon.config.fields import Text
from mmon.delivery.carrier import Carrier
from mmon.delivery.github import Repository, api
from mmon.delivery.http import Request
from mmon.delivery.message import Message
from mmon.delivery.payload import payload, variables


class GithubWorkflow(Action):
    """A workflow of GitHub, by ``event`` (repository_dispatch) or ``workflow`` (workflow_dispatch).

    Workflows with ``on: {repository_dispatch: {types: [EVENT]}}`` find project, endpoint, reason,
    verdict, text, link, key, alert, window and results in ``github.event.client_payload``, or what
    ``payload`` makes. A workflow that is named gets the ``inputs`` that it declares.

    Example
    -------
    actions:
      - kind: github
        token: ${GITHUB_TOKEN}
        repository: acme/model
        workflow: retrain.yml
        inputs: {since: "{{ window.start }}"}
    """

    kind: Literal["github"]
    token: Annotated[Secret, Field(examples=["${GITHUB_TOKEN}"])]
    """A token that may write contents (of an event) or actions (of a workflow)."""
    repository: Annotated[Repository | None, Field(examples=["acme/model"])] = None
    """OWNER/NAME; null is what GITHUB_REPOSITORY says."""
    event: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, examples=["drift"]
    )
    """The type of a repository_dispatch event."""
    payload: Annotated[Template | None, Field(examples=['{"days": 30}'])] = None
    """A Jinja template of the event's ``client_payload``, a JSON object of at most ten keys."""
    workflow: Annotated[Text | None, Field(examples=["retrain.yml"])] = None
    """The file name of a workflow to start, instead of ``event``."""
    ref: Text = "main"
    """The branch or tag whose workflow is started."""
    inputs: dict[str, Template] = Field(default={}, examples=[{"verdict": "{{ verdict }}"}])
    """Inputs of the workflow, each a Jinja template."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.event is None) == (self.workflow is None):
            raise ValueError("github takes either 'event' or 'workflow'")
        return self


Settings = GithubWorkflow


def send(settings: GithubWorkflow, message: Message, carrier: Carrier) -> str:
    """Dispatch the event or the workflow."""
    base, headers = api(settings.repository, settings.token)
    if settings.workflow is None:
        url = f"{base}/dispatches"
        body = {"event_type": settings.event, "client_payload": payload(message, settings.payload)}
    else:
        url = f"{base}/actions/workflows/{quote(settings.workflow, safe='')}/dispatches"
        inputs = variables(message, settings.inputs) if settings.inputs else {}
        body = {"ref": settings.ref, "inputs": inputs}
    answer = carrier.request(Request.of_json(url, body, headers=headers, is_repeatable=False))
    return f"dispatched {settings.event or settings.workflow}: answered {answer.status}"
