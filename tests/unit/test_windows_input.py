"""What windows are cut by: timestamps of every form, and settings, right and wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from mmon.config.windows import Windows
from mmon.errors import ConfigError, DataError
from mmon.windows.cut import WindowCut

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def cut(every: str | None = None, **settings_: str) -> WindowCut:
    return WindowCut.of(Windows.model_validate({"every": every, **settings_}))


def one(windows: WindowCut, moment: datetime) -> tuple[datetime | None, datetime | None]:
    """The bounds of the window that holds one timestamp."""
    key = windows.assign(pl.Series([moment]))[0]
    return windows.bounds(key)


@pytest.mark.parametrize("unit", ["ns", "us", "ms"])
def test_the_unit_of_a_timestamp_changes_nothing(unit: str) -> None:
    times = pl.Series([datetime(1969, 12, 31, 23), datetime(2024, 2, 29, 12), None])
    keys = cut("1d").assign(times.cast(pl.Datetime(unit)))  # type: ignore[arg-type]  # a time unit
    expected = [datetime(1969, 12, 31, tzinfo=UTC), datetime(2024, 2, 29, tzinfo=UTC)]
    assert keys.to_list() == [*map(micros, expected), None]


@pytest.mark.parametrize("every", ["1h", "1mo"])
def test_a_nanosecond_before_a_boundary_is_before_it(every: str) -> None:
    boundary = micros(datetime(1968, 6, 1, tzinfo=UTC)) * 1000
    times = pl.Series([boundary - 1, boundary]).cast(pl.Datetime("ns"))
    keys = cut(every).assign(times)
    assert keys[0] < keys[1] == boundary // 1000


def test_aware_and_naive_timestamps_meet_in_the_zone_of_the_windows() -> None:
    windows = cut("1d", timezone="America/New_York")
    naive = pl.Series([datetime(2024, 7, 1, 23)])
    aware = naive.dt.replace_time_zone("America/New_York").dt.convert_time_zone("Asia/Tokyo")
    assert windows.assign(naive).to_list() == windows.assign(aware).to_list()
    assert windows.bounds(windows.assign(naive)[0])[0] == datetime(2024, 7, 1, 4, tzinfo=UTC)


def test_naive_times_that_the_clock_skips_or_repeats_lose_no_row() -> None:
    windows = cut("1h", timezone="Europe/Berlin")
    times = pl.Series([datetime(2024, 3, 31, 2, 30), datetime(2024, 10, 27, 2, 30), None])
    assert windows.instants(times).to_list() == [
        micros(datetime(2024, 3, 31, 1, tzinfo=UTC)),
        micros(datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),
        None,
    ]


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin", "Pacific/Auckland"])
def test_a_date_is_the_day_that_begins_at_its_midnight(timezone: str) -> None:
    zone = ZoneInfo(timezone)
    days = pl.Series([date(2024, 1, 1), date(2024, 1, 31), date(2024, 2, 1), None])
    midnights = days.cast(pl.Datetime("us"))
    january, february = (micros(datetime(2024, m, 1, tzinfo=zone)) for m in (1, 2))
    windows = cut("1mo", timezone=timezone)
    assert windows.assign(days).to_list() == [january, january, february, None]
    assert windows.assign(midnights).to_list() == [january, january, february, None]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (pl.Series("t", [1, 2]), "column 't' holds Int64 values, not timestamps"),
        (pl.Series("t", [1.5]), "column 't' holds Float64 values, not timestamps"),
        (pl.Series("t", [True]), "column 't' holds Boolean values, not timestamps"),
        (pl.Series("t", ["2024-01-01"]), "column 't' holds String values, not timestamps"),
        (pl.Series("t", [timedelta(1)]), "not timestamps"),
    ],
)
def test_other_values_are_refused(values: pl.Series, told: str) -> None:
    with pytest.raises(DataError, match=told) as caught:
        cut("1d").assign(values)
    assert caught.value.hint is not None


@pytest.mark.parametrize("values", [pl.Series("t", [], dtype=pl.Datetime), pl.Series([None, None])])
@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize("every", ["1h", "1mo", None])
def test_no_time_is_in_no_window(values: pl.Series, timezone: str, every: str | None) -> None:
    keys = cut(every, timezone=timezone).assign(values)
    assert keys.dtype == pl.Int64
    assert keys.to_list() == [None] * values.len()


@pytest.mark.parametrize("unit", ["us", "ms"])
@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin"])
def test_placeholder_dates_are_in_no_window(unit: str, timezone: str) -> None:
    times = pl.Series([datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59), datetime(2024, 1, 1)])
    far = pl.Series([2**62, -(2**62)]).cast(pl.Datetime(unit))  # type: ignore[arg-type]  # a time unit
    windows = cut("1mo", timezone=timezone)
    both = pl.concat([times.cast(far.dtype), far])
    assert windows.assign(both).is_null().to_list() == [True, True, False, True, True]
    days = pl.Series([-(2**30), 2**30, 0], dtype=pl.Int32).cast(pl.Date)
    assert windows.assign(days).is_null().to_list() == [True, True, False]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"timezone": "Europe/Berlim"}, "unknown timezone 'Europe/Berlim'.*'Europe/Berlin'"),
        ({"timezone": "Europe"}, "unknown timezone 'Europe'"),
        ({"timezone": ""}, "unknown timezone ''"),
        ({"timezone": "localtime"}, "unknown timezone 'localtime'"),
        ({"timezone": "../etc/passwd"}, "unknown timezone"),
        ({"start": "yesterday"}, "start 'yesterday' is not a date or time"),
        ({"end": "2024-02-30"}, "end '2024-02-30' is not a date or time"),
        ({"start": "2024-01-02", "end": "2024-01-02"}, "is not before end"),
        ({"start": "2024-01-01T00:00Z", "end": "2024-01-01T00:30+01:00"}, "is not before end"),
        ({"start": "0001-01-01"}, "outside the years"),
        ({"end": "9999-12-31"}, "outside the years"),
        ({"every": "1201mo"}, "longer than a century"),
        ({"every": "99999999999999999999d"}, "longer than a century"),
    ],
)
def test_a_wrong_setting_is_a_configuration_error(wrong: dict[str, str], told: str) -> None:
    # Built without validation: the cut relies on no check of the configuration's.
    settings_ = Windows.model_construct(None, **{"every": "1d", **wrong})
    with pytest.raises(ConfigError, match=told):
        WindowCut.of(settings_)
