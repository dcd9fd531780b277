"""The rows of a file that are read: those from the first to the last of the time asked for.

Polars finds them by the column of time alone, and reads of that only what the statistics of the
file's row groups leave open; of a table, those of its log. It is the times that decide, so that a
file without statistics is merely read.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools

import polars as pl

from mmon.profiles.recognition.spelling import by_name
from mmon.sources.dtypes import TIMES, is_instant
from mmon.sources.errors import reading
from mmon.sources.formats import Described
from mmon.sources.time_range import TimeRange
from mmon.windows.timestamps import DAY_US, US, time_zone, to_naive, to_us, wall_clock

# What nanoseconds since 1970 can count, and any table has; beyond it the range is open.
_FIRST_US, _LAST_US = (to_us(dt.datetime(year, 1, 1)) for year in (1700, 2200))
_TURNED = 2 * DAY_US  # no clock is turned by as much, or twice in that time


def narrowed(one: Described, between: TimeRange) -> Described:
    """A part of which the rows from the first to the last of the time asked for are read.

    It is read as a whole where its times are not known to tell: in a text format, without the
    column of time, where that holds anything but times, and where it lacks values that may be of
    the time asked for.

    Raises
    ------
    DataError
        When the file cannot be read.
    """
    dtype = one.schema.get(between.column or "")
    if one.part.format.is_text or not isinstance(dtype, TIMES):
        return one
    number = max(one.schema, key=len) + "_number"  # a name that no column has
    time, place = by_name(str(between.column)), by_name(number)
    low, high = _bounds(between, dtype)
    is_in = (pl.lit(True) if low is None else time >= low) & (
        pl.lit(True) if high is None else time <= high
    )
    wanted = is_in | time.is_null()
    if one.part.format.IS_TABLE:
        return _of_table(one, time, wanted, None if high is None else time > high)
    times = one.scan(one.schema).select(time)
    every = times.with_row_index(number) if one.numbered is None else one.numbered(number)
    own = place.filter(is_in)
    found = every.filter(wanted).select(
        first=own.min(), last=own.max(), has_gaps=time.is_null().any()
    )
    with reading(one.part.name):
        first, last, has_gaps = found.collect().row(0)
        is_asked = first is not None or one.part.claim is not None
        if has_gaps and (is_asked or not _any(times, time.is_not_null())):
            return one
        is_followed = high is not None and _any(times, time > high)
    begin, rows = (0, 0) if first is None else (first, last - first + 1)
    return dataclasses.replace(
        one,
        rows=rows,
        scan=lambda schema: one.scan(schema).slice(begin, rows),
        first=begin,
        unread=one.rows - rows,
        is_followed=is_followed,
    )


def _of_table(
    one: Described, time: pl.Expr, wanted: pl.Expr, is_later: pl.Expr | None
) -> Described:
    """A table of which the wanted rows are read: its files have no order, so that is no stretch."""
    every = one.scan(one.schema)
    with reading(one.part.name):
        rows = int(every.filter(wanted).select(pl.len()).collect().item())
        is_followed = is_later is not None and _any(every.select(time), is_later)
    return dataclasses.replace(
        one,
        rows=rows,
        scan=lambda schema: one.scan(schema).filter(wanted),
        unread=one.rows - rows,
        is_followed=is_followed,
    )


def _any(times: pl.LazyFrame, claim: pl.Expr) -> bool:
    """Whether a claim holds of a row; statistics may tell without a look at rows."""
    return times.filter(claim).head(1).collect().height > 0


@functools.lru_cache(64)
def _bounds(
    between: TimeRange, dtype: pl.Date | pl.Datetime
) -> tuple[pl.Expr | None, pl.Expr | None]:
    """The least and the largest value in the range, or a little less and more than these.

    They are of the column's own type, so that statistics are compared with them as they are.
    """
    start, end = between.start_us, between.end_us
    if is_instant(dtype):
        return _literal(start, dtype), _literal(end, dtype)
    zone = time_zone(between.timezone)
    low = None if start is None else to_us(wall_clock(start - 1, zone))
    # Before the end, a clock that was turned back had shown later times than at it.
    walls = () if end is None else (wall_clock(end - ago, zone) + ago * US for ago in (0, _TURNED))
    return _literal(low, dtype), _literal(max(map(to_us, walls), default=None), dtype)


def _literal(micros: int | None, dtype: pl.Date | pl.Datetime) -> pl.Expr | None:
    if micros is None or not _FIRST_US <= micros <= _LAST_US:
        return None
    if isinstance(dtype, pl.Date):
        return pl.lit(to_naive(micros).date())
    moment = pl.lit(to_naive(micros), dtype=pl.Datetime(dtype.time_unit))
    zone = dtype.time_zone
    return moment if zone is None else moment.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
