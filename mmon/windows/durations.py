"""Lengths of time as the configuration writes them (10m, 1h, 1d, 1w, 1mo), and months of them."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

from mmon.errors import ConfigError

STEPS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(1), "w": timedelta(7)}
"""Units of a fixed length; a month (mo) has none."""
LONGEST_MONTH = timedelta(days=31)
WORDS = {"1m": "minute", "1h": "hour", "1d": "day", "1w": "week", "1mo": "month"}
"""What one of a unit is called."""
_LONGEST = timedelta(days=36_525)
_MOST_DIGITS = 9


def length_us(every: str) -> int:
    """A length of time in microseconds; a month is 31 days."""
    count, unit = length(every)
    return count * (STEPS.get(unit, LONGEST_MONTH) // timedelta(microseconds=1))


def fixed_us(every: str) -> int | None:
    """The same; None of months, and of what is no length of time."""
    unit = every.lstrip("0123456789")
    return length_us(every) if unit in STEPS and unit != every else None


def length(every: str) -> tuple[int, str]:
    """How many of which unit.

    Raises
    ------
    ConfigError
        When it is longer than a century.
    """
    unit = every.lstrip("0123456789")
    digits = every.removesuffix(unit)
    # Python refuses to multiply a timedelta beyond 999,999,999 days, and to read 4,300 digits.
    step = STEPS.get(unit, timedelta(days=30.4375))
    if len(digits) > _MOST_DIGITS or int(digits) > _LONGEST // step:
        shown = every if len(every) <= 2 * _MOST_DIGITS else f"{every[:_MOST_DIGITS]}…{unit}"
        raise ConfigError(f"{shown!r} is longer than a century")
    return int(digits), unit


def months_between(start: datetime, end: datetime) -> int:
    """Calendar months from one to the other, whatever the days."""
    return (end.year - start.year) * 12 + end.month - start.month


def add_months(start: datetime, months: int) -> datetime:
    """So many months later; a day that the month lacks is its last day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)
