"""What a history shows of itself: every judged result over the windows, and every report."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
import yaml

from mmon.cli.app import execute
from tests.monitoring.days import Watched, date


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """Twelve days, of which the last five have another level."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "130")
    watched = Watched(tmp_path, "history.db", settings={"fast": True})
    watched.write(*range(7))
    watched.write(*range(7, 12), shift=1.5)
    watched.run(12)
    (tmp_path / "mmon.yaml").write_text(yaml.safe_dump(watched.config), encoding="utf-8")
    return watched


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert execute(["history", *words]) == 0
    return capsys.readouterr().out


def test_a_history_shows_results_over_its_windows(
    kept: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    del kept
    out = shown(capsys, "mmon.yaml")
    assert "12 windows   2024-01-01 to 2024-01-13" in out
    (line,) = (one for one in out.splitlines() if "total variation  x0" in one)
    assert line.startswith(" ●")
    assert line.endswith("▁" * 7 + line[-5:])
    assert set(line[-5:]) <= set("▆▇█")
    assert shown(capsys, "show", "mmon.yaml") == out


def test_a_history_is_narrowed_by_name_and_by_time(
    kept: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    del kept
    only = shown(capsys, "mmon.yaml", "--only", "x1", "--all")
    assert " x1 " in only
    assert " x0 " not in only
    assert "5 windows" in shown(capsys, "mmon.yaml", "--newest", "5")
    between = shown(capsys, "mmon.yaml", "--from", date(1), "--to", date(4))
    assert "3 windows   2024-01-02 to 2024-01-05" in between


def test_a_history_is_handed_on_as_any_report(
    kept: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("page.html", "results.csv", "results.parquet", "all.json")
    shown(capsys, "mmon.yaml", *(word for name in names for word in ("--report", name)))
    document = json.loads((kept.folder / "all.json").read_text(encoding="utf-8"))
    assert [one["index"] for one in document["windows"]] == list(range(12))
    assert document["verdict"] == "breach"
    table = pl.read_parquet(kept.folder / "results.parquet")
    assert table.height == pl.read_csv(kept.folder / "results.csv").height
    assert table["start"].n_unique() == 12
    assert "detected in 5 of 12" in (kept.folder / "page.html").read_text(encoding="utf-8")


def test_a_history_of_nothing_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    watched = Watched(tmp_path, "history.db")
    text = yaml.safe_dump(watched.config)
    (tmp_path / "mmon.yaml").write_text(text, encoding="utf-8")
    assert execute(["history", "mmon.yaml"]) == 3
    assert "there is no history history.db" in capsys.readouterr().err
    (tmp_path / "mmon.yaml").write_text(text.replace("history:", "project:"), encoding="utf-8")
    assert execute(["history", "mmon.yaml"]) == 2
    assert "the configuration has no history" in capsys.readouterr().err
