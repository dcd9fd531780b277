"""A stretch of time of which rows are asked for, and what was left unread for its sake."""

from __future__ import annotations

import dataclasses

from mmon.windows.timestamps import DAY_US

Span = tuple[int, int]
"""[start, end) in microseconds since 1970-01-01 UTC."""


@dataclasses.dataclass(frozen=True, slots=True)
class TimeRange:
    """The times [start, end) in microseconds since 1970-01-01 UTC; None is an open end.

    Attributes
    ----------
    start_us, end_us : int or None
    column : str or None
        That of the rows' time; None where only names of files and folders tell.
    timezone : str
        IANA name of the zone of times that carry none.
    lateness_us : int
        How long after its time a row may come: names may tell when it came.
    by_names : bool
        Whether names of files and folders are believed.
    """

    start_us: int | None = None
    end_us: int | None = None
    column: str | None = None
    timezone: str = "UTC"
    lateness_us: int = 0
    by_names: bool = True

    def claimed(self, named: Span) -> Span:
        """When rows of a file happened that is named after a stretch of time.

        Names are local dates, in whatever zone, or dates of arrival: a day of slack on both sides.
        """
        start, end = named
        return start - DAY_US - self.lateness_us, end + DAY_US

    def meets(self, span: Span) -> bool:
        """Whether there are times in both."""
        is_before = self.start_us is not None and span[1] <= self.start_us
        return not is_before and not self.is_after(span)

    def is_after(self, span: Span) -> bool:
        """Whether all of a span is after the range."""
        return self.end_us is not None and span[0] >= self.end_us
