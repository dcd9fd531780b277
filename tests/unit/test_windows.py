"""Windows against oracles that walk the clock minute by minute, and against calendars."""

from __future__ import annotations

import bisect
import calendar
import functools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmon.config.windows import Windows
from mmon.windows.cut import RowCut, WindowCut

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STEPS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(1), "w": timedelta(7)}


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def cut(every: str | None = None, **settings_: str) -> WindowCut:
    return WindowCut.of(Windows.model_validate({"every": every, **settings_}))


def one(windows: WindowCut, moment: datetime) -> tuple[datetime | None, datetime | None]:
    """The bounds of the window that holds one timestamp."""
    key = windows.assign(pl.Series([moment]))[0]
    return windows.bounds(key)


@functools.cache
def walk(zone: ZoneInfo, first: datetime, days: int) -> list[tuple[datetime, datetime]]:
    """Every minute of some days, with what the wall clock of ``zone`` shows."""
    moments = [first + k * MINUTE for k in range(days * 1440)]
    return [(moment, moment.astimezone(zone).replace(tzinfo=None)) for moment in moments]


def walked_boundaries(
    minutes: list[tuple[datetime, datetime]], every: timedelta, anchor: datetime
) -> list[datetime]:
    """Boundaries found by watching the wall clock minute by minute."""
    found = []
    before = highest = minutes[0][1]
    for moment, wall in minutes[1:]:
        since = highest
        if every <= timedelta(hours=1):
            # An hour that is shown again starts anew for short windows; for long ones it is over.
            since = before if wall > before else wall - MINUTE
        if (wall - anchor) // every > (since - anchor) // every:
            found.append(moment)
        before, highest = wall, max(highest, wall)
    return found


SWITCHES = [
    ("Europe/Berlin", datetime(2024, 3, 31, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2024, 10, 27, tzinfo=UTC)),
    ("America/New_York", datetime(2023, 3, 12, tzinfo=UTC)),
    ("America/New_York", datetime(2023, 11, 5, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2024, 4, 6, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2024, 10, 5, tzinfo=UTC)),
    ("Asia/Kolkata", datetime(2024, 10, 5, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2018, 11, 4, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, tzinfo=UTC)),
    ("Europe/Berlin", datetime(1965, 7, 1, tzinfo=UTC)),
]


