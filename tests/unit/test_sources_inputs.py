"""Data that is no file: standard input, pipes, and tables that Python users hold."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # it has no stubs
import pytest
from polars.testing import assert_frame_equal

from mmon.config import Dataset
from mmon.errors import DataError
from mmon.sources import as_lazyframe, count_duplicates, display_name, open_named
from mmon.sources.spool import discard, spooled_input
from tests.unit.source_files import FRAME, WRITERS, folder, read

__all__ = ["folder"]


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], None]]:
    """Gives standard input a content."""

    def feed(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    spooled_input.cache_clear()
    yield feed
    spooled_input.cache_clear()


@pytest.mark.parametrize("name", ["x.parquet", "x.csv", "x.tsv", "x.arrow", "x.ndjson"])
def test_standard_input_is_read_more_than_once(
    name: str, folder: Path, stdin: Callable[[bytes], None]
) -> None:
    WRITERS[name](FRAME, folder / name)
    stdin((folder / name).read_bytes())
    assert_frame_equal(read("-"), read(name))
    assert_frame_equal(read("-"), read(name))


def test_standard_input_takes_the_format_option(stdin: Callable[[bytes], None]) -> None:
    stdin(b"single\n1\n2\n")
    assert read("-", format="csv")["single"].to_list() == [1, 2]
    with pytest.raises(DataError, match="format of 'standard input' is not recognised"):
        read("-")


def test_empty_standard_input_is_an_error(stdin: Callable[[bytes], None]) -> None:
    stdin(b"")
    with pytest.raises(DataError, match="'standard input' is empty"):
        read("-", format="csv")


def test_closed_standard_input_is_an_error(
    stdin: Callable[[bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(DataError, match="standard input is closed"):
        read("-")


def test_copies_of_streams_are_removed_at_the_end(stdin: Callable[[bytes], None]) -> None:
    stdin(b"a,b\n1,2\n")
    read("-")
    copy = spooled_input()
    assert copy.is_file()
    discard()
    assert not copy.parent.exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a system with named pipes")
def test_a_pipe_of_the_shell_is_read(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    writer = threading.Thread(target=(folder / "pipe").write_bytes, args=(b"a,b\n1,2\n",))
    writer.start()
    assert read("pipe").row(0) == (1, 2)
    writer.join()


def test_python_users_give_paths_and_tables(folder: Path) -> None:
    FRAME.write_parquet(folder / "x.parquet")
    path = folder / "x.parquet"
    for data in (path, str(path), [path], (str(path),), Dataset(path=str(path))):
        assert_frame_equal(as_lazyframe(data)[0].collect(), FRAME)
    for table in (FRAME, FRAME.lazy(), FRAME.to_arrow()):
        assert_frame_equal(as_lazyframe(table)[0].collect(), FRAME)
    assert as_lazyframe([path, path])[1] == f"{path} and 1 more"


def test_a_pandas_frame_keeps_its_values() -> None:
    frame = pd.DataFrame(
        {
            "x": [1.5, np.nan],
            "text": ["a", None],
            "when": pd.to_datetime(["2024-01-01", None]),
            7: [1, 2],
        }
    )
    found, name = as_lazyframe(frame)
    assert name == "a pandas DataFrame"
    assert found.collect().select("x", "text", "7").rows() == [(1.5, "a", 1), (None, None, 2)]
    assert isinstance(found.collect_schema()["when"], pl.Datetime)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (42, "data of type int"),
        ({"a": [1]}, "data of type dict"),
        ([1, 2], "something else than paths"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "the column 'a' more than once"),
        (pd.DataFrame({"a": [1, "x", object()]}), "pandas DataFrame cannot be read"),
        (pa.table([[1], [2]], names=["a", "a"]), "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused(data: object, told: str) -> None:
    with pytest.raises(DataError, match=told):
        as_lazyframe(data)  # type: ignore[arg-type]  # wrong on purpose


def test_a_dataset_has_a_short_name(folder: Path) -> None:
    FRAME.write_parquet(folder / "x.parquet")
    assert open_named(Dataset(path="x.parquet"))[1] == "x.parquet"
    assert display_name(("a", "b", "c")) == "a and 2 more"
    assert display_name("-") == "standard input"


def test_repeated_rows_are_counted_once_each() -> None:
    frame = pl.DataFrame({"a": [1, 1, 1, 2, None, None], "b": ["x", "x", "y", "x", None, None]})
    assert count_duplicates(frame.lazy(), "x") == (2, 6)
    assert count_duplicates(frame.clear().lazy(), "x") == (0, 0)
