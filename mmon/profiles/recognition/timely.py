"""Recognises times: text that writes them, and numbers that count from 1970."""

from __future__ import annotations

import dataclasses
import re

import polars as pl

from mmon.profiles.recognition.times import TimeSpelling

MOST = 0.9
"""The share of distinct texts from which on a column is what they are."""
TIME_NAME = re.compile(
    r"^(timestamp|time|ts|date|datetime|event_?time(stamp)?|event_?date|request_?time"
    r"|logged_?at|created_?at|recorded_?at|time_?stamp|time_hour)$",
    re.IGNORECASE,
)
"""A column of times of one of these names is the rows' own time when none was configured."""
_HAPPENED = (
    "created|updated|modified|deleted|logged|recorded|received|sent|seen|started|ended|finished"
    "|start|end|occurred|happened|event|request|response|ingested|processed|ordered|order|signup"
    "|login|pickup|dropoff|inserted|loaded|published|expires|opened|closed"
)
_TIMELY = re.compile(
    rf"(^|_)(when|epoch|unix_?time|dt|ts|timestamp|datetime|date)(_?utc)?$"
    rf"|(^|_)({_HAPPENED})(_?(at|on|time|dt|ts|date|datetime|timestamp))?(_?utc)?$",
    re.IGNORECASE,
)
# Two digits of a year after points or dashes, which versions and sizes have, too.
_SHORT_YEAR = r"^ *[0-9]{1,2}[-.][0-9]{1,2}[-.][0-9]{2}([^0-9]|$)"
_OUR_YEARS = (1800, 2200)
# How databases write that there is no date.
_NO_YEARS = [1, 9999]
# Numbers of that size count from 1970 to a time between 1980 and 2100.
_SINCE_1970 = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
_FIRST_S, _LAST_S = 315_532_800, 4_102_444_800
_FIRST_DAY, _LAST_DAY = 19_000_101, 21_001_231


def time_spelling(texts: pl.Series, name: str = "", least: float = MOST) -> TimeSpelling | None:
    """How times are written in distinct texts; None where fewer than ``least`` are times.

    Versions such as 1.2.10, sizes and part numbers are none: the year must be one of our times, and
    two digits of it count between slashes, or in a column that is named like a time.
    """
    if not len(texts):
        return None
    orders = ("ymd", "mdy", "dmy")
    has_clock = texts.str.contains("[0-9]:[0-9]").any()
    has_offset = has_clock and texts.str.contains(r":[0-9.,]+ *(Z|z|UTC|GMT|[-+][0-9])").any()
    spellings = {order: TimeSpelling(order, has_clock, bool(has_offset)) for order in orders}
    if least > 0.0 and not is_time_name(name):
        texts = texts.set(texts.str.contains(_SHORT_YEAR), None)
    shares = {order: _share_of_times(one.read(texts)) for order, one in spellings.items()}
    # Where nothing decides: slashes are America's and come first, points and dashes are not.
    is_slashed = texts.str.contains("/", literal=True).any()
    preferred = ("ymd", "mdy", "dmy") if is_slashed else ("ymd", "dmy", "mdy")
    best = max(preferred, key=lambda order: (shares[order], -preferred.index(order)))
    if shares[best] < least:
        return None
    is_ambiguous = best != "ymd" and shares["mdy"] == shares["dmy"]
    return dataclasses.replace(spellings[best], is_ambiguous=is_ambiguous)


def _share_of_times(times: pl.Series) -> float:
    year = times.dt.year()
    return float((year.is_between(*_OUR_YEARS) | year.is_in(_NO_YEARS)).sum()) / len(times)


def time_of_numbers(numbers: pl.Series, name: str) -> TimeSpelling | None:
    """The unit of numbers that count from 1970, in a column that is named like a time."""
    known = numbers.cast(pl.Float64).drop_nulls().drop_nans()
    if not len(known) or not is_time_name(name):
        return None
    low, high = known.quantile(0.05), known.quantile(0.95)
    if low is None or high is None or (not TIME_NAME.search(name) and (known % 1 != 0).any()):
        return None
    for unit, scale in _SINCE_1970.items():
        if _FIRST_S * scale <= low and high <= _LAST_S * scale:
            return TimeSpelling(unit)
    if low >= _FIRST_DAY and high <= _LAST_DAY:
        days = TimeSpelling("yyyymmdd", has_clock=False)
        if days.read(known).is_not_null().sum() >= MOST * len(known):
            return days
    return None


def is_time_name(name: str) -> bool:
    """Whether a column is named like one that tells a time."""
    return TIME_NAME.search(name) is not None or _TIMELY.search(name) is not None
