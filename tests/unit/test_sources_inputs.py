"""Data that is no file: standard input, pipes, and tables that Python users hold."""

from __future__ import annotations

import importlib.util
import io
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # it has no stubs
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # it has no stubs
import pytest
from polars.testing import assert_frame_equal
from pyarrow import feather  # type: ignore[import-untyped]  # it has no stubs

from mmon.api import arguments
from mmon.comparison.columns import plan_reference
from mmon.config.columns import Columns
from mmon.config.data import Dataset
from mmon.errors import DataError, MissingExtraError, MmonError
from mmon.files import witness
from mmon.profiles.distributions.reading import Reading
from mmon.sources import count_duplicates, open_counted, open_table
from mmon.sources.listing import display_name
from mmon.sources.spool import spooled_input
from tests.unit.source_files import FRAME, WRITERS, folder, open_dataset, read

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
    witness.clean_up()
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
    for data in (path, str(path), [path], (str(path),), deque([path])):
        body, inputs = arguments.parted({"production": data})
        assert inputs.production is None
        assert body["production"]["path"] in (str(path), [str(path)])
    for table in (FRAME, FRAME.lazy(), FRAME.to_arrow()):
        assert_frame_equal(open_table(table).frame.collect(), FRAME)


def test_a_pandas_frame_keeps_its_values() -> None:
    frame = pd.DataFrame(
        {
            "x": [1.5, np.nan],
            "text": ["a", None],
            "when": pd.to_datetime(["2024-01-01", None]),
            7: [1, 2],
        }
    )
    data = open_table(frame)
    assert data.name == "a pandas DataFrame"
    found = data.frame
    assert found.collect().select("x", "text", "7").rows() == [(1.5, "a", 1), (None, None, 2)]
    assert isinstance(found.collect_schema()["when"], pl.Datetime)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (42, "data of type int"),
        ({"a": [1]}, "data of type dict"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "the column 'a' more than once"),
        (pa.table([[1], [2]], names=["a", "a"]), "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused(data: object, told: str) -> None:
    with pytest.raises(DataError, match=told):
        open_table(data)  # type: ignore[arg-type]  # wrong on purpose


def test_a_dataset_has_a_short_name(folder: Path) -> None:
    FRAME.write_parquet(folder / "x.parquet")
    assert open_counted(Dataset(path="x.parquet")).name == "x.parquet"
    assert display_name(("a", "b", "c")) == "a and 2 more"
    assert display_name("-") == "standard input"


def test_repeated_rows_are_counted_once_each() -> None:
    frame = pl.DataFrame({"a": [1, 1, 1, 2, None, None], "b": ["x", "x", "y", "x", None, None]})
    assert count_duplicates(frame.lazy(), "x", 6) == (2, 6)
    assert count_duplicates(frame.lazy(), "x", 3) == (1, 3)
    assert count_duplicates(frame.clear().lazy(), "x", 0) == (0, 0)


def test_duplicates_of_rows_that_are_gone_are_not_counted() -> None:
    with pytest.raises(DataError, match="x could not be read again"):
        count_duplicates(pl.LazyFrame({"a": [1, 2]}), "x", 3)


ODD: dict[str, tuple[object, str]] = {
    "complex": (np.arange(6) + 1j, "complex128"),
    "sparse": (pd.arrays.SparseArray([0, 1] * 3), "Sparse"),
    "interval": (pd.cut(pd.Series(np.arange(6.0)), 2), "pandas.interval"),
    "period": (pd.period_range("2024-01", periods=6, freq="M"), "pandas.period"),
    "dictionaries and lists": (pd.Series([{"a": 1}, [1]] * 3, dtype=object), "mixed dict and list"),
    "objects": (pd.Series([object()] * 6, dtype=object), "object"),
}


@pytest.mark.parametrize("case", ODD)
def test_a_pandas_column_that_nobody_knows_has_only_presence(case: str) -> None:
    values, kind = ODD[case]
    frame = pd.DataFrame({"x": [1, 2, 3, 4, 5, 6], "odd": values})
    found = open_table(frame).frame
    plan = plan_reference(found.collect_schema(), Columns())
    odd = plan.column("odd")
    assert odd is not None
    assert odd.reading is Reading.PRESENCE
    assert odd.reason is not None
    assert odd.reason.startswith(kind)
    assert found.collect()["x"].to_list() == [1, 2, 3, 4, 5, 6]


def test_an_odd_pandas_column_keeps_what_is_missing() -> None:
    values = pd.Series([{"a": 1}, object(), None, np.nan], dtype=object)
    found = open_table(pd.DataFrame({"odd": values})).frame
    assert found.collect()["odd"].is_null().to_list() == [False, False, True, True]


def test_texts_and_numbers_in_one_pandas_column_are_texts() -> None:
    values = pd.Series([1, "x", 2.5, True, 10**30, None, np.nan], dtype=object)
    found = open_table(pd.DataFrame({"odd": values})).frame
    texts = ["1", "x", "2.5", "True", "1" + "0" * 30, None, None]
    assert found.collect()["odd"].to_list() == texts


def test_an_arrow_column_that_nobody_knows_has_only_presence() -> None:
    months = pa.array([(1, 2, 3), None], pa.month_day_nano_interval())
    found = open_table(pa.table({"x": [1, 2], "odd": months})).frame
    frame = found.collect()
    assert frame["x"].to_list() == [1, 2]
    assert frame["odd"].is_null().to_list() == [False, True]
    assert "month_day_nano" in str(frame.schema["odd"])


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_types_of_arrow_in_files_have_only_presence(suffix: str, folder: Path) -> None:
    json = pa.ExtensionArray.from_storage(pa.json_(), pa.array(['{"a": 1}', None]))
    flag = pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, None], pa.int8()))
    tags = pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64()))
    table = pa.table({"x": [1, 2], "json": json, "flag": flag, "tags": tags})
    if suffix == "parquet":
        pq.write_table(table, "x.parquet")
    else:
        feather.write_feather(table, "x.arrow")
    found = open_dataset(Dataset(path=f"x.{suffix}"))
    plan = plan_reference(found.collect_schema(), Columns())
    reasons = {column.name: column.reason for column in plan.columns}
    only = "values: only presence is compared"
    assert reasons == {
        "x": None,
        "json": f"arrow.json {only}",
        "flag": f"arrow.bool8 {only}",
        "tags": f"Map {only}",
    }


