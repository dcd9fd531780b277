"""Of production with limits of time, only what may lie within them is read, with the same results.

Files that are not to be read are damaged: whoever reads one fails.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.comparison import sides
from mmon.errors import DataError, MmonError
from mmon.reports import terminal
from mmon.results import Skipped
from tests.unit.source_files import WRITERS

pytestmark = pytest.mark.slow

FIRST, DAY = dt.datetime(2024, 1, 1), dt.timedelta(days=1)
DAYS, ROWS = 30, 240
LIMITS = {"start": "2024-01-11", "end": "2024-01-13"}
OUTSIDE = "rows_outside_windows"


def frame(day: int, days: int = 1) -> pl.DataFrame:
    """Days of rows, of which those from the twelfth on are larger."""
    random = np.random.default_rng(100 + day)
    count = days * ROWS
    times = [FIRST + day * DAY + i * DAY / ROWS for i in range(count)]
    return pl.DataFrame(
        {
            "id": np.arange(day * ROWS, day * ROWS + count),
            "at": times,
            "x": random.normal(size=count) + 2.0 * (day >= 11),
            "y": random.integers(0, 3, count),
        }
    )


def written(
    folder: Path,
    name: Callable[[int], str],
    change: Callable[[pl.DataFrame], pl.DataFrame] = lambda day: day,
) -> Path:
    """A folder of daily files."""
    frame(-30, 10).write_parquet(folder / "ref.parquet")
    for day in range(DAYS):
        path = folder / "days" / name(day)
        path.parent.mkdir(parents=True, exist_ok=True)
        WRITERS[f"x.{path.suffix[1:]}"](change(frame(day)), path)
    return folder / "days"


def run(production: Path, **changes: Any) -> mmon.Report:
    body: dict[str, Any] = {
        "reference": str(production.parent / "ref.parquet"),
        "production": str(production),
        "columns": {"timestamp": "at", "id": "id"},
        "windows": {"every": "1d", **LIMITS},
        "analyses": {"system_performance": {"expected_rows": ROWS}},
    }
    return mmon.run({**body, **changes})


def told(report: mmon.Report) -> dict[str, Any]:
    """What a run found, but for what is said of rows outside the limits."""
    body = report.document.to_dict()
    parts = ("verdict", "sentence", "windows", "results", "pictures", "activity", "pairs")
    metrics = [one for one in body["metrics"] if one["name"] != OUTSIDE]
    return {"metrics": metrics, **{part: body[part] for part in parts}}


def whole(monkeypatch: pytest.MonkeyPatch, production: Path, **changes: Any) -> dict[str, Any]:
    """What a run finds that reads everything."""
    with monkeypatch.context() as patched:
        patched.setattr(sides, "time_range", lambda *_: None)
        report = run(production, **changes)
    assert report.document.production.skipped is None
    return told(report)


@pytest.mark.parametrize("suffix", ["parquet", "csv", "ndjson", "arrow"])
@pytest.mark.parametrize("name", ["{:%Y-%m-%d}", "date={:%Y-%m-%d}/part-0"])
def test_daily_files_are_chosen_by_name_with_the_same_results(
    suffix: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = written(tmp_path, lambda day: f"{name.format(FIRST + day * DAY)}.{suffix}")
    expected = whole(monkeypatch, days)
    for path in days.rglob(f"*.{suffix}"):
        if not any(f"2024-01-{day}" in str(path) for day in (10, 11, 12, 13)):
            path.write_bytes(b"damaged")
    report = run(days)
    assert told(report) == expected
    assert report.verdict == "breach"
    assert report.windows["is_complete"].to_list() == [True, True]
    skipped = report.document.production.skipped
    assert skipped is not None
    assert (skipped.files, skipped.by_name) == (DAYS, DAYS - 4)


def test_files_and_rows_are_chosen_by_their_times_with_the_same_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = written(tmp_path, lambda day: f"part-{day}.parquet")
    expected = whole(monkeypatch, days)
    report = run(days)
    assert told(report) == expected
    assert report.document.production.skipped == Skipped(DAYS, by_time=DAYS - 3, rows=ROWS - 1)
    # And the rows of one file, where they are sampled by their numbers in it.
    one = tmp_path / "one.parquet"
    frame(0, DAYS).write_parquet(one, row_group_size=100)
    columns = {"timestamp": "at"}
    expected = whole(monkeypatch, one, columns=columns)
    report = run(one, columns=columns)
    assert told(report) == expected
    assert report.document.production.skipped == Skipped(1, rows=(DAYS - 2) * ROWS - 1)


@pytest.mark.parametrize("suffix", ["parquet", "csv", "ndjson"])
def test_names_that_rows_belie_are_not_believed(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They tell when the rows were loaded, a week late."""
    days = written(tmp_path, lambda day: f"{FIRST + (day + 7) * DAY:%Y%m%d}.{suffix}")
    expected = whole(monkeypatch, days)
    report = run(days)
    assert told(report) == expected
    skipped = report.document.production.skipped
    assert skipped == (
        Skipped(DAYS, by_time=DAYS - 3, rows=ROWS - 1) if suffix == "parquet" else None
    )
    late = run(days, windows={"every": "1d", "allowed_lateness": "7d", **LIMITS})
    assert late.document.production.skipped is not None
    assert late.windows["rows"].to_list() == [ROWS, ROWS]


