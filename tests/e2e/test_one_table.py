"""One table is one table, whoever wrote it: it says the same of itself, and of itself elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mmon
from tests.e2e.tables import WRITERS, table

pytestmark = pytest.mark.slow

OWN = ("run_id", "started_at", "finished_at", "config_digest", "configuration", "versions")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    for name, write in WRITERS.items():
        write(table(), folder / name)
    return folder


def compared(folder: Path, reference: str, production: str) -> dict[str, Any]:
    """The document without what names the run, or how a text was written."""

    def dataset(name: str) -> dict[str, Any]:
        options = {"separator": ";"} if name == "excel.csv" else {}
        return {"path": str(folder / name), **options}

    config = {"reference": dataset(reference), "production": dataset(production)}
    document = json.loads(mmon.run(config).to_json())
    for name in OWN:
        del document[name]
    for side in ("reference", "production"):
        del document[side]["source"]
    for column in document["columns"]:
        if (column["reason"] or "").startswith(("numbers written", "dates written")):
            column["reason"] = None
    return document


@pytest.mark.parametrize("name", WRITERS)
def test_a_table_says_the_same_of_itself_whoever_wrote_it(folder: Path, name: str) -> None:
    found = compared(folder, name, name)
    assert found["exit_status"] == 0
    assert found == compared(folder, "polars.parquet", "polars.parquet")


@pytest.mark.parametrize("name", WRITERS)
def test_a_table_does_not_drift_from_itself_in_another_format(folder: Path, name: str) -> None:
    for pair in (("polars.parquet", name), (name, "polars.parquet")):
        found = compared(folder, *pair)
        assert found["exit_status"] == 0
        compared_with = [r for r in found["results"] if r["application"].startswith("data-")]
        assert [r for r in compared_with if abs(r["value"] or 0.0) > 1e-12] == []
