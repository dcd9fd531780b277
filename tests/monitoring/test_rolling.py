"""References that roll: the window before, those before it, and those of the same weekday."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.outline.facts import facts
from mmon.profiles.block_noise import BlockNoise
from mmon.reports import terminal
from mmon.results import Verdict
from mmon.verdict.finding import Finding
from mmon.verdict.own_noise import OwnNoise, key_of
from tests.e2e import flights
from tests.monitoring.days import Watched, date, rows
from tests.quantities import named

pytestmark = pytest.mark.slow


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path, str(tmp_path / "history.db"))


# Saturdays and Sundays are others: 1 January 2024 was a Monday.
WEEKEND = (5, 6)
COLUMNS = ("origin", "distance")


def rolling(watched: Watched, **reference: Any) -> Watched:
    path = str(watched.folder / "reference.parquet")
    settings = {**watched.settings, "reference": {"path": path, **reference}}
    return dataclasses.replace(watched, settings=settings)


def weekly(watched: Watched, days: int, *, changed: int = 1_000) -> None:
    """Days of which those of a weekend are larger, from a day on all of them once more."""
    every = [
        rows(day, 300, shift=1.5 * (day % 7 in WEEKEND) + 1.0 * (day >= changed))
        for day in range(-28, days)
    ]
    pl.concat(every[:28]).write_parquet(watched.folder / "reference.parquet")
    (watched.folder / "days").mkdir()
    for day, found in enumerate(every[28:]):
        found.write_parquet(watched.folder / "days" / f"{date(day)}.parquet")


def detected(report: mmon.Report) -> list[str]:
    """The days on which a column drifted."""
    found = report.results.filter(
        (pl.col("name") == "total_variation") & (pl.col("status") == "detected")
    )
    starts = report.windows["start"].to_list()
    return sorted({starts[at][:10] for at in found["window"]})


def test_a_weekly_pattern_is_silent_where_the_reference_is_of_the_same_weekday(
    watched: Watched,
) -> None:
    weekly(watched, 28)
    report = rolling(watched, season="1w").run(until=28)
    # In the first week there is no weekday before: the weekends of the reference are as large.
    assert detected(report) == []
    sources = report.windows["reference"].to_list()
    assert sources[7:] == ["the windows before of the same weekday and hour"] * 21
    assert all(one.endswith(f", for want of {sources[-1]}") for one in sources[:7])


def test_a_change_is_seen_against_the_same_weekday(watched: Watched) -> None:
    weekly(watched, 24, changed=22)
    report = rolling(watched, season="1w").run(until=24)
    assert detected(report) == [date(22), date(23)]
    assert report.verdict is Verdict.BREACH


def test_the_window_before_sees_changes_and_not_what_stays(watched: Watched) -> None:
    watched.write(*range(4))
    watched.write(4, 5, 6, shift=2.0)
    watched.write(7, 8)
    report = rolling(watched, previous=1).run(until=9)
    assert detected(report) == [date(4), date(7)]
    assert report.document.reference.source == "the window before"
    assert report.document.reference.rows == watched.every


def test_windows_before_are_taken_together(watched: Watched) -> None:
    watched.write(*range(10))
    report = rolling(watched, trailing=7).run(until=10)
    assert report.document.reference.rows == 7 * watched.every
    told = "judged against the 7 windows before (3 windows), and "
    assert told in report.to_markdown().replace("\\", "")
    assert told in terminal.render(report.document, width=200)
    assert ("Judged against", "the 7 windows before", "3 windows") in facts(report.document)


@pytest.mark.parametrize("reference", [{"previous": 1}, {"trailing": 3}, {"season": "1w"}])
def test_daily_runs_leave_what_one_run_over_all_days_leaves(
    reference: dict[str, Any], watched: Watched, tmp_path: Path
) -> None:
    watched.write(*range(9))
    daily = rolling(watched, **reference)
    for day in range(9):
        daily.run(until=day + 1)
    once = dataclasses.replace(daily, url=str(tmp_path / "once.db"))
    once.run(until=9)
    left, whole = daily.kept("id", "endpoint_id"), once.kept("id", "endpoint_id")
    for name, found in left.items():
        assert found == whole[name], name


def test_the_weekly_pattern_of_flights_is_silent_against_the_same_weekday(tmp_path: Path) -> None:
    """Saturdays have fewer flights from La Guardia; on the last one JFK is closed, as made up."""
    flights.require()
    hours, minutes = (pl.col("sched_dep_time") // 100, pl.col("sched_dep_time") % 100)
    time = pl.datetime("year", "month", "day", hours, minutes).alias("at")
    every = flights.table().select(time, "origin", "distance").sort("at")
    before, after = dt.datetime(2013, 4, 1), dt.datetime(2013, 6, 1)
    every.filter(pl.col("at") < before).write_parquet(tmp_path / "reference.parquet")
    is_closed = (pl.col("at") >= after) & (pl.col("origin") == "JFK")
    spring = pl.col("at").is_between(before, after + dt.timedelta(1), closed="left")
    every.filter(spring & ~is_closed).write_parquet(tmp_path / "spring.parquet")

    def saturdays(name: str, **reference: Any) -> dict[str, list[float]]:
        report = mmon.run(
            {
                "reference": {"path": str(tmp_path / "reference.parquet"), **reference},
                "production": str(tmp_path / "spring.parquet"),
                "columns": {"timestamp": "at"},
                "windows": {"every": "1d"},
                "history": str(tmp_path / f"{name}.db"),
            },
            until="2013-06-02",
        )
        assert report.windows.height == 62
        found = report.results.filter(pl.col("name") == "total_variation").sort("window")
        own = found.filter(pl.col("window") % 7 == 5)
        return {name: own.filter(pl.col("column") == name)["value"].to_list() for name in COLUMNS}

    fixed, season = saturdays("fixed"), saturdays("season", season="1w")
    assert np.mean(fixed["origin"][1:-1]) > 0.03
    assert np.mean(season["origin"][1:-1]) < 0.01
    assert season["origin"][0] == fixed["origin"][0], "of the first there is no Saturday before"
    assert season["origin"][-1] > 0.25


def days_by_nature(watched: Watched, seed: int, *, bump: float) -> mmon.Report:
    """Each day has a shift of its own of 0.4 sd, those of a weekend 1.5 more, and one a bump."""
    own = np.random.default_rng(seed).normal(0.0, 0.4, 98)
    every = [
        rows(day, 400, shift=1.5 * (day % 7 in WEEKEND) + float(own[day + 56]) + bump * (day == 40))
        for day in range(-56, 42)
    ]
    pl.concat(every[:56]).write_parquet(watched.folder / "reference.parquet")
    (watched.folder / "days").mkdir()
    for day, found in enumerate(every[56:]):
        found.write_parquet(watched.folder / "days" / f"{date(day)}.parquet")
    return rolling(watched, season="1w").run(until=42, fast=True)


def drifted(report: mmon.Report) -> set[int]:
    """The windows in which the distance of a column was told."""
    is_told = pl.col("status").is_in(["potential_detection", "detected"])
    found = report.results.filter((pl.col("name") == "total_variation") & is_told)
    return set(found["window"])


def test_days_that_differ_by_nature_are_no_change_where_a_season_is_named(watched: Watched) -> None:
    report = days_by_nature(watched, 7, bump=4.0)
    assert drifted(report) == {40}
    beside = report.results.filter(pl.col("reason").str.contains("from day to day"))
    assert len(set(beside["window"])) > 10, "many are beyond a level, as days of the reference are"
    known = report.results.filter(pl.col("name") == "reference_blocks")
    assert known["value"].to_list()[-1] == 56


@pytest.mark.simulation
@pytest.mark.parametrize("seed", range(8))
def test_of_a_year_of_such_days_none_is_told(watched: Watched, seed: int) -> None:
    """Of 8 times 42 days; without what days do by themselves about ten of each 42 were."""
    assert drifted(days_by_nature(watched, seed, bump=0.0)) == set()


@pytest.mark.parametrize(("windows", "blocks"), [(1, 28), (7, 28), (27, 28)])
def test_what_windows_do_by_themselves_is_more_against_few_of_them(
    windows: int, blocks: int
) -> None:
    """A day is further from another day than from all of them: of independent days, so much."""
    rng = np.random.default_rng(windows)
    days = rng.normal(size=(200_000, windows + 1))
    against_few = np.std(days[:, 0] - days[:, 1:].mean(axis=1))
    others = rng.normal(0.0, np.sqrt(1.0 / (blocks - 1)), 200_000)
    against_others = np.std(rng.normal(size=200_000) - others)
    distance = Finding(named("total_variation"), 0.2, column="x")
    drop = Finding(named("accuracy"), 0.1, aspect="drop")
    findings = [distance, drop, dataclasses.replace(drop, aspect="value")]
    values = np.abs(rng.normal(size=(3, blocks)))
    keys = tuple(map(key_of, findings))
    fixed = BlockNoise("1d", "UTC", np.arange(blocks), keys, values, np.zeros(3))
    found = dataclasses.replace(fixed, blocks=windows)
    assert found.widening == pytest.approx(against_few / against_others, rel=0.01)
    before, after = ([OwnNoise(one).of(f).values for f in findings] for one in (fixed, found))
    np.testing.assert_allclose(after[0], before[0] * found.widening)
    assert np.std(after[1]) == pytest.approx(np.std(before[1]) * found.widening)
    assert after[1].mean() == pytest.approx(before[1].mean())
    np.testing.assert_array_equal(after[2], before[2])
    np.testing.assert_array_equal(before[0], values[0])


def test_what_lasts_a_night_is_no_lasting_change_where_a_season_is_named(tmp_path: Path) -> None:
    """Only JetBlue departs at night, every night."""
    flights.require()
    hours, minutes = (pl.col("sched_dep_time") // 100, pl.col("sched_dep_time") % 100)
    time = pl.datetime("year", "month", "day", hours, minutes).alias("at")
    every = flights.table().select(time, "carrier").sort("at")
    first = dt.datetime(2013, 4, 1)
    every.filter(pl.col("at") < first).write_parquet(tmp_path / "reference.parquet")
    every.filter(pl.col("at") >= first).write_parquet(tmp_path / "spring.parquet")
    settings = {
        "reference": {"path": str(tmp_path / "reference.parquet"), "season": "1w"},
        "production": str(tmp_path / "spring.parquet"),
        "columns": {"timestamp": "at"},
        "windows": {"every": "1h"},
        "history": str(tmp_path / "history.db"),
        "fast": True,
    }
    assert lasting(mmon.run(settings, until="2013-04-04")) == []


def test_what_lasts_longer_than_a_season_is_told(watched: Watched) -> None:
    """A shift by one from Monday on: with the weekend before a week has passed on Friday."""
    every = [
        rows(day, 300, shift=0.3 * (day % 7 in WEEKEND) + 1.0 * (day >= 7))
        for day in range(-28, 18)
    ]
    pl.concat(every[:28]).write_parquet(watched.folder / "reference.parquet")
    (watched.folder / "days").mkdir()
    for day, found in enumerate(every[28:]):
        found.write_parquet(watched.folder / "days" / f"{date(day)}.parquet")
    assert lasting(rolling(watched, season="1w").run(until=18)) == [
        date(day) for day in range(11, 18)
    ]


def lasting(report: mmon.Report) -> list[str]:
    """The days on which a lasting drift was told."""
    is_told = pl.col("status").is_in(["potential_detection", "detected"])
    found = report.results.filter((pl.col("name") == "lasting_drift") & is_told)
    starts = report.windows["start"].to_list()
    return sorted({starts[at][:10] for at in found["window"]})
