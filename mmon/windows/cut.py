"""Cuts production into windows: intervals [start, end) of event time, or runs of so many rows.

Boundaries are read off the wall clock of one time zone, at ``anchor + k * every``: the anchor is
``windows.start`` where given, else midnight of 1970-01-01 there (for weeks, the Monday before).

* A month is a calendar month counted from the anchor; a day that the month lacks is its last day.
* A boundary that the clock skips when summer time begins is the instant of the switch. One that it
  shows twice when summer time ends is the first of the two; windows of at most one hour are cut at
  both, so that an hour stays an hour.
* A row exactly at a boundary belongs to the window that begins there: midnight is the first moment
  of a day, and a *date* stands for the day that begins at it.
* Timestamps without a zone are wall-clock times of the windows' time zone.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from mmon.errors import ConfigError
from mmon.records.arrays import BoolArray, IntArray
from mmon.windows.durations import LONGEST_MONTH, STEPS, add_months, length, months_between
from mmon.windows.timestamps import (
    DAY_US,
    EPOCH,
    FIRST_US,
    LAST_US,
    US,
    time_zone,
    to_instant,
    to_instants,
    to_naive,
    to_utc,
    wall_clock,
)

if TYPE_CHECKING:
    from mmon.config.windows import Windows

_MONDAY = datetime(1969, 12, 29)
_HOUR_US = timedelta(hours=1) // US


@dataclasses.dataclass(frozen=True, slots=True)
class RowCut:
    """Windows of ``rows`` consecutive rows, in the order in which they are read."""

    rows: int

    def assign(self, offset: int, length: int) -> IntArray:
        """(length,) int64, the window of each row from row ``offset`` of the data on, from 0."""
        return np.arange(offset, offset + length, dtype=np.int64) // self.rows


@dataclasses.dataclass(frozen=True)
class WindowCut:
    """Event-time windows; a window's key is its start in microseconds since 1970-01-01 UTC."""

    count: int
    unit: str | None
    """Length of a window: ``count`` of m, h, d, w or mo; a unit of None means one window."""
    timezone: str
    """IANA name of the zone whose wall clock the boundaries follow."""
    start_us: int | None
    end_us: int | None
    """Since the epoch: rows before ``start_us``, or at or after ``end_us``, are in no window."""
    anchor: datetime
    """Naive wall-clock time of one boundary."""

    @classmethod
    def of(cls, windows: Windows) -> WindowCut:
        """The cut that a configuration describes; ``windows.rows`` is `RowCut`'s business.

        Raises
        ------
        ConfigError
            When the time zone, ``start``, ``end`` or ``every`` cannot be understood, or ``start``
            is not before ``end``.
        """
        zone = time_zone(windows.timezone)
        start, end = (
            None if text is None else instant(f"windows: {name}", text, windows.timezone)
            for name, text in (("start", windows.start), ("end", windows.end))
        )
        if start is not None and end is not None and start >= end:
            raise ConfigError(
                f"windows: start ({windows.start}) is not before end ({windows.end})",
                hint="a window is the interval [start, end)",
            )
        count, unit = (1, None) if windows.every is None else length(windows.every)
        epoch = _MONDAY if unit == "w" else EPOCH
        anchor = epoch if start is None else wall_clock(start, zone)
        return cls(count, unit, windows.timezone, start, end, anchor)

    def within(self, start_us: int | None, end_us: int | None) -> WindowCut:
        """The same cut, of which only what lies in [start_us, end_us) is in windows."""
        starts = [one for one in (self.start_us, start_us) if one is not None]
        ends = [one for one in (self.end_us, end_us) if one is not None]
        start, end = max(starts, default=None), min(ends, default=None)
        return dataclasses.replace(self, start_us=start, end_us=end)

    def instants(self, times: pl.Series) -> pl.Series:
        """`mmon.windows.timestamps.to_instants` in the windows' time zone."""
        return to_instants(times, self.timezone)

    def assign(self, times: pl.Series) -> pl.Series:
        """(n,) Int64, the key of each row's window; null without a time and outside the limits.

        Raises
        ------
        DataError
            When the values are not timestamps.
        """
        micros = self.instants(times)
        outside = micros.is_null()
        if self.start_us is not None:
            outside |= (micros < self.start_us).fill_null(True)
        if self.end_us is not None:
            outside |= (micros >= self.end_us).fill_null(True)
        at = micros.fill_null(0).to_numpy()
        keys = pl.Series(times.name, self._keys(at, ~outside.to_numpy()))
        return keys.set(outside, None) if outside.any() else keys

    def bounds(self, key: int) -> tuple[datetime | None, datetime | None]:
        """The interval [start, end) of a window in UTC; None where a single window has no limit."""
        if self.unit is None:
            return to_utc(self.start_us), to_utc(self.end_us)
        start = key if self.start_us is None else max(key, self.start_us)
        return to_utc(start), to_utc(self._end(key))

    def every(self, keys: Sequence[int], *, most: int) -> list[int]:
        """The ascending keys of windows, and those of windows without rows around them.

        These are between them, before them from ``start`` on, and after them up to ``end``. With
        more windows than ``most`` none is filled in: one stray time would make a year of them.
        """
        if self.unit is None or not keys:
            return list(keys)
        found = [keys[0] if self.start_us is None else min(keys[0], self.start_us)]
        while len(found) <= most:
            following = self._end(found[-1])
            is_last = found[-1] >= keys[-1] and self.end_us is None
            if following is None or is_last or following == self.end_us:
                return found
            found.append(following)
        return list(keys)

    def _end(self, key: int) -> int | None:
        if self.unit is None:
            return self.end_us
        boundaries = self._boundaries_around(np.array([key]))
        end = int(boundaries[np.searchsorted(boundaries, key, side="right")])
        return end if self.end_us is None else min(end, self.end_us)

    @property
    def _window_us(self) -> int:
        """Length of a window on the wall clock, in microseconds; for months, an upper bound."""
        return self.count * (STEPS.get(self.unit or "", LONGEST_MONTH) // US)

    def _keys(self, at: IntArray, inside: BoolArray) -> IntArray:
        if self.unit is None:
            return np.full(at.size, FIRST_US if self.start_us is None else self.start_us)
        if self.timezone == "UTC" and self.unit != "mo":
            return at - (at - (self.anchor - EPOCH) // US) % self._window_us
        boundaries = self._boundaries_around(at[inside])
        if not boundaries.size:
            return np.zeros_like(at)
        return boundaries[_cells(boundaries, at, self._window_us)]

    def _boundaries_around(self, at: IntArray) -> IntArray:
        """Ascending boundaries that enclose each instant, and few others.

        Only stretches of time that hold an instant are expanded, so that one outlier costs one
        stretch and not all the time in between.
        """
        if not at.size:
            return np.empty(0, dtype=np.int64)
        stretch = self._stretch_us
        first, last = int(at.min()) // stretch, int(at.max()) // stretch
        occupied: Iterable[int] = range(first, last + 1)
        if last - first >= 64:  # a dense run of stretches needs no look at the rows
            occupied = pl.Series(at // stretch).unique()
        return np.unique(np.concatenate([_stretch_boundaries(self, one) for one in occupied]))

    @property
    def _stretch_us(self) -> int:
        # 16 windows amortise the cost of a stretch; a week does for short windows.
        return max(7 * DAY_US, 16 * self._window_us)

    def _wall_boundaries(self, low: int, high: int) -> list[datetime]:
        """Boundaries in order, the first at most ``low`` by the clock, the last above ``high``."""
        if self.unit == "mo":
            begin = months_between(self.anchor, to_naive(low)) // self.count - 1
            end = months_between(self.anchor, to_naive(high)) // self.count + 1
            return [add_months(self.anchor, k * self.count) for k in range(begin, end + 1)]
        anchor = (self.anchor - EPOCH) // US
        begin, end = (low - anchor) // self._window_us, (high - anchor) // self._window_us + 1
        return [to_naive(anchor + k * self._window_us) for k in range(begin, end + 1)]


@functools.lru_cache(maxsize=4096)
def _stretch_boundaries(cut: WindowCut, number: int) -> IntArray:
    """Boundaries that enclose every instant of one stretch of time."""
    zone = time_zone(cut.timezone)
    # A day of slack: no zone is further from UTC, and no clock was ever turned by more.
    low = max(number * cut._stretch_us - 2 * DAY_US, FIRST_US)
    high = min((number + 1) * cut._stretch_us + 2 * DAY_US, LAST_US)
    folds = (0, 1) if cut._window_us <= _HOUR_US and cut.unit != "mo" else (0,)
    found = {
        to_instant(wall, zone, fold) for wall in cut._wall_boundaries(low, high) for fold in folds
    }
    return np.array(sorted(found), dtype=np.int64)


def _cells(boundaries: IntArray, at: IntArray, step: int) -> IntArray:
    """The last boundary at or before each instant, as an index; 0 where there is none."""
    last = boundaries.size - 2
    # Boundaries are evenly spaced but for switches of the clock, so a division finds most of them
    # at a tenth of the cost of a search.
    cells: IntArray = np.clip((at - boundaries[0]) // step, 0, last)
    missed = (boundaries[cells] > at) | (boundaries[cells + 1] <= at)
    found = np.searchsorted(boundaries, at[missed], side="right") - 1
    cells[missed] = np.maximum(found, 0)
    return cells


def instant(name: str, text: str, timezone: str) -> int:
    """A date or time in ISO 8601, in microseconds since 1970-01-01 UTC.

    Raises
    ------
    ConfigError
        When it is none, or too far away; ``name`` is what messages call it.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            f"{name} {text!r} is not a date or time",
            hint="write it as 2024-01-31 or 2024-01-31T12:00:00+01:00",
        ) from None
    if moment.tzinfo is None:
        is_known = 2 < moment.year < 9998
        micros = to_instant(moment, time_zone(timezone), moment.fold) if is_known else LAST_US + 1
    else:
        micros = (moment - EPOCH.replace(tzinfo=UTC)) // US
    if not FIRST_US <= micros <= LAST_US:
        raise ConfigError(f"{name} {text!r} is outside the years 1000 to 8999")
    return micros
