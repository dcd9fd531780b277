"""The time that a window covers, or that its rows span, on the grid of an activity's steps."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmon.profiles.activity.activity import Activity
from mmon.records.arrays import IntArray

# Times that are this rare, and this far off, are mistakes such as 1970-01-01.
_STRAY_SHARE = 0.01


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """An interval on the grid of an activity's steps, in microseconds since 1970-01-01 UTC."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Microseconds."""
        return self.end - self.start

    @classmethod
    def of_window(cls, bounds: tuple[int, int], activity: Activity) -> Span | None:
        """The grid's part that a window [start, end) covers: of dates, whole days.

        None when that is nothing, as in a window of some hours between two dates.
        """
        start, end = bounds
        if activity.is_daily:
            start, end = map(activity.day_of, bounds)
        return cls(start, end) if end > start else None

    @classmethod
    def of_rows(cls, activity: Activity) -> Span | None:
        """From the first to the last row, without stray ones; None when they span no time."""
        if not len(activity.starts) or activity.oldest_us is None or activity.newest_us is None:
            return None
        first, last = _core(activity.starts, activity.counts)
        step = activity.step_us
        start, end = int(activity.starts[first]), int(activity.starts[last]) + step
        coarse = activity.resolution_us
        if activity.is_daily:
            return cls(start, end)
        if coarse < step:
            # Within a step the ends are known where nothing stray was cut off.
            start = max(start, activity.oldest_us) if first == 0 else start
            end = min(end, activity.newest_us + coarse) if last == len(activity.starts) - 1 else end
        else:
            # A time in whole hours stands for the hour that begins.
            end = start + -(-(end - start) // coarse) * coarse
        return cls(start, end) if end > start else None


def _core(starts: IntArray, counts: IntArray) -> tuple[int, int]:
    """First and last step without those few that lie further off than all others span."""
    first, last = 0, len(starts) - 1
    rows = np.cumsum(counts)
    total = int(rows[-1])
    while last - first > 1:
        gaps = np.diff(starts[first : last + 1])
        at = first + int(np.argmax(gaps))
        if 2 * int(gaps.max()) <= int(starts[last] - starts[first]):
            break
        if rows[at] <= _STRAY_SHARE * total:
            first = at + 1
        elif total - rows[at] <= _STRAY_SHARE * total:
            last = at
        else:
            break
    return first, last
