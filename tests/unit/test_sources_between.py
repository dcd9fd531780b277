"""Of a time between two moments, no more is read than can hold rows of it, and nothing is lost."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import deltalake
import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from mmon.config.data import Dataset
from mmon.errors import DataError
from mmon.results import Skipped
from mmon.sources import Data, TimeRange, open_counted
from mmon.windows.timestamps import to_instants, to_us
from tests.unit.source_files import WRITERS, folder

__all__ = ["folder"]

FIRST = dt.datetime(2024, 3, 20)
DAYS = 20
DAY = dt.timedelta(days=1)


def rows(day: int, count: int = 24) -> pl.DataFrame:
    times = [FIRST + day * DAY + i * DAY / count for i in range(count)]
    return pl.DataFrame({"at": times, "day": [day] * count, "x": list(range(count))})


def span(first: int, past: int, **changes: Any) -> TimeRange:
    start, end = (to_us(FIRST + day * DAY) for day in (first, past))
    return dataclasses.replace(TimeRange(start, end, "at"), **changes)


def opened(path: str | Path, between: TimeRange | None, **options: Any) -> Data:
    dataset = Dataset.model_validate({"path": str(path), **options})
    return open_counted(dataset, between=between)


def days(data: Data) -> list[int]:
    found = data.frame.collect()
    data.check(found.height)
    assert found.height == sum(one.rows for one in data.files)
    return found["day"].unique().sort().to_list()


@pytest.mark.parametrize("suffix", ["parquet", "csv", "ndjson", "arrow"])
def test_files_of_other_days_are_not_even_looked_at(suffix: str, folder: Path) -> None:
    for day in range(DAYS):
        path = folder / f"events_{FIRST + day * DAY:%Y%m%d}.{suffix}"
        WRITERS[f"x.{suffix}"](rows(day), path)
        if not 6 <= day <= 8:
            path.write_bytes(b"of no use to anybody")
    data = opened(".", span(7, 8))
    is_typed = suffix in ("parquet", "arrow")
    assert days(data) == ([7, 8] if is_typed else [6, 7, 8])
    assert data.skipped is not None
    assert data.skipped.files == DAYS
    assert data.skipped.by_name == DAYS - 3
    assert data.is_followed


def test_partitions_are_chosen_by_their_day(folder: Path) -> None:
    for day in range(DAYS):
        where = folder / f"date={FIRST.date() + day * DAY}" / "hour=00"
        where.mkdir(parents=True)
        rows(day).write_parquet(where / "part-0.parquet")
    data = opened("*/*/*.parquet", span(3, 5))
    assert days(data) == [3, 4, 5]
    assert data.skipped == Skipped(DAYS, by_name=DAYS - 4, by_time=1, rows=23)
    assert data.frame.collect_schema()["date"] == pl.Date


def test_rows_of_files_are_chosen_by_their_time(folder: Path) -> None:
    for day in range(DAYS):
        rows(day).write_parquet(folder / f"part-{day}.parquet")
    data = opened(".", span(3, 5))
    assert days(data) == [3, 4, 5], "the first row of the last day is at the end itself"
    assert data.rows == 49
    assert data.skipped == Skipped(DAYS, by_time=DAYS - 3, rows=23)
    assert data.is_followed
    assert not opened(".", span(3, DAYS)).is_followed


@pytest.mark.parametrize("options", [{}, {"statistics": False}, {"row_group_size": 7}])
def test_rows_of_one_file_are_chosen_whatever_its_statistics(
    options: dict[str, Any], folder: Path
) -> None:
    every = pl.concat([rows(day) for day in range(DAYS)])
    every.write_parquet("x.parquet", **options)
    data = opened("x.parquet", span(3, 5))
    expected = every[3 * 24 : 5 * 24 + 1]
    assert data.frame.collect().equals(expected)
    assert data.rows == expected.height
    assert [(one.first, one.rows) for one in data.files] == [(72, 49)]
    assert data.skipped == Skipped(1, rows=every.height - 49)


ZONES = ["UTC", "Europe/Vienna", "America/St_Johns", "Pacific/Apia"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "dtype",
    [
        pl.Date(),
        *(pl.Datetime(unit) for unit in ("ms", "us", "ns")),
        pl.Datetime("ns", "UTC"),
        pl.Datetime("us", "Europe/Vienna"),
    ],
    ids=str,
)
def test_no_row_of_the_time_is_lost(dtype: pl.DataType, zone: str, folder: Path) -> None:
    """Clocks are turned in Vienna on 31 March, and in Apia on 7 April."""
    start = dt.datetime(2024, 3, 29)
    naive = pl.datetime_range(start, start + 12 * DAY, "13m", eager=True).alias("at")
    aware = isinstance(dtype, pl.Datetime) and dtype.time_zone is not None
    at = naive.dt.replace_time_zone("UTC").cast(dtype) if aware else naive.cast(dtype)
    frame = pl.DataFrame({"at": at, "row": range(len(at))})
    frame.write_parquet("x.parquet", row_group_size=50)
    instants = to_instants(at, zone)
    for hours in range(0, 300, 17):
        low = to_us(start + dt.timedelta(hours=hours))
        high = low + 5 * 3_600_000_000
        found = opened("x.parquet", TimeRange(low, high, "at", zone)).frame.collect()["row"]
        wanted = frame.filter((instants >= low) & (instants < high))["row"]
        assert set(wanted) <= set(found)
        assert len(found) <= len(wanted) + 60 + 2 * 111 * (dtype == pl.Date)


def _int96(frame: pl.DataFrame, path: str) -> None:
    """As Spark wrote times for long: without an order, and so without statistics."""
    pq.write_table(frame.to_arrow(), path, use_deprecated_int96_timestamps=True, row_group_size=50)


def _pages(frame: pl.DataFrame, path: str) -> None:
    pq.write_table(frame.to_arrow(), path, write_page_index=True, row_group_size=50)


def _duckdb(frame: pl.DataFrame, path: str) -> None:
    duckdb.from_arrow(frame.to_arrow()).query(
        "data", f"copy (select * from data) to '{path}' (format parquet, row_group_size 50)"
    )


@pytest.mark.parametrize("write", [_int96, _pages, _duckdb])
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_rows_are_chosen_in_files_of_other_tools(
    write: Callable[[pl.DataFrame, str], None], zone: str | None, folder: Path
) -> None:
    every = pl.concat([rows(day) for day in range(DAYS)])
    every = every.with_columns(pl.col("at").dt.replace_time_zone(zone))
    write(every, "x.parquet")
    data = opened("x.parquet", span(3, 5))
    assert days(data) == [3, 4, 5]
    assert data.rows == 49


def test_rows_in_no_order_are_read_from_the_first_to_the_last(folder: Path) -> None:
    every = pl.concat([rows(day) for day in (9, 4, 12, 3, 0)])
    every.write_parquet("x.parquet", row_group_size=24)
    data = opened("x.parquet", span(3, 5))
    assert days(data) == [3, 4, 12]
    assert data.is_followed
    assert opened("x.parquet", span(13, 15)).rows == 0
    assert opened("x.parquet", span(13, 15)).frame.collect().columns == every.columns


@pytest.mark.parametrize("partition_by", [None, "part"])
def test_rows_of_a_delta_table_are_chosen_by_its_log(
    partition_by: str | None, folder: Path
) -> None:
    options = {} if partition_by is None else {"partition_by": partition_by}
    for day in (9, 4, 12, 3, 0):
        part = rows(day).with_columns(part=pl.lit(day % 2))
        part.write_delta("table", mode="append", delta_write_options=options)
    data = opened("table", span(3, 5))
    assert days(data) == [3, 4]
    assert data.skipped == Skipped(1, rows=3 * 24)
    assert data.is_followed
    # Only files that may hold the time are still there.
    table = deltalake.DeltaTable("table")
    actions = pl.DataFrame(table.get_add_actions(flatten=True))
    for path, first in actions.select("path", "min.at").iter_rows():
        if first not in (FIRST + 3 * DAY, FIRST + 4 * DAY):
            (folder / "table" / path).write_bytes(b"")
    assert data.frame.collect().height == 48


def test_a_damaged_file_that_may_hold_the_time_is_told_by_name(folder: Path) -> None:
    for day in range(DAYS):
        rows(day).write_parquet(folder / f"{FIRST.date() + day * DAY}.parquet")
    broken = folder / f"{FIRST.date() + 8 * DAY}.parquet"
    broken.write_bytes(broken.read_bytes()[:-20])
    assert days(opened(".", span(3, 5))) == [3, 4, 5]
    with pytest.raises(DataError, match=rf"'{broken.name}' is not a whole Parquet file"):
        opened(".", span(7, 8))


@pytest.mark.parametrize(
    "change",
    [
        pl.col("at").cast(pl.String),
        pl.col("at").dt.timestamp("ms").alias("at"),
        pl.lit(None, dtype=pl.Datetime).alias("at"),
        pl.col("at").alias("other"),
    ],
    ids=["text", "numbers", "nothing", "absent"],
)
def test_what_does_not_tell_the_time_is_read(change: pl.Expr, folder: Path) -> None:
    for day in range(3):
        rows(day).select(change, "day").write_parquet(folder / f"part-{day}.parquet")
    data = opened(".", span(1, 2))
    assert days(data) == [0, 1, 2]
    assert data.skipped is None


def test_rows_without_a_time_are_read_where_they_may_be_of_it(folder: Path) -> None:
    """In a file with rows of that time, or by its name; else they are of other days."""
    gaps = [
        rows(day).with_columns(pl.when(pl.col("x") != 5).then(pl.col("at"))) for day in range(DAYS)
    ]
    for day, frame in enumerate(gaps):
        frame.write_parquet(folder / f"part-{day}.parquet")
    data = opened(".", span(3, 4))
    assert days(data) == [3, 4], "of which the last begins at the end itself"
    assert data.rows == 48
    for day, frame in enumerate(gaps):
        (folder / f"part-{day}.parquet").unlink()
        empty = frame.with_columns(at=pl.lit(None, dtype=pl.Datetime)) if day == 3 else frame
        empty.write_parquet(folder / f"{FIRST.date() + day * DAY}.parquet")
    assert days(opened(".", span(3, 4))) == [2, 3, 4]
