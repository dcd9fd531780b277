"""`mmon demo`: its story is true, and it does no harm."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest

from mmon.cli.app import execute
from tests.e2e.running import Ended, process

pytestmark = [pytest.mark.models, pytest.mark.xdist_group("demo"), pytest.mark.slow]

_MONTH_DAYS = 28


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "a folder: $1"


@pytest.fixture(scope="module")
def told(folder: Path) -> Ended:
    return process("demo", folder)


def test_it_tells_in_five_lines_what_to_look_at(told: Ended, folder: Path) -> None:
    assert told.status == 0
    assert told.err == ""
    first, *others = told.out.splitlines()
    assert re.match(
        r"BREACH: roc_auc fell 0\.\d+ → 0\.\d+; worst where region = north; "
        r"concept drift: rows of the same score have another outcome by [\d.]+%; "
        r"\d of 6 columns drifted: income \(total ",
        first,
    )
    assert "in the newest of 4 windows (2024-03-25)" in first
    assert len(others) == 4
    for name in ("report.html", "report.json", "mmon.yaml"):
        assert sum(str(folder / name) in line for line in others) >= 1
    assert others[-1].startswith("  mmon run '")


def test_it_writes_data_configuration_and_reports(told: Ended, folder: Path) -> None:
    assert told.status == 0
    assert {path.name for path in folder.iterdir()} == {
        "held_out.parquet",
        "production.parquet",
        "mmon.yaml",
        "mmon.schema.json",
        "report.json",
        "report.html",
    }


def test_drift_begins_in_the_last_of_four_weeks(told: Ended, folder: Path) -> None:
    assert told.status == 0
    result = json.loads((folder / "report.json").read_text())
    windows = [(w["start"][:10], w["end"][:10], w["rows"], w["status"]) for w in result["windows"]]
    assert windows == [
        ("2024-03-04", "2024-03-11", 5600, "no_detection"),
        ("2024-03-11", "2024-03-18", 5600, "no_detection"),
        ("2024-03-18", "2024-03-25", 5600, "no_detection"),
        ("2024-03-25", "2024-04-01", 5600, "detected"),
    ]
    found = {
        (row["column"], row["window"])
        for row in result["results"]
        if row["gating"] and row["status"] == "detected"
    }
    # The drop of performance is of no column.
    assert found == {(column, 3) for column in ("income", "employment_years", None)}
    (worse,) = (row for row in result["results"] if row["name"] == "worse_segment")
    assert (worse["segment"], worse["window"]) == ("region = north", 3)
    assert result["verdict"] == "breach"
    production = pl.read_parquet(folder / "production.parquet")
    assert production["event_time"].dt.date().n_unique() == _MONTH_DAYS


def test_its_configuration_runs_as_it_says(told: Ended, folder: Path) -> None:
    assert told.status == 0
    before = json.loads((folder / "report.json").read_text())
    ended = process("run", folder / "mmon.yaml", "-q")
    assert ended.status == 1
    assert ended.out == told.out.splitlines()[0].replace("BREACH:", "BREACH") + "\n"
    after = json.loads((folder / "report.json").read_text())
    assert after["results"] == before["results"]


def test_it_can_be_written_again_over_itself(told: Ended, folder: Path) -> None:
    assert told.status == 0
    data = (folder / "production.parquet").read_bytes()
    assert execute(["demo", str(folder)]) == 0
    assert (folder / "production.parquet").read_bytes() == data


def test_it_never_replaces_files_of_someone_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "held_out.parquet").write_text("mine")
    assert execute(["demo", str(tmp_path)]) == 2
    assert "held_out.parquet exists and is not of a demo" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["held_out.parquet"]
    assert (tmp_path / "held_out.parquet").read_text() == "mine"
