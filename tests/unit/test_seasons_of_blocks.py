"""Which blocks of the reference a window is judged against, by its time, and how it says so."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo

import numpy as np
import pytest
from scipy import stats

from mmon.profiles.block_noise import BlockNoise
from mmon.verdict.finding import Finding
from mmon.verdict.own_noise import OwnNoise, key_of
from mmon.verdict.seasons import seasons
from mmon.windows.durations import length_us
from mmon.windows.timestamps import to_us
from tests.quantities import named

MONDAY = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
SALES = Finding(named("total_variation"), 0.3, column="sales")
STILL = Finding(named("total_variation"), 0.3, column="still")


def noise(length: str, count: int, places: int, starts: list[int] | None = None) -> BlockNoise:
    """Of a column that goes round in so many blocks, and of one that does not."""
    rng = np.random.default_rng(count)
    every = length_us(length) if starts is None else 0
    begins = [to_us(MONDAY) + place * every for place in range(count)]
    values = np.abs(0.02 * rng.normal(size=(2, count))) + 0.01
    values[0] += 0.1 * (np.arange(count) % places)
    keys = tuple(map(key_of, (SALES, STILL)))
    at = np.array(starts or begins, dtype=np.int64)
    return BlockNoise(length, "UTC", at, keys, values, np.zeros(2))


def at(days: float) -> int:
    return to_us(MONDAY + dt.timedelta(days=days))


def test_a_window_is_judged_against_blocks_of_its_weekday_where_they_differ():
    known = noise("1d", 112, 7)
    (season,) = seasons(known)
    assert (season.length, season.is_seen.tolist()) == ("1w", [True, False])
    own = OwnNoise(known, at(7 * 30 + 2))
    of_sales, of_still = own.of(SALES), own.of(STILL)
    assert of_sales is not None
    assert of_still is not None
    np.testing.assert_array_equal(of_sales.values, known.values[0, 2::7])
    np.testing.assert_array_equal(of_still.values, known.values[1])
    of_all = own.of_all(SALES)
    assert of_all is not None
    np.testing.assert_array_equal(of_all.values, known.values[0])
    # Far within the range of all days, and far beyond that of Wednesdays.
    odd = dataclasses.replace(SALES, value=0.5)
    assert of_all.p_value(odd) > 0.1
    assert of_sales.p_value(odd) < 1e-4
    assert of_sales.p_value_against(odd, 0.3) > 0.1
    low, high = (f"{one:.3g}" for one in (of_sales.values.min(), of_sales.values.max()))
    assert of_sales.told(odd) == (
        f"hardly beyond what this column does on Wednesdays ({low} to {high} in 16 Wednesdays of"
        " the reference)"
    )


@pytest.mark.parametrize(
    ("length", "count", "places", "words"),
    [
        ("1h", 504, 24, "at this time of day (... in 21 hours of the reference at the same time)"),
        ("6h", 84, 4, "at this time of day (... in 21 windows of the reference at the same time)"),
        ("12h", 224, 14, "at this time of the week (... in 16 windows of the reference at the same"
         " time)"),
    ],
)  # fmt: skip
def test_the_words_say_of_which_blocks(length, count, places, words):
    found = OwnNoise(noise(length, count, places), at(700)).of(SALES)
    assert found is not None
    low, rest = found.told(SALES).split(" (", 1)
    assert f"{low} (... in {rest.split(' in ', 1)[1]}".endswith(words)


def test_a_day_is_taken_before_a_week_that_explains_no_more():
    known = noise("6h", 448, 4)
    assert [one.length for one in seasons(known)] == ["1d"]


@pytest.mark.parametrize(
    ("length", "count", "places"),
    [("1h", 13 * 24, 24), ("1d", 90, 7), ("5h", 504, 24), ("1mo", 60, 12), ("1w", 60, 4)],
)
def test_too_few_of_each_hour_and_windows_that_are_no_part_of_a_season_keep_all(
    length, count, places
):
    known = noise(length, count, places)
    assert seasons(known) == ()
    found = OwnNoise(known, at(700)).of(SALES)
    assert found is not None
    assert len(found.values) == count


def test_blocks_of_rows_have_no_season():
    known = dataclasses.replace(noise("1d", 112, 7), length="5,000 rows", starts=np.arange(112))
    assert seasons(known) == ()


def test_a_phase_with_too_few_blocks_takes_all_of_them():
    known = noise("1d", 112, 7)
    known.values[0, 2::7][:3] = np.nan
    found = OwnNoise(known, at(2)).of(SALES)
    assert found is not None
    assert found.phase is None
    assert len(found.values) == 109


def test_what_rolls_and_a_window_without_a_time_take_all_blocks():
    known = noise("1d", 112, 7)
    for own in (OwnNoise(known), OwnNoise(dataclasses.replace(known, blocks=7), at(2))):
        found = own.of(SALES)
        assert found is not None
        assert len(found.values) == 112


def test_hours_are_those_of_the_clock_of_windows_where_it_is_turned():
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    days = [dt.datetime(2024, 3, 18) + dt.timedelta(days=day) for day in range(28)]
    walls = [day + dt.timedelta(hours=6 * part) for day in days for part in range(4)]
    starts = [to_us(one.replace(tzinfo=zone).astimezone(dt.UTC)) for one in walls]
    known = dataclasses.replace(noise("6h", 112, 4, starts), timezone="Europe/Berlin")
    (season,) = seasons(known)
    assert sorted(set(season.phases.tolist())) == [part * length_us("6h") for part in range(4)]
    summer = to_us(dt.datetime(2024, 7, 1, 12, tzinfo=zone).astimezone(dt.UTC))
    found = OwnNoise(known, summer).of(SALES)
    assert found is not None
    np.testing.assert_array_equal(found.values, known.values[0, 2::4])


def test_a_signed_change_is_judged_beside_the_mean_of_its_phase():
    drop = Finding(named("accuracy"), 0.65, aspect="drop", column="sales")
    one = noise("1d", 112, 7)
    known = dataclasses.replace(one, keys=(key_of(drop), one.keys[1]))
    found = OwnNoise(known, at(3)).of(drop)
    assert found is not None
    assert drop.is_signed
    own = known.values[0, 3::7]
    spread = own.std(ddof=1) * np.sqrt(1 + 1 / 16)
    expected = 2 * stats.t.sf((0.65 - own.mean()) / spread, 15)
    assert found.p_value(drop) == pytest.approx(expected, rel=1e-6)
