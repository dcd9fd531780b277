"""What a history shows of itself: every judged result over the windows, and every report."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path

import polars as pl
import pytest
import yaml
from sqlalchemy import delete, select, update

from mmon.cli.app import execute
from mmon.history import database
from mmon.history.tables import profiles, windows
from tests.monitoring.days import Watched, date

pytestmark = pytest.mark.slow


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
    table = pl.read_csv(shown(capsys, "mmon.yaml", "--only", "x1", "--csv", "-").encode())
    assert table["column"].unique().to_list() == ["x1"]
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


def test_stored_windows_are_judged_by_the_configuration_of_now(
    kept: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    same = shown(capsys, "judge", "mmon.yaml").splitlines()
    assert same[-2].split(":")[1].strip() == same[-1].split(":")[1].strip()
    assert same[-1].startswith("as it would be now:")
    levels = {"x0": {"total_variation": {}}, "x1": {"total_variation": {}}}
    text = yaml.safe_dump({**kept.config, "by_column": levels})
    (kept.folder / "mmon.yaml").write_text(text, encoding="utf-8")
    out = shown(capsys, "judge", "mmon.yaml")
    assert "of another status now:" in out
    assert re.search(r"as it would be now: +0 detected", out)
    assert shown(capsys, "mmon.yaml").count("●") > out.count("●")


def test_what_would_be_is_handed_on_as_any_report(
    kept: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    high = "analyses.data_drift.thresholds.total_variation={detected: 0.9}"
    words = ("--set", high, "--html", "page.html", "--csv", "-")
    table = pl.read_csv(shown(capsys, "judge", "mmon.yaml", *words).encode())
    judged = table.filter(pl.col("name") == "total_variation", pl.col("column") == "x0")
    assert judged["detected"].unique().to_list() == [0.9]
    assert "detected" not in judged["status"]
    assert "2024-01-12" in (kept.folder / "page.html").read_text(encoding="utf-8")


def test_windows_of_another_kind_are_not_judged_again(
    kept: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    del kept
    assert execute(["history", "judge", "mmon.yaml", "--set", "windows.every=1w"]) == 2
    assert "those in the history have every 1d" in capsys.readouterr().err


def test_a_window_that_lacks_what_documents_have_by_now_is_read(
    kept: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    """As of a history that an earlier mmon kept."""
    before = shown(capsys, "mmon.yaml")
    with database.connected(kept.url, 10.0) as connection, connection.begin():
        for key, data in list(connection.execute(select(windows.c.window_key, windows.c.document))):
            body = json.loads(zlib.decompress(data))
            del body["windows"][0]["timezone"], body["windows"][0]["reference"]
            packed = zlib.compress(json.dumps(body).encode())
            connection.execute(
                update(windows).where(windows.c.window_key == key).values(document=packed)
            )
    assert shown(capsys, "mmon.yaml") == before


def test_a_window_without_its_profile_is_not_judged_again(
    kept: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.connected(kept.url, 10.0) as connection, connection.begin():
        connection.execute(delete(profiles).where(profiles.c.window_key == day_key(2)))
    assert "1 window cannot be judged again" in shown(capsys, "judge", "mmon.yaml")


def day_key(day: int) -> int:
    """The key of the window of a day."""
    return int(pl.Series([date(day)]).str.to_datetime(time_unit="us").dt.timestamp("us")[0])


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
