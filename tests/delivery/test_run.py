"""A run that tells people, against a server on loopback: what its files hold, and what not."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from mmon.cli import app
from mmon.errors import ExitStatus
from tests.delivery.conftest import Server

FORMATS = ("json", "html", "md", "csv", "txt", "xml", "prom")


def test_a_breach_is_told_and_no_secret_is_in_any_file(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name, low in (("reference", 0), ("production", 500)):
        pl.DataFrame({"x": [low + i % 97 / 3 for i in range(1000)]}).write_parquet(
            tmp_path / f"{name}.parquet"
        )
    (tmp_path / "mmon.yaml").write_text("""
reference: reference.parquet
production: production.parquet
endpoint: credit-risk
dead_letters: dead.jsonl
notifications:
  - {kind: slack, url: "${SLACK_URL}"}
  - {kind: webhook, name: gone, url: "${HOOK}", retries: 0}
  - {kind: webhook, name: calm, url: "${HOOK}", condition: "verdict == 'pass'"}
actions:
  - {kind: command, argv: [sh, -c, "echo $TOLD; cat > got.json"]}
""")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_URL", f"{server.url}/services/pl4nted-slack-1")
    monkeypatch.setenv("HOOK", f"{server.url}/hook/pl4nted-hook-path")
    monkeypatch.setenv("TOLD", "a retraining began")
    server.echoes = True
    server.answer(200)
    server.answer(404)
    reports = [part for one in FORMATS for part in ("--report", f"report.{one}")]
    assert app.execute(["run", "mmon.yaml", *reports]) == ExitStatus.BREACH
    assert [one.path for one in server.asked] == [
        "/services/pl4nted-slack-1",
        "/hook/pl4nted-hook-path",
    ]
    document = json.loads((tmp_path / "report.json").read_text())
    rows = {one["name"]: (one["outcome"], one["reason"]) for one in document["deliveries"]}
    assert rows == {
        "slack": ("sent", "breach"),
        "gone": ("failed", "breach"),
        "command": ("sent", "breach"),
    }
    details = " ".join(one["detail"] for one in document["deliveries"])
    assert "a retraining began" in details
    assert json.loads((tmp_path / "got.json").read_text())["verdict"] == "breach"
    said = capfd.readouterr()
    written = [said.out, said.err, *map(Path.read_bytes, tmp_path.glob("*.[!p]*"))]
    assert len(written) > len(FORMATS)
    for one in written:
        assert b"pl4nted" not in (one if isinstance(one, bytes) else one.encode())