def test_tables_of_lakes_are_read_as_such_or_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind, log in (("Delta", "t/_delta_log"), ("Hudi", "h/.hoodie"), ("Iceberg", "i/metadata")):
        (folder / log).mkdir(parents=True)
        table = folder / log.partition("/")[0]
        pl.DataFrame({"x": [1]}).write_parquet(table / "removed.parquet")
        (folder / log / "0.metadata.json").touch()
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
        with pytest.raises(MmonError, match=f"is a (table of )?{kind}"):
            read(table)
        with pytest.raises(DataError, match=f"holds files of the {kind} table"):
            read(table / "*.parquet")
        assert read(table / "removed.parquet").height == 1
    with pytest.raises(MissingExtraError) as caught:
        read("t")
    assert caught.value.hint == 'pip install "mmon[delta]"'
    with pytest.raises(DataError, match="holds files of the"):
        read(folder)


def test_a_delta_table_has_no_removed_rows(folder: Path) -> None:
    pl.DataFrame({"x": [1, 2, 3]}).write_delta("table")
    pl.DataFrame({"x": [4]}).write_delta("table", mode="overwrite")
    assert read("table").rows() == [(4,)]


def test_several_delta_tables_are_one_dataset(folder: Path) -> None:
    for name, values in (("one", [1, 2]), ("two", [3])):
        pl.DataFrame({"x": values}).write_delta(name)
    assert read(("one", "two"))["x"].sort().to_list() == [1, 2, 3]
    pl.DataFrame({"x": [4]}).write_parquet("three.parquet")
    with pytest.raises(DataError, match=r"'one' is delta and 'three.parquet' is parquet"):
        read(("one", "three.parquet"))


def test_a_device_without_an_end_is_refused() -> None:
    with pytest.raises(DataError, match="'/dev/zero' is a device"):
        open_dataset(Dataset(path="/dev/zero", format="csv"))


@pytest.mark.parametrize("damage", ["log", "data", "gone", "empty"])
def test_a_damaged_delta_table_is_named_as_one(damage: str, tmp_path: Path) -> None:
    table = tmp_path / "table"
    pl.DataFrame({"x": list(range(1000))}).write_delta(str(table))
    pl.DataFrame({"x": list(range(1000))}).write_delta(str(table), mode="append")
    data = next(table.glob("*.parquet"))
    log = table / "_delta_log"
    if damage == "log":
        (log / "00000000000000000001.json").write_text("garbage")
    elif damage == "data":
        data.write_bytes(data.read_bytes()[:100])
    elif damage == "gone":
        data.unlink()
    else:
        for path in log.iterdir():
            path.unlink()
    with pytest.raises(DataError, match="is a Delta table that cannot be read"):
        open_dataset(Dataset(path=str(table))).collect()
