"""Windows in which nothing arrived are there to be seen, and judged where rows were expected."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import mmon

DAY = dt.timedelta(days=1)
START = dt.datetime(2024, 1, 1)


def hours(first: dt.datetime, days: float) -> pl.DataFrame:
    count = int(days * 240)
    times = [first + dt.timedelta(seconds=360 * i + 1) for i in range(count)]
    return pl.DataFrame({"event_time": times, "x": [i % 7 for i in range(count)]})


def run(folder: Path, production: pl.DataFrame, **changes: Any) -> mmon.Report:
    hours(START, 10).write_parquet(folder / "ref.parquet")
    production.write_parquet(folder / "cur.parquet")
    body: dict[str, Any] = {
        "reference": str(folder / "ref.parquet"),
        "production": str(folder / "cur.parquet"),
        "columns": {"timestamp": "event_time"},
        "windows": {"every": "1d"},
        "analyses": {"system_performance": {"expected_rows": 240}},
    }
    return mmon.run({**body, **changes})


def completeness(report: mmon.Report) -> list[float]:
    found = report.results.filter(pl.col("name") == "completeness")
    return found.sort("window")["value"].to_list()


def test_a_day_without_rows_between_two_others_is_a_breach(tmp_path):
    later = START + 20 * DAY
    report = run(tmp_path, pl.concat([hours(later, 2), hours(later + 3 * DAY, 1)]))
    assert report.windows["rows"].to_list() == [240, 240, 0, 240]
    assert completeness(report) == [1.0, 1.0, 0.0, 1.0]
    assert report.exit_status == 1
    # Of the empty day nothing else is told: there is nothing to test.
    empty = report.results.filter(pl.col("window") == 2)
    assert set(empty["application"]) == {"system-performance"}


def test_days_that_the_configured_period_lacks_are_told_at_both_ends(tmp_path):
    later = START + 20 * DAY
    windows = {"every": "1d", "start": "2024-01-20", "end": "2024-01-24"}
    report = run(tmp_path, hours(later, 2), windows=windows)
    assert report.windows["rows"].to_list() == [0, 240, 240, 0]


def test_without_expected_rows_an_empty_day_is_told_and_fails_nothing(tmp_path):
    later = START + 20 * DAY
    production = pl.concat([hours(later, 2), hours(later + 3 * DAY, 1)])
    report = run(tmp_path, production, analyses={})
    assert report.windows["rows"].to_list() == [240, 240, 0, 240]
    assert report.exit_status == 0


@pytest.mark.parametrize(("days", "windows"), [(0.01, 2), (0.1, 3)])
def test_stray_times_make_no_thousand_windows_and_few_of_them_none(tmp_path, days, windows):
    stray = hours(dt.datetime(1970, 1, 1), days)
    report = run(tmp_path, pl.concat([stray, hours(START + 20 * DAY, 2)]), analyses={})
    assert report.windows.height == windows


@pytest.mark.parametrize("windows", [{"every": "1d", "start": "2030-01-01"}, {"rows": 100}])
def test_no_rows_at_all_are_a_breach_where_some_were_expected(tmp_path, windows):
    production = hours(START, 1) if "every" in windows else hours(START, 1).clear()
    report = run(tmp_path, production, windows=windows)
    assert completeness(report) == [0.0]
    assert report.exit_status == 1
