"""Strange but legal inputs: they are analysed, and nothing in them reaches a report unescaped."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.e2e import bad_files
from tests.e2e.conftest import Mmon


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    bad_files.write(folder)
    return folder


@pytest.fixture
def _here(mmon: Mmon, odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(odd)


pytestmark = pytest.mark.usefixtures("_here")


@pytest.mark.parametrize(
    "name", ["ref.csv", "categories.parquet", "hostile.parquet", "ref.parquet"]
)
def test_a_dataset_does_not_drift_from_itself(mmon: Mmon, name: str) -> None:
    ended = mmon(f"compare {name} {name}")
    assert ended.status == 0, ended.out
    assert ended.err == ""


def test_where_no_column_has_a_value_no_drift_can_be_told(mmon: Mmon) -> None:
    ended = mmon("compare nulls.parquet nulls.parquet")
    assert ended.status == 4
    assert "no column could be tested" in ended.out


def test_hundreds_of_thousands_of_categories_are_counted(mmon: Mmon) -> None:
    found = json.loads(mmon("compare categories.parquet categories.parquet --json -").out)
    city = found["columns"][0]
    assert city["name"] == "city"
    assert city["kind"] in ("categorical", "identifier", "text")


@pytest.mark.parametrize(
    ("production", "reason"),
    [
        ("without_x.parquet", "x is missing"),
        ("x_is_text.parquet", "x has more unreadable values"),
        ("nan_inf.parquet", "x "),
        ("nulls.parquet", "more missing values"),
        ("only_group.parquet", "x is missing"),
    ],
)
def test_columns_that_broke_are_a_breach_that_names_them(
    mmon: Mmon, production: str, reason: str
) -> None:
    ended = mmon(f"compare ref.parquet {production}")
    assert ended.status == 1, ended.out
    assert ended.err == ""
    last = ended.out.splitlines()[-1]
    assert last.strip().startswith("BREACH")
    assert reason in last


def test_a_new_column_is_told_and_fails_nothing(mmon: Mmon) -> None:
    ended = mmon("compare without_x.parquet prod.parquet --json -")
    found = json.loads(ended.out)
    new = [row for row in found["results"] if row["name"] == "new_column"]
    assert [row["column"] for row in new] == ["x"]
    assert ended.status == 0


def test_hostile_column_names_stay_text(mmon: Mmon, tmp_path: Path) -> None:
    outputs = {name: tmp_path / f"report.{name}" for name in ("json", "html", "md")}
    words = " ".join(f"--{name} {path}" for name, path in outputs.items())
    ended = mmon(f"compare hostile.parquet hostile.parquet --fail-on never -t ks=0 {words}")
    assert ended.status == 0
    assert "\x1b" not in ended.out
    page = outputs["html"].read_text()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "{{ 7*7 }}" in page
    assert "<script>alert" not in outputs["md"].read_text()
    names = [column["name"] for column in json.loads(outputs["json"].read_text())["columns"]]
    assert names[:5] == ["<script>alert(1)</script>", "\x1b[31mred", "two\nlines", "", "größe 🙂"]


@pytest.mark.parametrize("sides", ["names.parquet names.csv", "names.csv names.parquet"])
def test_no_column_name_is_taken_for_a_pattern(mmon: Mmon, sides: str) -> None:
    every = json.loads(mmon(f"compare {sides} --json -").out)
    assert every["verdict"] == "pass"
    assert len(every["columns"]) == 10
    one = json.loads(mmon(f"compare {sides} --column ^x$ --json -").out)
    assert [column["name"] for column in one["columns"]] == ["^x$"]


@pytest.mark.parametrize("options", ["--ignore x", "--ignore ?", "--column group"])
def test_a_column_that_conflicts_stops_nobody_who_leaves_it_out(mmon: Mmon, options: str) -> None:
    ended = mmon(f"compare ref.parquet conflict {options}")
    assert ended.status == 0, ended.err


def test_a_missing_column_is_told_with_the_one_that_is_nearly_called_so(mmon: Mmon) -> None:
    ended = mmon("compare ref.parquet near.parquet --json -")
    assert ended.status == 1
    reasons = {
        result["column"]: result["reason"]
        for result in json.loads(ended.out)["results"]
        if result["name"] == "missing_column" and result["value"]
    }
    assert reasons["x"] == "production does not have this column: did you mean its column ' X'?"
    assert reasons["group"].endswith("did you mean its column 'Group'?")


def test_a_column_that_only_production_has_can_be_ignored(mmon: Mmon) -> None:
    command = "compare without_x.parquet prod.parquet --fail-on potential"
    assert mmon(command).status == 1
    assert mmon(f"{command} --ignore x").status == 0


def test_a_pass_that_reads_fewer_rows_is_no_shorter_dataset(
    mmon: Mmon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        pl.LazyFrame, "collect_batches", lambda frame, **_: iter([frame.head(9).collect()])
    )
    ended = mmon("compare ref.parquet prod.parquet")
    assert ended.status == 3
    assert "ref.parquet holds 3,000 rows, and only 9 could be read" in ended.err
