"""`mmon notify --test`: a test message to every channel of a configuration."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mmon.cli import app
from mmon.errors import ExitStatus
from tests.delivery.conftest import Server


@pytest.fixture
def config(server: Server, tmp_path: Path) -> str:
    path = tmp_path / "mmon.yaml"
    path.write_text(f"""
reference: a.parquet
production: b.parquet
endpoint: credit-risk
notifications:
  - {{kind: slack, url: "{server.url}/services/x", condition: "verdict == 'pass'"}}
  - kind: webhook
    name: desk
    url: {server.url}/hook
    body: '{{{{ (document.windows[0].end, results[0].column) | tojson }}}}'
actions:
  - {{kind: command, argv: [touch, {tmp_path / "started"}]}}
""")
    return str(path)


def test_every_channel_gets_a_message_that_says_it_is_a_test(
    server: Server, config: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert app.execute(["notify", "--test", config]) == ExitStatus.PASS
    lines = ["slack: sent: posted", "desk (webhook): sent: answered 200"]
    assert capsys.readouterr().out.splitlines() == lines
    assert "Test of mmon: credit-risk" in server.asked[0].body
    assert json.loads(server.asked[1].body)[1] == "an_example"
    assert not (tmp_path / "started").exists()


def test_one_that_fails_is_told_and_the_others_go_on(
    server: Server, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answer(404, "no_service")
    server.answer(200, "ok")
    assert app.execute(["notify", "--test", config]) == ExitStatus.FAILURE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "slack: failed: 127.0.0.1 answered 404 Not Found: no_service"
    assert lines[1] == "desk (webhook): sent: answered 200"


def test_one_is_chosen_and_a_dry_run_sends_nothing(
    server: Server, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.execute(["notify", "--test", config, "--only", "desk", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"desk: planned\n\nPOST {server.url}/***\n")
    assert "slack" not in told
    assert server.asked == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "mmon notify needs --test"),
        (["--test", "--only", "desks"], "did you mean 'desk'?"),
    ],
)
def test_what_makes_no_sense_is_refused(
    config: str, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.execute(["notify", config, *arguments]) == ExitStatus.USAGE
    assert told in capsys.readouterr().err


def test_a_configuration_without_channels_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plain.yaml"
    path.write_text("reference: a\nproduction: b\n")
    assert app.execute(["notify", "--test", str(path)]) == ExitStatus.USAGE
    assert "has no notifications" in capsys.readouterr().err