def test_names_that_would_leave_nothing_are_not_believed(tmp_path: Path) -> None:
    days = written(tmp_path, lambda day: f"model=2020-01-0{1 + day % 9}/{day}.csv")
    report = run(days)
    assert report.windows["rows"].to_list() == [ROWS, ROWS]
    assert report.document.production.skipped is None


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
@pytest.mark.parametrize(
    "limits",
    [
        {"start": "2024-03-01"},
        {"end": "2023-12-01"},
        {"start": "2024-01-28"},
        {"end": "2024-01-03"},
        {"start": "2023-12-30", "end": "2024-01-02"},
    ],
    ids=lambda limits: " to ".join(limits.values()),
)
def test_limits_at_the_ends_of_the_data_and_beyond_have_the_same_results(
    limits: dict[str, str], suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = written(tmp_path, lambda day: f"{FIRST + day * DAY:%Y%m%d}.{suffix}")
    windows = {"every": "1d", **limits}
    expected = whole(monkeypatch, days, windows=windows)
    assert told(run(days, windows=windows)) == expected


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda day: day.drop("at"), "has no column 'at', by which windows are cut"),
        (lambda day: day.with_columns(at=pl.lit("soon")), "'soon', which is not a timestamp"),
        (lambda day: day.with_columns(at=pl.col("x")), "Float64|timestamp"),
    ],
    ids=["no times", "no time", "numbers"],
)
def test_files_that_do_not_tell_the_time_end_as_they_do_when_all_are_read(
    change: Callable[[pl.DataFrame], pl.DataFrame],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    days = written(tmp_path, lambda day: f"{FIRST + day * DAY:%Y-%m-%d}.csv", change)
    with pytest.raises(MmonError) as pruned:
        run(days)
    with monkeypatch.context() as patched:
        patched.setattr(sides, "time_range", lambda *_: None)
        with pytest.raises(MmonError) as all_read:
            run(days)
    assert str(pruned.value) == str(all_read.value)
    assert re.search(says, str(pruned.value))


def test_production_without_the_column_of_times_is_a_fault_of_the_data(tmp_path: Path) -> None:
    days = written(
        tmp_path, lambda day: f"{FIRST + day * DAY:%Y-%m-%d}.csv", lambda d: d.drop("at")
    )
    with pytest.raises(DataError, match=r"days.* has no column 'at', by which windows are cut"):
        run(days)


def test_all_files_are_read_where_these_tell_days_from_months(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_text(day: pl.DataFrame) -> pl.DataFrame:
        return day.with_columns(pl.col("at").dt.strftime("%d/%m/%Y %H:%M:%S"))

    limits = {"every": "1d", "start": "2024-01-05", "end": "2024-01-07"}
    days = written(tmp_path, lambda day: f"{FIRST + day * DAY:%Y-%m-%d}.csv", as_text)
    expected = whole(monkeypatch, days, windows=limits)
    report = run(days, windows=limits)
    assert told(report) == expected
    assert report.windows["rows"].to_list() == [ROWS, ROWS]


def test_what_was_skipped_is_told_in_every_report(tmp_path: Path) -> None:
    days = written(tmp_path, lambda day: f"{FIRST + day * DAY:%Y-%m-%d}.parquet")
    report = run(days)
    line = "26 of 30 files skipped by the dates in their names, 1 by the times in them"
    assert line in terminal.render(report.document, width=120)
    assert line in report.to_markdown()
    assert line in report.to_html()
    skipped = report.document.to_dict()["production"]["skipped"]
    assert skipped == {"files": 30, "by_name": 26, "by_time": 1, "rows": 239}


def test_labels_of_other_days_are_not_said_to_have_no_prediction(tmp_path: Path) -> None:
    days = written(tmp_path, lambda day: f"{FIRST + day * DAY:%Y-%m-%d}.parquet")
    frame(-30, 10).with_columns(t=pl.col("x") > 0).write_parquet(tmp_path / "ref.parquet")
    labels = frame(0, DAYS).select("id", t=pl.col("x") > 0)
    labels.write_parquet(tmp_path / "labels.parquet")
    settings: dict[str, Any] = {
        "labels": str(tmp_path / "labels.parquet"),
        "columns": {"timestamp": "at", "id": "id", "target": "t", "score": "x"},
        "task": "binary",
    }
    report = run(days, **settings)
    assert "labels_without_prediction" not in report.results["name"].to_list()
    levels = {"labels_without_prediction": {"max": {"detected": 100_000}}}
    judged = run(days, **settings, analyses={"model_performance": {"thresholds": levels}})
    assert judged.document.production.skipped is None
    found = judged.results.filter(pl.col("name") == "labels_without_prediction")
    assert found["value"].to_list() == [0.0]
