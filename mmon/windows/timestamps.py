"""Turns timestamps of every form into instants: microseconds since 1970-01-01 UTC."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta, tzinfo

import polars as pl

from mmon.errors import ConfigError, DataError, closest

EPOCH = datetime(1970, 1, 1)
US = timedelta(microseconds=1)
DAY_US = timedelta(1) // US

# Placeholders such as 0001-01-01 and 9999-12-31 are no event times; it also keeps every boundary,
# a window of up to a century away, inside what Python's datetime can hold.
FIRST_US = (datetime(1000, 1, 1) - EPOCH) // US
LAST_US = (datetime(9000, 1, 1) - EPOCH) // US

# Names that mean another zone on another machine; Polars does not know them.
_LOCAL = frozenset({"localtime", "Factory"})

# Ten thousand years and more: clips values that would overflow int64 in microseconds.
_MANY = 4_000_000
_MANY_MS = _MANY * DAY_US // 1000


def to_instants(times: pl.Series, timezone: str) -> pl.Series:
    """(n,) Int64, timestamps as microseconds since 1970-01-01 UTC, rounded down.

    They are dates, each of which is the instant at which its day begins, or Datetimes of any unit
    and zone; those without one are of ``timezone``, an IANA name. Null where the time is null or
    outside the years 1000 to 8999.

    Raises
    ------
    DataError
        When the values are not timestamps.
    """
    match times.dtype:
        case pl.Null():
            micros = times.cast(pl.Int64)
        case pl.Date():
            micros = times.cast(pl.Int64).clip(-_MANY, _MANY) * DAY_US
        case pl.Datetime(time_unit="ns"):
            # Rounded down: a nanosecond before a boundary is before it.
            micros = times.to_physical() // 1000
        case pl.Datetime(time_unit="ms"):
            micros = times.to_physical().clip(-_MANY_MS, _MANY_MS) * 1000
        case pl.Datetime():
            micros = times.to_physical()
        case _:
            raise DataError(
                f"column {times.name!r} holds {times.dtype} values, not timestamps",
                hint="windows need dates or times",
            )
    micros = micros.set(~micros.is_between(FIRST_US, LAST_US, closed="left"), None)
    if timezone != "UTC" and getattr(times.dtype, "time_zone", None) is None:
        micros = _from_wall(micros, timezone)
    return micros.alias(times.name)


def time_zone(name: str) -> tzinfo:
    """The zone of an IANA name.

    Raises
    ------
    ConfigError
        When there is none.
    """
    if name == "UTC":
        return UTC
    try:
        if name in _LOCAL:
            raise ValueError(name)
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = zoneinfo.available_timezones()
        hint = closest(name, known, "use an IANA name such as Europe/Berlin")
        raise ConfigError(f"unknown timezone {name!r}", hint=hint) from None


def to_instant(wall: datetime, zone: tzinfo, fold: int) -> int:
    """The instant of a wall-clock time, in microseconds since the epoch.

    A time that is shown twice is its first instant (``fold`` 0) or its second; one that is skipped
    is the instant of the switch.
    """
    first, second = (
        (wall.replace(tzinfo=zone, fold=side).astimezone(UTC).replace(tzinfo=None) - EPOCH) // US
        for side in (0, 1)
    )
    if first <= second:
        return second if fold else first
    # PEP 495: in a gap the two readings lie on either side of the switch.
    before, after = second, first
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (before, middle) if wall_clock(middle, zone) >= wall else (middle, after)
    return after


def wall_clock(micros: int, zone: tzinfo) -> datetime:
    """What a clock in the zone shows at an instant, without a zone."""
    return to_naive(micros).replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def clock_us(micros: int, zone: tzinfo) -> int:
    """What a clock in the zone shows at an instant, in microseconds since it showed 1970-01-01."""
    return (wall_clock(micros, zone) - EPOCH) // US


def to_naive(micros: int) -> datetime:
    """Microseconds since 1970-01-01 as a datetime without a zone."""
    return EPOCH + micros * US


def to_utc(micros: int | None) -> datetime | None:
    """Microseconds since 1970-01-01 as a datetime in UTC; None stays None."""
    return None if micros is None else to_naive(micros).replace(tzinfo=UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC, as everywhere in the result document."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def to_us(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC of a time in UTC."""
    return (moment.replace(tzinfo=None) - EPOCH) // US


def _from_wall(micros: pl.Series, timezone: str) -> pl.Series:
    """Instants of wall-clock times; see `to_instant` for those shown twice or never."""
    walls = micros.cast(pl.Datetime("us"))
    instants: pl.Series = walls.dt.replace_time_zone(
        timezone, ambiguous="earliest", non_existent="null"
    ).to_physical()
    skipped = instants.is_null() & micros.is_not_null()
    if not skipped.any():
        return instants
    missing = micros.filter(skipped).unique()
    zone = time_zone(timezone)
    found = [to_instant(to_naive(wall), zone, 0) for wall in missing]
    return micros.replace_strict(missing, found, default=instants, return_dtype=pl.Int64)
