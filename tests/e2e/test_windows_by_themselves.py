"""What windows do by themselves, from data to reports: with too few of them, and in a baseline."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.api import make_baseline
from mmon.outline.facts import facts
from mmon.profiles import baseline
from mmon.results import Status, Verdict
from tests.profiles.outcome_rows import unlike

START = dt.datetime(2024, 1, 1)
ROWS = 300
NAMES = ("total_variation", "ks", "reference_blocks")


def days(count: int, *, first: int = 0, size: float = 0.6, moved: float = 0.0) -> pl.DataFrame:
    """Days each of which has a mean of its own, in two columns; the last one may have moved."""
    rng = np.random.default_rng([first, 5])
    mean = np.repeat(size * rng.normal(size=count), ROWS)
    mean[-ROWS:] += moved
    return pl.DataFrame(
        {
            "time": [
                START + dt.timedelta(days=first + day, minutes=4 * row)
                for day in range(count)
                for row in range(ROWS)
            ],
            "sales": mean + rng.normal(size=count * ROWS),
            "still": rng.normal(size=count * ROWS),
        }
    )


@pytest.mark.slow
def test_days_that_differ_by_nature_pass_and_say_so():
    report = mmon.compare(days(40), days(12, first=40), windows={"every": "1d"})
    assert report.verdict is Verdict.PASS
    usual = [
        one
        for one in report.document.results
        if one.name == "total_variation" and one.reason and "from day to day" in one.reason
    ]
    assert {one.column for one in usual} == {"sales"}
    assert all(one.status is Status.NO_DETECTION for one in usual)
    assert usual[0].reason is not None
    assert usual[0].reason.startswith("within what this column does from day to day (")
    assert " in 40 days of the reference)" in usual[0].reason
    words = "within what this column does from day to day"
    assert words in " ".join(str(report).split())
    assert words in report.to_markdown()
    assert "within what this column does from day to day" in report.to_html()
    (told,) = (one for one in report.document.results if one.name == "reference_blocks")
    assert (told.value, told.reason) == (40.0, None)
    learned = ("Noise of windows", "learned from 40 windows of the reference", "")
    assert learned in facts(report.document)


@pytest.mark.slow
def test_a_day_that_changed_is_detected_beside_them():
    after = days(12, first=40, moved=4.0)
    report = mmon.compare(days(40), after, windows={"every": "1d", "judge": "last"})
    assert report.verdict is Verdict.BREACH
    assert "sales" in report.document.sentence


def test_too_few_days_are_told_once_and_only_chance_among_rows_counts():
    report = mmon.compare(days(13), days(5, first=13), windows={"every": "1d"})
    assert report.verdict is Verdict.BREACH
    words = (
        "what columns do by themselves from day to day is not known: the reference has fewer than"
        " 14 complete windows of 1d"
    )
    for text in (str(report), report.to_markdown()):
        assert " ".join(text.split()).count(words) == 1
    assert words in " ".join(report.to_html().split())


@pytest.mark.parametrize("windows", [{"rows": ROWS}, {"every": "1d", "timezone": "Asia/Kolkata"}])
def test_windows_of_rows_and_of_other_clocks_have_blocks_too(windows):
    report = mmon.compare(days(20), days(3, first=20), windows=windows)
    (told,) = (one for one in report.document.results if one.name == "reference_blocks")
    assert told.value is not None
    assert told.value >= 19.0


def test_without_windows_nothing_is_said_of_them():
    report = mmon.compare(days(20), days(3, first=20))
    assert all(one.name != "reference_blocks" for one in report.document.results)


@pytest.mark.slow
def test_the_newest_blocks_of_very_many_are_looked_at():
    report = mmon.compare(days(40), days(1, first=40), windows={"every": "1h"})
    (told,) = (one for one in report.document.results if one.name == "reference_blocks")
    # Of a day's last four hours nothing came: of 512 hours these are no blocks.
    assert told.value is not None
    assert 400.0 < told.value < 440.0


def configured(tmp_path: Path, every: str = "1d") -> Path:
    path = tmp_path / "mmon.yaml"
    path.write_text(
        f"reference: {tmp_path}/ref.parquet\nproduction: {tmp_path}/cur.parquet\n"
        f"windows: {{every: {every}}}\n"
    )
    return path


@pytest.mark.slow
def test_a_baseline_that_was_made_with_the_windows_holds_them(tmp_path):
    days(40).write_parquet(tmp_path / "ref.parquet")
    days(6, first=40).write_parquet(tmp_path / "cur.parquet")
    config, file = configured(tmp_path), tmp_path / "ref.mmon"
    made = make_baseline(str(tmp_path / "ref.parquet"), file, config_path=str(config))
    assert unlike(baseline.load(file).noise, made.noise) == []
    found = [
        [row for row in json.loads(report.to_json())["results"] if row["kind"] == "data_quality"]
        + [row for row in json.loads(report.to_json())["results"] if row["name"] in NAMES]
        for report in (mmon.run(config), mmon.run(config, reference=str(file)))
    ]
    assert found[0] == found[1]
    assert any("from day to day" in (row["reason"] or "") for row in found[0])
    other = mmon.run(configured(tmp_path, "12h"), reference=str(file))
    (told,) = (one for one in other.document.results if one.name == "reference_blocks")
    assert told.value == 0.0
    assert told.reason is not None
    assert told.reason.endswith("summarised without windows of 12h; name them in --config")