@pytest.mark.slow
@pytest.mark.parametrize("every", ["10m", "20m", "45m", "1h", "90m", "2h", "3h", "6h", "1d", "2d"])
@pytest.mark.parametrize(("timezone", "day"), SWITCHES, ids=[f"{z}-{d:%F}" for z, d in SWITCHES])
@pytest.mark.parametrize("start", [None, "1960-01-05T02:30"])
def test_windows_follow_the_wall_clock_over_a_switch(
    every: str, timezone: str, day: datetime, start: str | None
) -> None:
    zone = ZoneInfo(timezone)
    anchor = datetime(1970, 1, 1) if start is None else datetime.fromisoformat(start)
    step = STEPS[every[-1]] * int(every[:-1])
    known = walked_boundaries(walk(zone, day - timedelta(days=4), 9), step, anchor)
    windows = cut(every, timezone=timezone, **({} if start is None else {"start": start}))

    moments = [day - timedelta(days=1) + 19 * k * MINUTE for k in range(3 * 1440 // 19)]
    moments += [b for b in known if abs(b - day) < timedelta(days=1, hours=12)]
    moments += [m - timedelta(microseconds=1) for m in moments]
    keys = windows.assign(pl.Series(moments, dtype=pl.Datetime("us", "UTC")))
    bounds = {key: windows.bounds(key) for key in set(keys)}

    for moment, key in zip(moments, keys, strict=True):
        right = bisect.bisect_right(known, moment)
        assert bounds[key] == (known[right - 1], known[right])
        assert key == micros(known[right - 1])


@pytest.mark.parametrize(
    ("timezone", "noon", "hours"),
    [
        ("Europe/Berlin", datetime(2024, 3, 31, 12), 23),
        ("Europe/Berlin", datetime(2024, 10, 27, 12), 25),
        ("America/New_York", datetime(2024, 3, 10, 12), 23),
        ("America/New_York", datetime(2024, 11, 3, 12), 25),
        ("UTC", datetime(2024, 3, 31, 12), 24),
    ],
)
def test_a_day_is_as_long_as_the_clock_says(timezone: str, noon: datetime, hours: int) -> None:
    begin, end = one(cut("1d", timezone=timezone), noon)
    assert begin is not None
    assert end is not None
    assert end - begin == timedelta(hours=hours)
    assert begin.astimezone(ZoneInfo(timezone)).replace(tzinfo=None) == noon.replace(hour=0)


def month_starts(anchor: datetime, months: int) -> Iterator[datetime]:
    """Every ``months``-th month from 1900 on, from ``anchor``; a missing day is the last."""
    phase = (anchor.year * 12 + anchor.month - 1) % months
    for number in range(1900 * 12, 2100 * 12):
        year, month = divmod(number, 12)
        if number % months == phase:
            day = min(anchor.day, calendar.monthrange(year, month + 1)[1])
            yield anchor.replace(year=year, month=month + 1, day=day)


@pytest.mark.parametrize("months", [1, 2, 3, 5, 12])
@pytest.mark.parametrize("start", [None, "1904-01-31", "1904-02-29T06:30"])
@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_months_are_calendar_months_from_the_anchor(
    months: int, start: str | None, timezone: str
) -> None:
    zone = ZoneInfo(timezone)
    anchor = datetime(1970, 1, 1) if start is None else datetime.fromisoformat(start)
    known = [m.replace(tzinfo=zone).astimezone(UTC) for m in month_starts(anchor, months)]
    windows = cut(f"{months}mo", timezone=timezone, **({} if start is None else {"start": start}))

    rng = np.random.default_rng(3)
    span = (micros(datetime(1905, 1, 1, tzinfo=UTC)), micros(datetime(2090, 1, 1, tzinfo=UTC)))
    moments = [EPOCH + timedelta(microseconds=int(t)) for t in rng.integers(*span, 300)]
    moments += [b for b in known if b.year in (1905, 1968, 1970, 2000, 2023, 2024)]
    keys = windows.assign(pl.Series(moments, dtype=pl.Datetime("us", "UTC")))
    bounds = {key: windows.bounds(key) for key in set(keys)}

    for moment, key in zip(moments, keys, strict=True):
        right = bisect.bisect_right(known, moment)
        assert bounds[key] == (known[right - 1], known[right])


@pytest.mark.slow
@given(
    st.lists(st.integers(-(2**52), 2**52), min_size=1, max_size=20),
    st.sampled_from(["1m", "7m", "1h", "5h", "1d", "3d", "1w", "2w"]),
    st.sampled_from([None, "1969-11-05T10:20:30.000001", "2031-01-01"]),
)
def test_fixed_windows_are_floors_of_exact_integers(
    times: list[int], every: str, start: str | None
) -> None:
    step = STEPS[every[-1]] * int(every[:-1]) // timedelta(microseconds=1)
    epoch = datetime(1969, 12, 29) if every[-1] == "w" else datetime(1970, 1, 1)
    anchor = micros((datetime.fromisoformat(start) if start else epoch).replace(tzinfo=UTC))
    windows = cut(every, **({} if start is None else {"start": start}))
    keys = windows.assign(pl.Series(times, dtype=pl.Int64).cast(pl.Datetime("us")))
    for time, key in zip(times, keys, strict=True):
        if start is not None and time < anchor:
            assert key is None
        else:
            assert key == anchor + (time - anchor) // step * step
            assert key <= time < key + step


@pytest.mark.slow
@settings(deadline=None)
@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2037, 12, 31)),
    st.sampled_from(["15m", "1h", "4h", "1d", "1w", "1mo", "3mo"]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Asia/Tehran"]),
)
def test_every_time_lies_in_its_window_and_windows_do_not_overlap(
    moment: datetime, every: str, timezone: str
) -> None:
    windows = cut(every, timezone=timezone)
    aware = moment.replace(tzinfo=UTC)
    begin, end = one(windows, aware)
    assert begin is not None
    assert end is not None
    assert begin <= aware < end
    # The neighbours begin and end where this one does.
    assert one(windows, begin) == (begin, end)
    assert one(windows, begin - timedelta(microseconds=1))[1] == begin
    assert one(windows, end)[0] == end


def test_weeks_begin_on_monday() -> None:
    begin, end = one(cut("1w"), datetime(2024, 5, 16, 9))
    assert (begin, end) == (
        datetime(2024, 5, 13, tzinfo=UTC),
        datetime(2024, 5, 20, tzinfo=UTC),
    )


