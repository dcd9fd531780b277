"""The tables of a history as files: what the database holds, window by window."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
import yaml

from mmon.cli.app import execute
from tests.monitoring.days import Watched, date

NAMES = ["metrics", "results", "runs", "windows"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """Three analysed days of a model with a column that looks like a formula."""
    monkeypatch.chdir(tmp_path)
    watched = Watched(tmp_path, "history.db", every=60, settings={"fast": True})
    watched.write(*range(3))
    for path in [tmp_path / "reference.parquet", *(tmp_path / "days").iterdir()]:
        pl.read_parquet(path).rename({"x1": "=x1"}).write_parquet(path)
    watched.run(3)
    (tmp_path / "mmon.yaml").write_text(yaml.safe_dump(watched.config), encoding="utf-8")
    return watched


def read(folder: Path, form: str) -> dict[str, pl.DataFrame]:
    reader = {"parquet": pl.read_parquet, "csv": pl.read_csv, "json": pl.read_json}[form]
    return {path.stem: reader(path) for path in sorted(folder.glob(f"*.{form}"))}


@pytest.mark.parametrize("form", ["parquet", "csv", "json"])
def test_every_table_is_written_in_each_format(here: Watched, form: str) -> None:
    assert execute(["history", "export", "mmon.yaml", "out", "--format", form]) == 0
    found, kept = read(here.folder / "out", form), here.kept()
    assert list(found) == NAMES
    assert found["runs"]["windows"].to_list() == [3]
    assert found["windows"]["window_key"].to_list() == [row[1] for row in kept["mmon_windows"]]
    starts = found["windows"]["start"].cast(pl.String).str.slice(0, 10).to_list()
    assert starts == [date(day) for day in range(3)]
    for name in ("results", "metrics"):
        assert found[name].height == len(kept[f"mmon_{name}"])
    shown = {"=x1", "'=x1"} & set(found["results"]["column"])
    assert shown == {"'=x1" if form == "csv" else "=x1"}


def test_values_are_those_of_the_database(here: Watched) -> None:
    assert execute(["history", "export", "mmon.yaml", "out"]) == 0
    found = read(here.folder / "out", "parquet")["results"]
    columns = [name for name in found.columns if name != "endpoint_id"]
    assert [row[1:] for row in here.kept()["mmon_results"]] == found.select(columns).rows()


def test_windows_are_narrowed_by_time(here: Watched) -> None:
    words = ["history", "export", "mmon.yaml", "out", "--from", date(1), "--to", date(2)]
    assert execute(words) == 0
    found = read(here.folder / "out", "parquet")
    keys = found["windows"]["window_key"].to_list()
    assert len(keys) == 1
    assert found["results"]["window_key"].unique().to_list() == keys


def test_of_no_window_tables_have_no_rows(here: Watched) -> None:
    assert execute(["history", "purge", "mmon.yaml"]) == 0
    assert execute(["history", "export", "mmon.yaml", "out", "--format", "json"]) == 0
    for name in NAMES:
        assert json.loads((here.folder / "out" / f"{name}.json").read_text()) == []


@pytest.mark.parametrize(
    ("folder", "status", "says"),
    [
        ("no/such", 3, "cannot write no/such: no such file or directory"),
        ("mmon.yaml", 3, "cannot write mmon.yaml: file exists"),
        ("held", 2, "would replace"),
    ],
)
def test_places_that_take_no_tables(here: Watched, capfd, folder, status, says) -> None:
    (here.folder / "held").mkdir()
    held = here.folder / "held" / "results.parquet"
    (here.folder / "reference.parquet").rename(held)
    text = yaml.safe_dump({**here.config, "reference": str(held)})
    (here.folder / "mmon.yaml").write_text(text, encoding="utf-8")
    assert execute(["history", "export", "mmon.yaml", folder]) == status
    assert says in capfd.readouterr().err
    assert pl.read_parquet(held).height == 1200
