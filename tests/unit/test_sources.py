"""Datasets of every format and shape, against the frame that was written."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest
import zstandard
from polars.testing import assert_frame_equal

from mmon.config.data import Dataset
from mmon.errors import ConfigError, DataError
from mmon.sources.storage import storage_options
from tests.unit.source_files import FRAME, WRITERS, folder, read

__all__ = ["folder"]


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_is_read_as_it_was_written(name: str, folder: Path) -> None:
    WRITERS[name](FRAME, folder / name)
    # JSON has no dates.
    given = {"dtypes": {"day": "Date"}} if "json" in name else {}
    assert_frame_equal(read(name, **given), FRAME)
    assert_frame_equal(read(f"file://{folder}/{name}", **given), FRAME)


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.ndjson", "x.jsonl"])
def test_compressed_text_is_read(name: str, folder: Path) -> None:
    WRITERS[name](FRAME, folder / name)
    content = (folder / name).read_bytes()
    (folder / f"{name}.gz").write_bytes(gzip.compress(content))
    (folder / f"{name}.zst").write_bytes(zstandard.compress(content))
    plain = read(name)
    assert_frame_equal(read(f"{name}.gz"), plain)
    assert_frame_equal(read(f"{name}.zst"), plain)


@pytest.mark.parametrize("name", ["x.parquet", "x.csv", "x.tsv", "x.arrow", "x.ndjson"])
def test_a_file_without_a_telling_name_is_known_by_its_content(name: str, folder: Path) -> None:
    WRITERS[name](FRAME, folder / name)
    expected = read(name)
    (folder / name).rename(folder / "data")
    assert_frame_equal(read("data"), expected)


def test_a_list_keeps_its_order_and_a_pattern_goes_by_name(folder: Path) -> None:
    for number in (2, 10, 1):
        pl.DataFrame({"n": [number]}).write_parquet(folder / f"{number:02}.parquet")
    assert read(("10.parquet", "01.parquet"))["n"].to_list() == [10, 1]
    assert read("*.parquet")["n"].to_list() == [1, 2, 10]
    assert read("0[12].parquet")["n"].to_list() == [1, 2]
    assert read(".")["n"].to_list() == [1, 2, 10]


@pytest.mark.parametrize("name", ["a[1].parquet", "a[1].csv", "a*.ndjson"])
def test_a_file_whose_name_looks_like_a_pattern_is_itself(name: str, folder: Path) -> None:
    write = WRITERS["x." + name.rpartition(".")[2]]
    write(pl.DataFrame({"n": [1]}), folder / name)
    write(pl.DataFrame({"n": [2]}), folder / name.replace("[1]", "1").replace("*", "b"))
    assert read(name)["n"].to_list() == [1]


def test_a_folder_is_read_to_its_depths_without_what_hides(folder: Path) -> None:
    for where in ("a.parquet", "sub/b.parquet", "sub/deep/c.parquet"):
        (folder / where).parent.mkdir(exist_ok=True)
        pl.DataFrame({"n": [where]}).write_parquet(folder / where)
    for hidden in ("_SUCCESS", ".a.parquet.crc", "_delta/x.parquet", ".tmp/y.parquet", "README.md"):
        (folder / hidden).parent.mkdir(exist_ok=True)
        (folder / hidden).write_text("not data")
    assert read(folder)["n"].to_list() == ["a.parquet", "sub/b.parquet", "sub/deep/c.parquet"]


def test_a_pattern_leaves_out_markers_that_it_does_not_name(folder: Path) -> None:
    pl.DataFrame({"n": [1]}).write_parquet(folder / "a.parquet")
    pl.DataFrame({"n": [2]}).write_parquet(folder / "_b.parquet")
    (folder / "_SUCCESS").touch()
    assert read("*")["n"].to_list() == [1]
    assert read("_*.parquet")["n"].to_list() == [2]


def test_files_without_a_byte_among_others_have_no_rows(folder: Path) -> None:
    (folder / "part-0.csv").touch()
    (folder / "part-1.csv").write_text("n\n1\n")
    assert read("*.csv")["n"].to_list() == [1]
    with pytest.raises(DataError, match=r"'part-0.csv' is empty \(0 bytes\)"):
        read(("part-0.csv", "part-1.csv"))


def test_two_formats_are_no_dataset(folder: Path) -> None:
    FRAME.write_parquet(folder / "a.parquet")
    FRAME.write_csv(folder / "b.csv")
    with pytest.raises(DataError, match=r"'a.parquet' is parquet and 'b.csv' is csv"):
        read(("a.parquet", "b.csv"))
    with pytest.raises(DataError, match="a dataset has one format"):
        read(folder)
    assert read(folder / "*.csv").height == FRAME.height


def test_the_format_option_stands_above_the_name(folder: Path) -> None:
    (folder / "a.txt").write_text("x;y\n1;2\n")
    assert read("a.txt", format="csv", separator=";").row(0) == (1, 2)
    assert read(folder, format="csv", separator=";").row(0) == (1, 2)
    (folder / "a.txt").write_text("x\ty\n1\t2\n")
    assert read("a.txt", format="tsv").row(0) == (1, 2)


def test_waiting_for_a_store_is_limited_unless_told_otherwise() -> None:
    def options(path: str = "s3://b/x", **given: object) -> dict[str, object]:
        return storage_options(Dataset.model_validate({"path": path, **given}), path)

    limits = options()
    # Polars asks twice: together as long as the server may be idle.
    assert (limits["read_timeout"], limits["connect_timeout"]) == ("15000ms", "10s")
    assert limits["max_retries"] <= 3
    patient = options(timeouts={"connect": "1m", "idle": "4s", "total": "2h"})
    assert (patient["connect_timeout"], patient["read_timeout"]) == ("1m", "2000ms")
    assert (patient["timeout"], patient["retry_timeout_ms"]) == ("2h", 2000)
    given = options(storage_options={"read_timeout": "5m", "max_retries": "9", "aws_region": "eu"})
    assert (given["read_timeout"], given["max_retries"], given["aws_region"]) == ("5m", 9, "eu")
    with pytest.raises(ConfigError, match="retry_timeout_ms is '1s', not a whole number"):
        options(storage_options={"retry_timeout_ms": "1s"})
    # Polars refuses limits on Hugging Face.
    assert options("hf://datasets/a/b/c.csv").keys() == {"max_retries", "retry_timeout_ms"}
