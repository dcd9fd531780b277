"""What is started, against servers on loopback that are asked as the real ones are."""

from __future__ import annotations

import base64
import dataclasses
import json
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from mmon.delivery.message import Message
from mmon.delivery.sending import deliver
from tests.delivery.conftest import Server, action
from tests.reports.sample_document import sample_document


def form(body: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}


def test_github_dispatches_an_event_or_a_workflow(
    server: Server, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_API_URL", server.url)
    server.answer(204, "")
    common = {"kind": "github", "token": "gh-t0ken-1", "repository": "acme/model"}
    row = deliver(action(**common, event="drift"), message)
    assert row.detail == "dispatched drift: answered 204"
    body = json.loads(server.asked[0].body)
    assert server.asked[0].path == "/repos/acme/model/dispatches"
    assert body["event_type"] == "drift"
    assert len(body["client_payload"]) == 10  # more are refused
    assert body["client_payload"]["endpoint"] == "credit-risk"
    assert len(body["client_payload"]["results"]) == 5
    inputs = {"since": "{{ document.run_id }}"}
    deliver(action(**common, workflow="retrain.yml", inputs=inputs), message)
    assert server.asked[1].path == "/repos/acme/model/actions/workflows/retrain.yml/dispatches"
    assert message.document is not None
    wanted = {"ref": "main", "inputs": {"since": message.document.run_id}}
    assert json.loads(server.asked[1].body) == wanted


def test_gitlab_triggers_a_pipeline(
    server: Server, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_API_V4_URL", f"{server.url}/api/v4")
    server.answer(201, '{"id": 1, "web_url": "https://gitlab.com/acme/model/-/pipelines/1"}')
    entry = action(kind="gitlab", token="glptt-t0ken", repository="acme/model")
    row = deliver(entry, message)
    assert row.detail == "triggered https://gitlab.com/acme/model/-/pipelines/1"
    assert server.asked[0].path == "/api/v4/projects/acme%2Fmodel/trigger/pipeline"
    told = form(server.asked[0].body)
    assert (told["token"], told["ref"]) == ("glptt-t0ken", "main")
    assert told["variables[MMON_ENDPOINT]"] == "credit-risk"
    assert "glptt-t0ken" not in deliver(entry, message, is_dry=True).detail


def test_jenkins_queues_a_build(server: Server, message: Message) -> None:
    server.answer(201, "", Location="https://jenkins.example.com/queue/item/8/")
    entry = {"kind": "jenkins", "url": f"{server.url}/job/retrain/", "user": "mmon"}
    row = deliver(action(**entry, token="11t0ken", parameters={"W": "{{ verdict }}"}), message)
    assert row.detail == "queued https://jenkins.example.com/queue/item/8/"
    assert server.asked[0].path == "/job/retrain/buildWithParameters"
    coded = base64.b64encode(b"mmon:11t0ken").decode()
    assert server.asked[0].headers["Authorization"] == f"Basic {coded}"
    assert form(server.asked[0].body) == {"W": message.body()["verdict"]}


def test_azure_devops_runs_a_pipeline_and_a_sign_in_page_is_a_refusal(
    server: Server, message: Message
) -> None:
    entry = action(
        kind="azure_devops",
        url=server.url,
        organization="acme",
        team_project="my models",
        pipeline=12,
        token="azure-t0ken",
        ref="refs/heads/main",
        parameters={"since": "{{ reason }}"},
        variables={"why": "{{ verdict }}"},
    )
    server.answer(200, '{"id": 5, "name": "20240101.1"}')
    assert deliver(entry, message).detail == "queued run 20240101.1"
    assert server.asked[0].path == "/acme/my%20models/_apis/pipelines/12/runs?api-version=7.1"
    assert json.loads(server.asked[0].body) == {
        "templateParameters": {"since": "breach"},
        "variables": {"why": {"value": message.body()["verdict"]}},
        "resources": {"repositories": {"self": {"refName": "refs/heads/main"}}},
    }
    server.answers[:] = [(203, "<html>Sign In</html>", {})]
    row = deliver(entry, message)
    assert (row.outcome, "refused the token" in row.detail) == ("failed", True)


@pytest.mark.parametrize("api", ["v1", "v2"])
def test_airflow_starts_a_run_once(server: Server, message: Message, api: str) -> None:
    login = {"user": "mmon", "password": "a1rflow-pw"}
    entry = action(kind="airflow", url=server.url, dag="retrain", api=api, **login)
    if api == "v2":
        server.answer(201, '{"access_token": "jwt-1234567890"}')
    server.answer(200, '{"dag_run_id": "x"}')
    row = deliver(entry, message)
    assert row.outcome == "sent"
    asked = server.asked[-1]
    assert asked.path == f"/api/{api}/dags/retrain/dagRuns"
    body = json.loads(asked.body)
    assert body["conf"]["endpoint"] == "credit-risk"
    assert row.detail == f"started {body['dag_run_id']}"
    assert ("logical_date" in body) == (api == "v2")
    if api == "v2":
        assert asked.headers["Authorization"] == "Bearer jwt-1234567890"
        server.answers[:] = [(201, '{"access_token": "jwt-1234567890"}', {})]
    else:
        server.answers.clear()
    server.answer(409, '{"detail": "DAGRun already exists"}')
    assert deliver(entry, message).detail == "was started before"


def run(code: str, message: Message, **keys: object) -> tuple[str, str]:
    row = deliver(action(kind="command", argv=[sys.executable, "-c", code], **keys), message)
    return row.outcome, row.detail


def test_a_command_finds_the_document_by_path_and_on_standard_input(message: Message) -> None:
    code = (
        "import json, os, sys; whole = json.load(sys.stdin);"
        "assert whole == json.load(open(os.environ['MMON_DOCUMENT']));"
        "print(whole['run_id'], os.environ['MMON_ENDPOINT'], os.environ['MMON_ALERT'])"
    )
    assert message.document is not None
    told = f"ended with 0: {message.document.run_id} credit-risk"
    assert run(code, message) == ("sent", told)


def test_a_command_that_fails_is_told_with_the_end_of_what_it_said(message: Message) -> None:
    outcome, detail = run("import sys; print('x' * 100_000); sys.exit('no such model')", message)
    assert outcome == "failed"
    assert "ended with 1: …xxx" in detail
    assert detail.endswith("no such model")
    assert len(detail) < 2200


@pytest.mark.slow
def test_a_command_that_takes_too_long_is_ended_with_all_it_started(
    message: Message, tmp_path: Path
) -> None:
    late = tmp_path / "late"
    child = f"import time, pathlib; time.sleep(2); pathlib.Path({str(late)!r}).touch()"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    outcome, detail = run(code, message, timeout="500ms")
    assert (outcome, "did not end within 500ms" in detail) == ("failed", True)
    time.sleep(2.2)
    assert not late.exists()


def test_a_command_that_is_not_there_is_told(message: Message) -> None:
    row = deliver(action(kind="command", argv=["no-such-program"]), message)
    assert row.detail == "no-such-program cannot be started: no such file or directory"


def test_no_shell_reads_a_command(message: Message) -> None:
    hostile = dataclasses.replace(message, document=sample_document(3, hostile=True))
    row = deliver(action(kind="command", argv=["echo", "$(id)", ";", "id"]), hostile)
    assert row.detail == "ended with 0: $(id) ; id"


def test_a_payload_that_is_no_json_object_is_told(
    server: Server, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_API_URL", server.url)
    entry = {"kind": "github", "token": "gh-t0ken-1", "repository": "a/b", "event": "drift"}
    for payload, told in (("{{ title }}", "is not JSON"), ("[1]", "is no JSON object")):
        row = deliver(action(**entry, payload=payload), message)
        assert (row.outcome, told in row.detail) == ("failed", True)
