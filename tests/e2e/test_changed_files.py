"""A file that changes while it is read has no one state to judge: an error, not a verdict."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import mmon
from mmon.comparison import pipeline
from mmon.config_file import validate
from mmon.errors import DataError


@pytest.mark.parametrize("change", ["longer", "replaced", "gone", "damaged"])
@pytest.mark.parametrize("side", ["reference", "production", "labels"])
def test_a_file_that_changes_while_it_is_read_is_an_error(
    folder: Path, side: str, change: str
) -> None:
    rows = {"i": list(range(400)), "x": [i % 10 for i in range(400)]}
    for name in ("reference", "production"):
        pl.DataFrame({**rows, "p": [i % 2 for i in range(400)]}).write_csv(f"{name}.csv")
    pl.DataFrame({"i": rows["i"], "t": [i % 2 for i in range(400)]}).write_csv("labels.csv")
    reference = pl.read_csv("reference.csv").with_columns(t=pl.col("p"))
    reference.write_csv("reference.csv")
    config = validate(
        {
            "reference": "reference.csv",
            "production": "production.csv",
            "labels": "labels.csv",
            "task": "binary",
            "columns": {"id": "i", "target": "t", "prediction": "p"},
        }
    )
    changed: list[str] = []

    def progress(what: str, _rows: int) -> None:
        # Labels are read before production is.
        if not changed and what == side.replace("labels", "production"):
            changed.append(what)
            path = folder / f"{side}.csv"
            match change:
                case "longer":
                    with path.open("a") as file:
                        file.write("400,1,1,1\n")
                case "replaced":
                    path.rename(folder / "old.csv")
                    path.write_bytes((folder / "old.csv").read_bytes())
                case "gone":
                    path.unlink()
                case _:
                    path.write_text("a,b\n1,2,3,4\n")

    with pytest.raises(DataError, match=f"^'{side}.csv' changed while it was read"):
        pipeline.run(config, progress=progress)


def test_files_that_stay_as_they_are_may_be_written_again_afterwards(folder: Path) -> None:
    assert folder.is_dir()
    frame = pl.DataFrame({"x": [i % 10 for i in range(400)]})
    for _ in range(2):
        frame.write_csv("r.csv")
        assert mmon.compare("r.csv", "r.csv").exit_status == 0
