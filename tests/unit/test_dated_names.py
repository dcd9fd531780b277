"""What names of files and folders tell of the time of their rows, and when they tell nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from mmon.sources.dated_names import Place, named_spans
from mmon.sources.time_range import Span, TimeRange
from mmon.windows.timestamps import DAY_US, to_us


def day(text: str) -> Span:
    start = to_us(dt.datetime.fromisoformat(text))
    return start, start + DAY_US


def spans(*paths: str, column: str | None = None) -> list[Span | None] | None:
    return named_spans([Place(*path.rpartition("/")[::2]) for path in paths], column)


@pytest.mark.parametrize(
    "name",
    [
        "2024-01-31.parquet",
        "20240131.csv",
        "events_2024_01_31.ndjson.gz",
        "events-20240131T10.parquet",
        "events_20240131103000.parquet",
        "2024-01-31_10-30.csv",
        "2024-01-31-part-0001.parquet",
        "date=2024-01-31/part-0.parquet",
        "region=eu/dt=20240131/hour=10/part-0.parquet",
        "ds=2024-01-31%2010%3A00/20230101.parquet",
        "year=2024/month=1/day=31/part-0.parquet",
        "Year=2024/Month=01/region=eu/Day=31/hour=3/part-0.parquet",
        "2024/01/31/10/part-0.parquet",
        "2024-01/2024-01-31.parquet",
        "2024-01-31/events_2024-01-31.parquet",
    ],
)
def test_a_day_is_told_by_a_name(name: str) -> None:
    other = name.replace("31", "30").replace("part-0", "part-17")
    assert spans(name, other) == [day("2024-01-31"), day("2024-01-30")]


@pytest.mark.parametrize(
    "name",
    ["2024-02.parquet", "sales_2024_02.csv", "month=2024-02/x.csv", "year=2024/month=2/x.csv"],
)
def test_a_month_is_told_by_a_name(name: str) -> None:
    start, end = to_us(dt.datetime(2024, 2, 1)), to_us(dt.datetime(2024, 3, 1))
    assert spans(name, name) == [(start, end)] * 2


def test_a_year_is_told_by_a_partition() -> None:
    found = to_us(dt.datetime(2024, 1, 1)), to_us(dt.datetime(2025, 1, 1))
    assert spans("year=2024/x.csv", "year=2024/y.csv") == [found, found]


def test_of_several_partitions_the_rows_own_tells() -> None:
    paths = [f"model=2023-05-1{i}/{{}}=2024-01-3{i}/x.parquet" for i in (0, 1)]
    days = [day("2024-01-30"), day("2024-01-31")]
    assert spans(*(path.format("date") for path in paths)) == days
    assert spans(*(path.format("at") for path in paths)) is None
    assert spans(*(path.format("at") for path in paths), column="at") == days


def test_a_partition_without_a_value_tells_nothing_of_its_file() -> None:
    found = spans("date=2024-01-31/x.csv", "date=__HIVE_DEFAULT_PARTITION__/x.csv")
    assert found == [day("2024-01-31"), None]


@pytest.mark.parametrize(
    "names",
    [
        ("part-0.parquet", "part-1.parquet"),
        ("2024-01-31.parquet", "latest.parquet"),
        ("2024-01-31.parquet", "20240130.parquet"),
        ("2024-01-31.parquet", "2024-02.parquet"),
        ("2024-01-01_2024-01-31.csv", "2024-02-01_2024-02-29.csv"),
        ("20241332.csv", "20241331.csv"),
        ("120240131.csv", "120240130.csv"),
        ("1706659200.csv", "1706745600.csv"),
        ("date=2024-01-31/x.csv", "date=today/x.csv"),
        ("year=old/x.csv", "year=2024/x.csv"),
        ("year=2024/month=13/x.csv", "year=2024/month=1/x.csv"),
        ("model=2024/x.csv", "model=2024/y.csv"),
    ],
)
def test_names_without_one_pattern_tell_nothing(names: tuple[str, ...]) -> None:
    assert spans(*names) is None


def test_a_name_is_believed_but_for_a_day_and_the_allowed_lateness() -> None:
    hour = DAY_US // 24
    named = day("2024-01-31")
    late = TimeRange(lateness_us=hour)
    assert late.claimed(named) == (day("2024-01-30")[0] - hour, day("2024-02-01")[1])
    one = TimeRange(*day("2024-01-31"))
    files = [day(f"2024-01-{i}") for i in range(25, 32)] + [day("2024-02-01"), day("2024-02-02")]
    assert [one.meets(one.claimed(file)) for file in files] == [False] * 5 + [True] * 3 + [False]
    assert TimeRange().meets(named)
