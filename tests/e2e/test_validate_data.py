"""`mmon validate --data` finds what is configured and missing, and reads no rows for it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.e2e.conftest import Mmon

FILE = """
reference: ref.parquet
production: new.parquet
labels: {path: labels.parquet, on: key}
columns: {id: key, timestamp: event_time, target: good, score: scor, ignore: [debug_*]}
segments: [grp]
by_column: {y: {ks: {}}, new: {new_column: {}}}
applications: [{name: big, sql: avg(new > 3)}]
alerts:
  - {name: fine, on: {results: ["*.missing_share", big.big, "*.f1:1", "*.top_2_*"], columns: [ne*]}}
  - {name: typed, on: {results: [data-drift.kss], columns: [nex]}}
"""


@pytest.fixture
def files(folder: Path) -> Path:
    frame = pl.read_parquet(folder / "ref.parquet")
    frame.drop("x").with_columns(new=1, key=2).write_parquet(folder / "new.parquet")
    pl.DataFrame({"key": [1], "truth": [0]}).write_parquet(folder / "labels.parquet")
    (folder / "mmon.yaml").write_text(FILE, encoding="utf-8")
    return folder


def test_everything_that_is_missing_is_told_at_once(mmon: Mmon, files: Path) -> None:
    assert files.is_dir()
    assert mmon("validate mmon.yaml").status == 0
    ended = mmon("validate mmon.yaml --data")
    assert ended.status == 2
    told = [line.strip() for line in ended.err.splitlines()]
    assert told[0] == "mmon: mmon.yaml: 8 problems"
    found = {line for line in told[1:] if ": " in line and "the" in line and "it has" not in line}
    assert found == {
        "columns.target: the reference has no column 'good'",
        "columns.score: the reference has no column 'scor'",
        "columns.ignore: neither dataset has a column 'debug_*'",
        "segments: the reference has no column 'grp'",
        "by_column: neither dataset has a compared column 'y'",
        "labels.target: the dataset has no column 'good'",
        "alerts[1].on.columns: neither dataset has a compared column 'nex'",
    }
    assert "alerts[1].on.results: no result is called 'data-drift.kss'" in told
    assert "did you mean 'data-drift.ks'?" in ended.err


def test_the_columns_of_both_sides_are_counted(mmon: Mmon, files: Path) -> None:
    text = "reference: ref.parquet\nproduction: new.parquet\ncolumns: {id: key}\n"
    (files / "mmon.yaml").write_text(text, encoding="utf-8")
    told = "the reference has 3 columns, production 2 of them and 2 of its own"
    assert mmon("validate mmon.yaml --data").out == f"mmon.yaml is valid: {told}\n"
    assert mmon("baseline ref.parquet -o ref.mmon").status == 0
    (files / "mmon.yaml").write_text(text.replace("ref.parquet", "ref.mmon"), encoding="utf-8")
    assert mmon("validate mmon.yaml --data").out == f"mmon.yaml is valid: {told}\n"
    (files / "mmon.yaml").write_text(text.replace("id: key", "target: z"), encoding="utf-8")
    assert (
        "columns.target: the reference has no column 'z'" in mmon("validate mmon.yaml --data").err
    )


def test_data_that_cannot_be_opened_exits_3(mmon: Mmon, folder: Path) -> None:
    (folder / "mmon.yaml").write_text("reference: nope.csv\nproduction: ref.parquet\n")
    assert mmon("validate mmon.yaml --data").status == 3
