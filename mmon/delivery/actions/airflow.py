"""A run of a DAG of Airflow."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from urllib.parse import quote

from pydantic import Field, model_validator

from mmon.config.destination import Action, Secret, Server, Template
from mmon.config.fields import Text
from mmon.delivery.carrier import Carrier
from mmon.delivery.http import Request, basic
from mmon.delivery.message import Message
from mmon.delivery.payload import payload
from mmon.errors import DeliveryError
from mmon.texts.redaction import keep_secret

_EXISTS = 409


class Airflow(Action):
    """A run of a DAG of Airflow, by its REST API v2 (Airflow 3) or v1 (Airflow 2).

    The run is called by a key, so that Airflow starts it once, however often it is asked. Its
    ``conf`` has project, endpoint, reason, verdict, text, link, key, alert, window and results (the
    five worst), or what ``payload`` makes.

    Example
    -------
    actions:
      - kind: airflow
        url: https://airflow.example.com
        dag: retrain
        user: mmon
        password: ${AIRFLOW_PASSWORD}
    """

    kind: Literal["airflow"]
    url: Annotated[Server, Field(examples=["https://airflow.example.com"])]
    """Where Airflow is, without ``/api``."""
    dag: Annotated[Text, Field(examples=["retrain"])]
    """The DAG."""
    api: Literal["v1", "v2"] = "v2"
    """The version of the API."""
    user: Annotated[Text | None, Field(examples=["mmon"])] = None
    """Who starts it; v2 gives a token for it, and v1 takes it as it is."""
    password: Annotated[Secret | None, Field(examples=["${AIRFLOW_PASSWORD}"])] = None
    """The user's password."""
    token: Annotated[Secret | None, Field(examples=["${AIRFLOW_TOKEN}"])] = None
    """A token, in the place of user and password."""
    payload: Annotated[Template | None, Field(examples=['{"days": 30}'])] = None
    """A Jinja template of ``conf``, a JSON object."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        has_user = self.user is not None and self.password is not None
        if has_user == (self.token is not None) or (self.user is None) != (self.password is None):
            raise ValueError("airflow takes either 'token' or 'user' and 'password'")
        return self


Settings = Airflow


def send(settings: Airflow, message: Message, carrier: Carrier) -> str:
    """Start the run."""
    name = f"mmon__{carrier.key}"
    body: dict[str, Any] = {"dag_run_id": name, "conf": payload(message, settings.payload)}
    if settings.api == "v2":
        body |= {"logical_date": None}
    url = f"{settings.url}/api/{settings.api}/dags/{quote(settings.dag, safe='')}/dagRuns"
    asked = Request.of_json(url, body, headers=_headers(settings, carrier))
    answer = carrier.request(asked.accepting(_EXISTS))
    if answer.status == _EXISTS:
        return "was started before"
    answer.json()
    return f"started {name}"


def _headers(settings: Airflow, carrier: Carrier) -> dict[str, str]:
    token = settings.token.get_secret_value() if settings.token else ""
    password = settings.password.get_secret_value() if settings.password else ""
    if token:
        return {"Authorization": f"Bearer {token}"}
    if settings.api == "v1":
        return basic(settings.user or "", password)
    login = {"username": settings.user, "password": password}
    found = carrier.request(Request.of_json(f"{settings.url}/auth/token", login)).json()
    given = found.get("access_token") if isinstance(found, dict) else None
    if given is None and not carrier.is_dry:
        raise DeliveryError("Airflow gave no token for the user")
    if given:
        keep_secret(str(given))
    return {"Authorization": f"Bearer {given}"}