def test_a_row_exactly_at_a_boundary_belongs_to_the_window_that_begins_there() -> None:
    windows = cut("1h")
    assert one(windows, datetime(2024, 5, 16, 9))[0] == datetime(2024, 5, 16, 9, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.parametrize(("every", "days"), [("1m", 2), ("1d", 30), ("1mo", 30)])
@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin"])
def test_rows_outside_the_limits_are_in_no_window(every: str, days: int, timezone: str) -> None:
    start = datetime(2024, 1, 31, tzinfo=ZoneInfo(timezone))
    end = datetime(2024, 1, 31, 12, tzinfo=UTC) + timedelta(days=days)
    windows = cut(every, timezone=timezone, start="2024-01-31", end=end.isoformat())
    tick = timedelta(microseconds=1)
    times = pl.Series([start - tick, start, end - tick, end], dtype=pl.Datetime("us", "UTC"))
    keys = windows.assign(times)
    assert keys.is_null().to_list() == [True, False, False, True]
    assert windows.bounds(keys[1])[0] == start
    assert windows.bounds(keys[2])[1] == end


def test_limits_without_a_length_make_one_window() -> None:
    windows = cut(start="2024-01-01", end="2025-01-01")
    times = pl.Series([datetime(2024, 1, 1), datetime(2024, 1, 2), datetime(2025, 1, 1)])
    keys = windows.assign(times)
    assert keys.is_null().to_list() == [False, False, True]
    assert keys[0] == keys[1]
    year = (datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))
    assert windows.bounds(keys[1]) == year


def test_one_window_without_limits_has_no_bounds() -> None:
    windows = cut()
    key = windows.assign(pl.Series([datetime(2024, 1, 1)]))[0]
    assert windows.bounds(key) == (None, None)


@pytest.mark.slow
@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize("every", ["1m", "1h", "1d", "1mo"])
def test_an_outlier_costs_no_time_in_between(every: str, timezone: str) -> None:
    times = pl.Series([datetime(1001, 1, 1), datetime(2024, 5, 16, 9, 30), datetime(8999, 1, 2)])
    windows = cut(every, timezone=timezone)
    keys = windows.assign(times)
    for time, key in zip(windows.instants(times), keys, strict=True):
        begin, end = windows.bounds(key)
        assert begin is not None
        assert end is not None
        assert micros(begin) <= time < micros(end)
    assert windows._boundaries_around(np.array([-(10**16), 10**17])).size < 60_000


def test_a_second_reading_of_a_repeated_hour_can_be_the_start() -> None:
    windows = cut("1d", timezone="Europe/Berlin", start="2024-10-27T02:30:00+01:00")
    start = datetime(2024, 10, 27, 1, 30, tzinfo=UTC)
    assert one(windows, start + MINUTE) == (start, datetime(2024, 10, 28, 1, 30, tzinfo=UTC))


def test_the_longest_window_has_bounds() -> None:
    begin, end = one(cut("1200mo"), datetime(2024, 1, 1))
    assert (begin, end) == (datetime(1970, 1, 1, tzinfo=UTC), datetime(2070, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("rows", [1, 3, 5000])
def test_row_windows_do_not_depend_on_how_the_data_is_cut_into_batches(rows: int) -> None:
    whole = RowCut(rows).assign(0, 12_345)
    parts = [RowCut(rows).assign(0, 17), RowCut(rows).assign(17, 12_328)]
    assert np.array_equal(np.concatenate(parts), whole)
    assert whole.dtype == np.int64
    assert np.bincount(whole)[:-1].tolist() == [rows] * (whole[-1])


@pytest.mark.parametrize("build", [pl.Series.sort, lambda times: times.sample(fraction=1, seed=1)])
def test_the_order_of_rows_does_not_matter(build: Callable[[pl.Series], pl.Series]) -> None:
    rng = np.random.default_rng(0)
    times = pl.Series(rng.integers(10**15, 2 * 10**15, 5000)).cast(pl.Datetime("us", "UTC"))
    windows = cut("1d", timezone="Europe/Berlin")
    alone = dict(zip(times, windows.assign(times), strict=True))
    again = build(times)
    assert [alone[time] for time in again] == windows.assign(again).to_list()
