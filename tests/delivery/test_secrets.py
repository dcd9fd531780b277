"""Whatever is delivered, and however that fails, no secret is written anywhere."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest

from mmon.config_file import config_digest, parse, public_dict
from mmon.delivery.message import Message
from mmon.delivery.sending import deliver
from mmon.errors import ConfigError
from tests.delivery.conftest import Server

SECRETS = {
    "SLACK_URL": "{url}/services/T0AAAA/B0BBBB/pl4nted-slack-path",
    "HOOK_URL": "http://pl4nted-user:pl4nted-pw@{host}/h/pl4nted-hook?sig=pl4nted-sig",
    "HEADER": "Bearer pl4nted-bearer",
    "CUSTOM": "pl4nted custom header",
    "MAIL_PASSWORD": "pl4nted-mail/pass word",
    "GH_TOKEN": "pl4nted-github",
    "GL_TOKEN": "pl4nted-gitlab",
    "TRIGGER": "pl4nted-trigger",
    "JENKINS": "pl4nted-jenkins",
    "AZURE": "pl4nted-azure",
    "AIRFLOW": "pl4nted-airflow",
    "APPRISE_URL": "json://pl4nted-name:pl4nted-apprise@{host}/pl4nted-place",
    "OUTPUT_TOKEN": "pl4nted-output",
}
FOUND = re.compile("pl4nted").finditer
CONFIGURATION = """
reference: a.parquet
production: b.parquet
dead_letters: dead.jsonl
notifications:
  - {kind: slack, url: "${SLACK_URL}"}
  - kind: webhook
    url: ${HOOK_URL}
    headers: {Authorization: "${HEADER}", X-Other: "${CUSTOM}"}
    body: '{{ document.configuration | tojson }} ${OUTPUT_TOKEN}'
  - {kind: mail, host: localhost, port: 9, user: me, password: "${MAIL_PASSWORD}",
     from: a@b.example, to: [c@d.example]}
  - {kind: github, token: "${GH_TOKEN}", repository: a/b, number: 1}
  - {kind: gitlab, token: "${GL_TOKEN}", repository: a/b, number: 1}
  - {kind: apprise, url: "${APPRISE_URL}"}
actions:
  - {kind: github, token: "${GH_TOKEN}", repository: a/b, event: drift}
  - {kind: gitlab, token: "${TRIGGER}", repository: a/b}
  - {kind: jenkins, url: "https://jenkins.example.com/job/x", user: me, token: "${JENKINS}"}
  - {kind: azure_devops, organization: a, team_project: b, pipeline: 1, token: "${AZURE}"}
  - {kind: airflow, url: "http://127.0.0.1:9", dag: d, user: me, password: "${AIRFLOW}"}
  - {kind: command, argv: [sh, -c, "echo ${OUTPUT_TOKEN} >&2; exit 4"]}
"""


@pytest.mark.parametrize("is_dry", [False, True])
def test_no_secret_is_in_any_byte_that_is_written(
    server: Server,
    message: Message,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    *,
    is_dry: bool,
) -> None:
    server.echoes = True
    server.answer(500)
    for name in ("GITHUB_API_URL", "CI_API_V4_URL"):
        monkeypatch.setenv(name, server.url)
    host = server.url.removeprefix("http://")
    values = {name: text.format(url=server.url, host=host) for name, text in SECRETS.items()}
    text = CONFIGURATION.replace("https://jenkins.example.com", server.url)
    config = parse(text, "mmon.yaml", values)
    dead = tmp_path / "dead.jsonl"
    written = [json.dumps(public_dict(config)), config_digest(config)]
    for one in (*config.notifications, *config.actions):
        quick = one.model_copy(update={"retries": 0})
        row = deliver(quick, message, is_dry=is_dry, dead_letters=dead)
        assert row.outcome == ("planned" if is_dry else "failed") or one.name == "azure_devops"
        written.append(json.dumps(dataclasses.asdict(row)))
    written.append(dead.read_text() if dead.exists() else "")
    written += [*capfd.readouterr(), caplog.text]
    everything = "\n".join(written)
    leaks = [everything[max(at.start() - 60, 0) : at.end() + 20] for at in FOUND(everything)]
    assert leaks == []
    for coded in ("bWU6cGw0bnRlZC", "OnBsNG50ZWQ", "pass%20word", "pass+word"):
        assert coded not in everything
    assert (len(server.asked) == 0) == is_dry


def test_a_secret_that_is_wrong_is_not_repeated() -> None:
    wrong = CONFIGURATION.replace("repository: a/b, event: drift", "repository: pl4nted")
    bad = dict.fromkeys(SECRETS, "pl4nted no address")
    with pytest.raises(ConfigError) as caught:
        parse(wrong, "mmon.yaml", bad)
    told = str(caught.value)
    assert "notifications[0].url (line 6): is no address such as https://host/path" in told
    assert "pl4nted no address" not in told
    for line, key in (("token: 12", "token"), ("token: [x]", "token")):
        with pytest.raises(ConfigError) as caught:
            parse(f"reference: a\nproduction: b\nnotifications:\n  - {{kind: github, {line}}}\n")
        assert f"notifications[0].{key} (line 4): must be a text" in str(caught.value)
        assert "12" not in str(caught.value).partition("line 4")[2]
