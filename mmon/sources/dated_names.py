"""The days that names of files and folders tell: ``date=2024-01-31``, ``events_20240131.csv``.

Hours are not looked at: a name is believed but for a day anyway, for it may be a local date, or the
date of arrival.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence

from mmon.sources.partitions import partition_texts
from mmon.sources.time_range import Span
from mmon.windows.durations import add_months
from mmon.windows.timestamps import EPOCH, US

# What may stand between other words, but not among further digits; the time of day may follow.
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_./]?)(\d\d)\2(\d\d)(?:(?:\d\d){1,3})?(?!\d)")
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_/])(\d\d)(?![-_./]?\d)")
_WHOLE_NUMBER = re.compile(r"\d{1,4}")
_YEAR, _MONTH_KEY, _DAY_KEY = "year", "month", "day"
# Of several partitions that are dates, the one that is likely the rows' own.
_USUAL = ("date", "day", "dt", "ds", "event_date")


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a file is: the folders that may tell something, and its own name."""

    folders: str
    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class _Named:
    """A stretch of time, and how it is written."""

    span: Span
    form: str


def named_spans(places: Sequence[Place], column: str | None = None) -> list[Span | None] | None:
    """The stretch of time that each file is named after; None where they have no pattern in common.

    It is the first of these that tells it of all files alike: partitions (of a Hive table, the one
    that is the ``column`` of time first), the file's own name, its folders. A partition without a
    value tells nothing of its file.

    >>> named_spans([Place("", "events_19700102.csv"), Place("", "events_19700103.csv")])
    [(86400000000, 172800000000), (172800000000, 259200000000)]
    >>> named_spans([Place("", "events_19700102.csv"), Place("", "last.csv")])
    """
    found = _by_partitions([partition_texts(one.folders) for one in places], column)
    if found is not None:
        return found
    for text in _TEXTS:
        named = [_named(text(one)) for one in places]
        spans = [one.span for one in named if one is not None]
        if len(spans) == len(places) and len({one.form for one in named if one is not None}) == 1:
            return [*spans]
    return None


_TEXTS: tuple[Callable[[Place], str], ...] = (
    lambda place: place.name,
    lambda place: f"{place.folders}/",
)


def _by_partitions(
    texts: Sequence[Mapping[str, str | None]], column: str | None
) -> list[Span | None] | None:
    keys = [key for key in texts[0] if all(key in one for one in texts)] if texts else []
    dates = {}
    for key in keys:
        values = [one[key] for one in texts]
        named = [None if value is None else _named(value) for value in values]
        is_date = all(
            one is not None or value is None for one, value in zip(named, values, strict=True)
        )
        if is_date and len({one.form for one in named if one is not None}) == 1:
            dates[key] = [None if one is None else one.span for one in named]
    for key in (column, *_USUAL, *(dates if len(dates) == 1 else ())):
        if key in dates:
            return dates[key]
    spelled = {key.lower(): key for key in keys}
    if _YEAR not in spelled or dates:
        return None
    parts = [spelled[key] for key in (_YEAR, _MONTH_KEY, _DAY_KEY) if key in spelled]
    if _MONTH_KEY not in spelled:
        parts = parts[:1]
    spans = [_calendar([one[key] for key in parts]) for one in texts]
    known = [span for span in spans if span is not _NO_DATE]
    return known if len(known) == len(spans) else None


_NO_DATE: Span = (0, 0)


def _calendar(values: Sequence[str | None]) -> Span | None:
    """A year, a month of it or a day of that; None where one is missing."""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    if not all(_WHOLE_NUMBER.fullmatch(value) for value in known):
        return _NO_DATE
    year, month, day = (*map(int, known), 1, 1)[:3]
    months = {1: 12, 2: 1}.get(len(known))
    return _span(year, month, day, months) or _NO_DATE


def _named(text: str) -> _Named | None:
    """The one day or month that a text tells, once or several times."""
    for pattern, months in ((_DAY, None), (_MONTH, 1)):
        found = set()
        for match in pattern.finditer(text):
            year, separator, month, *day = match.groups()
            span = _span(int(year), int(month), int(day[0]) if day else 1, months)
            if span is not None:
                found.add(_Named(span, f"{months} {separator}"))
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _span(year: int, month: int, day: int, months: int | None) -> Span | None:
    """A day, or so many months; None where there is no such day."""
    try:
        start = dt.datetime(year, month, day)
    except ValueError:
        return None
    end = start + dt.timedelta(1) if months is None else add_months(start, months)
    return (start - EPOCH) // US, (end - EPOCH) // US
