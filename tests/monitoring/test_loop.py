"""Each window is analysed once, in whatever runs it happens, and kept whole or not at all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import text

from mmon.history import database
from mmon.monitoring import loop
from mmon.results import Skipped, Verdict
from tests.monitoring.days import Watched, date, half, rows


def test_a_first_run_analyses_all_closed_windows_and_each_later_one_the_next(
    watched: Watched,
) -> None:
    watched.write(*range(8))
    assert watched.run(until=4).windows["start"].to_list() == [
        f"{date(day)}T00:00:00Z" for day in range(4)
    ]
    for day in range(4, 8):
        report = watched.run(until=day + 1)
        assert report.windows["start"].to_list() == [f"{date(day)}T00:00:00Z"]
        assert report.verdict is Verdict.PASS
    assert len(watched.kept()["mmon_windows"]) == 8


def test_daily_runs_leave_what_one_run_over_all_days_leaves(
    watched: Watched, tmp_path: Path
) -> None:
    watched.write(*range(6))
    for day in range(6):
        watched.run(until=day + 1)
    once = Watched(tmp_path, str(tmp_path / "once.db"))
    once.run(until=6)
    daily, whole = watched.kept("id", "endpoint_id"), once.kept("id", "endpoint_id")
    assert daily.keys() == whole.keys()
    for name, found in daily.items():
        assert found == whole[name], name


def test_a_daily_run_reads_no_more_than_its_day_and_those_beside_it(watched: Watched) -> None:
    watched.write(*range(9))
    watched.run(until=6)
    for day in (0, 1, 2, 3, 4, 8):
        (watched.folder / "days" / f"{date(day)}.parquet").write_bytes(b"of no use to anybody")
    report = watched.run(until=7)
    assert report.windows["start"].to_list() == [f"{date(6)}T00:00:00Z"]
    assert report.document.production.skipped == Skipped(9, by_name=6, by_time=2)
    assert "6 of 9 files skipped by the dates in their names" in report.to_markdown()


def test_summaries_that_lose_values_lose_the_same_in_any_run(tmp_path: Path) -> None:
    # Rows of all days in one file and in no order, of which few points are kept.
    settings = {"points": 32, "production": str(tmp_path / "all.csv"), "fast": True}
    made = Watched(tmp_path, "", every=2000)
    made.write(*range(4))
    days = sorted((tmp_path / "days").glob("*.parquet"))
    every = pl.concat([pl.read_parquet(path) for path in days])
    every.sample(fraction=1, shuffle=True, seed=1).write_csv(tmp_path / "all.csv")
    once, daily = (
        Watched(tmp_path, str(tmp_path / f"{name}.db"), settings=settings)
        for name in ("once", "daily")
    )
    once.run(until=4)
    for day in range(4):
        daily.run(until=day + 1)
    assert once.kept() == daily.kept()
    assert once.run(until=4).windows["rank_error"][0] > 0.0


def test_a_column_is_new_only_in_windows_that_have_values_in_it(tmp_path: Path) -> None:
    once, daily = (Watched(tmp_path, str(tmp_path / f"{name}.db")) for name in ("once", "daily"))
    once.write(*range(4))
    path = tmp_path / "days" / f"{date(1)}.parquet"
    values = {"^A.$": pl.lit("a"), "none": pl.lit(None, pl.Int64), "nan": pl.lit(float("nan"))}
    pl.read_parquet(path).with_columns(**values).write_parquet(path)
    assert once.run(until=4).results.filter(name="new_column").select(
        "window", "column"
    ).rows() == [(1, "^A.$")]
    for day in range(4):
        found = daily.run(until=day + 1).results.filter(name="new_column")
        assert found["column"].to_list() == (["^A.$"] if day == 1 else [])
    assert once.kept() == daily.kept()


@pytest.mark.parametrize(("every", "count"), [("1w", 4), ("1mo", 1), ("10d", 3)])
def test_windows_of_any_length_follow_each_other(tmp_path: Path, every: str, count: int) -> None:
    settings = {"windows": {"every": every}, "analyses": {"multivariate_drift": None}}
    once, often = (
        Watched(tmp_path, str(tmp_path / f"{name}.db"), every=40, settings=settings)
        for name in ("once", "often")
    )
    once.write(*range(33))
    once.run(until=33)
    for until in (9, 16, 30, 33):
        often.run(until)
    assert often.kept() == once.kept()
    with database.connected(once.url, 10.0) as connection, connection.begin():
        asked = text("SELECT start_us, end_us FROM mmon_windows ORDER BY window_key")
        spans = [tuple(row) for row in connection.execute(asked)]
    assert len(spans) == count
    assert [end for _, end in spans[:-1]] == [start for start, _ in spans[1:]]


def test_times_that_are_none_make_no_windows(watched: Watched) -> None:
    watched.write(*range(3))
    path = watched.folder / "days" / f"{date(0)}.parquet"
    odd = rows(0, 2).with_columns(
        event_time=pl.Series([dt.datetime(1970, 1, 1), dt.datetime(2023, 1, 1)]).dt.cast_time_unit(
            "us"
        )
    )
    pl.concat([rows(0, 300), odd]).write_parquet(path)
    assert watched.run(until=2).windows["rows"].to_list() == [300, 300]
    assert watched.run(until=3).windows["rows"].to_list() == [300]


def test_half_days_and_missing_ones_end_the_same_in_any_run(tmp_path: Path) -> None:
    once, daily = (Watched(tmp_path, str(tmp_path / f"{name}.db")) for name in ("once", "daily"))
    once.write(0, 1, 4)
    for day, is_first in ((2, True), (5, False)):
        path = tmp_path / "days" / f"{date(day)}.parquet"
        half(day, is_first=is_first).write_parquet(path)
    once.run(until=6)
    for day in range(6):
        daily.run(until=day + 1)
    assert daily.kept() == once.kept()


def test_a_report_of_many_windows_draws_those_that_it_shows(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "_DRAWN", 2)
    watched.write(0, 2, 3, 4)
    watched.write(1, shift=2.0)
    report = watched.run(until=5)
    assert {one.window for one in report.document.pictures} == set(range(5))


def test_a_second_run_of_a_day_changes_nothing(watched: Watched) -> None:
    watched.write(*range(3))
    first = watched.run(until=3)
    before = watched.kept()
    again = watched.run(until=3)
    assert watched.kept() == before
    assert again.windows["start"].to_list() == [f"{date(2)}T00:00:00Z"]
    assert again.document.sentence.startswith("no new window; the newest: ")
    newest = first.results.filter(pl.col("window") == 2).with_columns(window=pl.lit(0, pl.Int64))
    assert again.results.equals(newest)


def test_a_window_that_is_lost_comes_back_byte_by_byte(watched: Watched) -> None:
    watched.write(*range(4))
    watched.run(until=4)
    before = watched.kept()
    with database.connected(watched.url, 10.0) as connection, connection.begin():
        newest = "(SELECT MAX(window_key) FROM mmon_windows)"
        connection.execute(text(f"DELETE FROM mmon_windows WHERE window_key = {newest}"))
    assert len(watched.kept()["mmon_windows"]) == 3
    assert watched.run(until=4).windows.height == 1
    assert watched.kept() == before


def test_the_change_is_found_on_its_day(watched: Watched) -> None:
    watched.write(*range(3))
    watched.write(3, 4, shift=2.0)
    report = watched.run(until=5)
    assert report.verdict is Verdict.BREACH
    statuses = dict(report.windows.select("start", "status").iter_rows())
    assert [statuses[f"{date(day)}T00:00:00Z"] for day in range(5)] == [
        *["no_detection"] * 3,
        *["detected"] * 2,
    ]


def test_a_day_of_which_half_of_the_rows_have_no_time_is_no_pass(watched: Watched) -> None:
    watched.write(0, 1)
    assert watched.run(until=1).verdict is Verdict.PASS
    path, is_half = watched.folder / "days" / f"{date(1)}.parquet", pl.int_range(pl.len()) % 2 == 0
    timed = pl.when(is_half).then("event_time")
    pl.read_parquet(path).with_columns(event_time=timed).write_parquet(path)
    report = watched.run(until=2)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "rows have no usable time, and are in no window" in report.document.sentence


def test_a_run_after_days_without_a_row_says_so(watched: Watched) -> None:
    watched.write(0)
    watched.run(until=1)
    told = "no new window but 2 windows without a row since "
    assert watched.run(until=3).document.sentence.startswith(told + date(1))


def test_days_without_a_row_are_not_counted_beyond_a_hundred(watched: Watched) -> None:
    watched.write(0)
    watched.run(until=1)
    told = "no new window but 100 windows without a row since "
    assert watched.run(until=101).document.sentence.startswith(told)
    told = "no new window but more than 100 windows without a row since "
    assert watched.run(until=400).document.sentence.startswith(told)


@pytest.mark.parametrize("rows", [150])
def test_windows_of_rows_are_analysed_once_they_are_full(watched: Watched, rows: int) -> None:
    watched.write(0)
    windows = {"rows": rows}
    assert watched.run(None, windows=windows).windows["rows"].to_list() == [150, 150]
    watched.write(1)
    assert watched.run(None, windows={"rows": rows}).windows.height == 2
    again = watched.run(None, windows={"rows": rows})
    assert again.document.sentence.startswith("no new window")
    assert len(watched.kept()["mmon_windows"]) == 4
