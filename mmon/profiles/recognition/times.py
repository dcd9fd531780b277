"""How times are written, as text or as numbers, and how they become dates and datetimes."""

from __future__ import annotations

import dataclasses
import re

import polars as pl

from mmon.records import require

# The units of numbers that count from 1970.
_UNITS_US = {"s": 1_000_000, "ms": 1_000, "us": 1}
_UNIT_NAMES = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
# Ten thousand years: a number beyond is no time, and must not overflow.
_LAST_US = 4e6 * 86_400e6

_DATES = {
    "ymd": r"(?<y>[0-9]{4})[-/.](?<m>[0-9]{1,2})[-/.](?<d>[0-9]{1,2})",
    "mdy": r"(?<m>[0-9]{1,2})[-/.](?<d>[0-9]{1,2})[-/.](?<y>[0-9]{4}|[0-9]{2})",
    "dmy": r"(?<d>[0-9]{1,2})[-/.](?<m>[0-9]{1,2})[-/.](?<y>[0-9]{4}|[0-9]{2})",
}
_CLOCK = (
    r"(?:(?:[Tt]|[ ]*,?[ ]+)(?<H>[0-9]{1,2}):(?<M>[0-9]{2})(?::(?<S>[0-9]{2})"
    r"(?:[.,](?<f>[0-9]{1,9}))?)?[ ]*(?<p>[AaPp]\.?[Mm]\.?)?)?"
)
_OFFSET = r"(?:[ ]*(?<z>[Zz]|UTC|GMT|[-+][0-9]{2}(?::?[0-9]{2})?)(?:\[[^\]]*\])?)?"
CLOCK = (
    r"^[ ]*(?:(?<D>-?[0-9]{1,9}) days?,?[ ]+)?(?<s>[-+])?(?<H>[0-9]{1,6}):(?<M>[0-9]{2})"
    r"(?::(?<S>[0-9]{2}(?:\.[0-9]{1,9})?))?[ ]*$"
)
"""A regular expression of a time of day, or of a length of time as pandas writes it."""
_ORDER_NAMES = {"mdy": "month first", "dmy": "day first"}
# Tried before the general pattern, which takes thirty times as long.
_DAYS = {"ymd": "%Y-%m-%d", "mdy": "%m/%d/%Y", "dmy": "%d/%m/%Y"}
_CLOCKS = (" %H:%M:%S%.f", "T%H:%M:%S%.f", "T%H:%M:%S%.fZ", " %I:%M:%S %p", "T%H:%M:%S%.f%z")
# Earlier years are those of years written with two digits.
_FIRST_YEAR = 1000


@dataclasses.dataclass(frozen=True, slots=True)
class TimeSpelling:
    """How times are written.

    Attributes
    ----------
    order : str
        ``ymd`` (ISO 8601), ``mdy`` or ``dmy`` for text; ``s``, ``ms``, ``us`` or ``ns`` since 1970
        for numbers; ``yyyymmdd`` for eight digits.
    has_clock : bool
        Whether any value tells more than the day.
    has_offset : bool
        Whether any value says how far it is from UTC; those that do not are then in UTC.
    is_ambiguous : bool
        Whether the day could as well have been the month.
    """

    order: str = "ymd"
    has_clock: bool = True
    has_offset: bool = False
    is_ambiguous: bool = False

    def check(self) -> None:
        """Raise `MisfitError` when what was read back is no way to write times."""
        is_known = self.order in {*_DATES, *_UNIT_NAMES, "yyyymmdd"}
        require(is_known, f"has the unknown order {self.order!r}")

    @property
    def is_written(self) -> bool:
        """Whether the values are written out, and do not count from 1970."""
        return self.order in _DATES

    @property
    def dtype(self) -> pl.DataType:
        """What the values are read as."""
        if self.order == "yyyymmdd" or not self.has_clock:
            return pl.Date()
        return pl.Datetime("us", "UTC" if self.has_offset else None)

    def read(self, values: pl.Series) -> pl.Series:
        """Texts or numbers as values of type ``dtype``; null where there is no time."""
        if self.is_written:
            return self._written(values.cast(pl.String))
        if values.dtype == pl.String:
            values = values.str.strip_chars()
        if self.order == "yyyymmdd":
            digits = values.cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)
            return digits.cast(pl.String).str.to_date("%Y%m%d", strict=False)
        return _since_1970(values, self.order)

    def _written(self, texts: pl.Series) -> pl.Series:
        found = pl.Series(texts.name, [None], dtype=self.dtype).new_from_index(0, len(texts))
        day = _DAYS[self.order]
        for format_ in [day + clock for clock in _CLOCKS] if self.has_clock else [day]:
            if "z" in format_.lower() and not self.has_offset:
                continue
            rest = texts.set(found.is_not_null(), None)
            if rest.null_count() == len(rest):
                return found
            found = found.fill_null(self._quick(rest, format_))
        is_rest = found.is_null() & texts.is_not_null()
        if not is_rest.any():
            return found
        rest = texts.filter(is_rest).unique()
        read = rest.to_frame("text").select(self._general(pl.col("text"))).to_series()
        general = texts.replace_strict(rest, read, default=None, return_dtype=self.dtype)
        return found.fill_null(general)

    def _quick(self, texts: pl.Series, format_: str) -> pl.Series:
        if not self.has_clock:
            read = texts.str.to_date(format_, strict=False)
        else:
            read = texts.str.to_datetime(format_, strict=False, time_unit="us")
            if self.has_offset and read.dtype == pl.Datetime("us"):
                # Without an offset among offsets it is in UTC.
                read = read.dt.replace_time_zone("UTC")
        return read.set(read.dt.year() < _FIRST_YEAR, None)

    def _general(self, text: pl.Expr) -> pl.Expr:
        found = text.str.extract_groups(self.pattern).struct
        year = found.field("y")
        # The two digits of a year are those of our century.
        year = pl.when(year.str.len_bytes() == 2).then("20" + year).otherwise(year)
        day = pl.concat_str([year, found.field("m"), found.field("d")], separator="-")
        date = day.str.to_date("%Y-%m-%d", strict=False)
        if not self.has_clock:
            return pl.when(found.field("H").is_null()).then(date)
        clock = pl.struct(found.field(name) for name in "HMSfp").struct
        moment = date.cast(pl.Datetime("us")) + pl.duration(microseconds=_clock_us(clock))
        if not self.has_offset:
            return pl.when(found.field("z").is_null()).then(moment)
        offset = pl.duration(microseconds=_offset_us(found.field("z")))
        return (moment - offset).dt.replace_time_zone("UTC")

    @property
    def pattern(self) -> str:
        """A regular expression of one written time."""
        return rf"^[ ]*{_DATES[self.order]}{_CLOCK}{_OFFSET}[ ]*$"

    @property
    def said(self) -> str | None:
        """How it is written, in words; None where there is nothing to say."""
        if self.order in _UNIT_NAMES:
            return f"{_UNIT_NAMES[self.order]} since 1970"
        if self.order == "yyyymmdd":
            return "dates written as eight digits"
        if self.order == "ymd":
            return None
        doubt = ", which no value decides" if self.is_ambiguous else ""
        return f"dates written {_ORDER_NAMES[self.order]}{doubt}"


@dataclasses.dataclass(frozen=True, slots=True)
class ClockSpelling:
    """Times of day, and lengths of time as pandas writes them, read as seconds.

    Attributes
    ----------
    has_days : bool
        Whether any value tells days, and is a length of time.
    """

    has_days: bool = False

    def read(self, text: pl.Expr) -> pl.Expr:
        """Float64, in seconds; null where there is no time."""
        found = text.str.extract_groups(CLOCK).struct
        hours, minutes = (found.field(name).cast(pl.Int64) for name in "HM")
        seconds = found.field("S").cast(pl.Float64).fill_null(0.0)
        days = found.field("D").cast(pl.Int64, strict=False).fill_null(0)
        sign = pl.when(found.field("s") == "-").then(-1).otherwise(1)
        is_clock = (minutes <= 59) & (seconds < 60.0)
        return pl.when(is_clock).then(
            days * 86_400.0 + sign * (hours * 3_600 + minutes * 60 + seconds)
        )

    @property
    def said(self) -> str:
        """What the numbers mean."""
        return "duration in seconds" if self.has_days else "time of day in seconds"


def strptime_format(example: str, order: str) -> str:
    """The format of a written time, as strptime takes it.

    >>> strptime_format("03/30/2024 12:30:00 AM", "mdy"), strptime_format("30.3.24", "dmy")
    ('%m/%d/%Y %I:%M:%S %p', '%d.%m.%y')
    """
    found = re.match(TimeSpelling(order).pattern.replace("(?<", "(?P<"), example)
    if found is None:
        return _DAYS[order]
    part = found.groupdict()
    names = {"y": "%Y" if len(part["y"]) == 4 else "%y", "m": "%m", "d": "%d", "M": "%M", "S": "%S"}
    names |= {"H": "%I" if part["p"] else "%H", "p": "%p", "z": "%z", "f": "%f"}
    spans = sorted((found.span(name), code) for name, code in names.items() if part[name])
    pieces, end = [], 0
    for (start, past), code in spans:
        pieces += [example[end:start], code]
        end = past
    return "".join(pieces) + example[end:]


def _clock_us(found: pl.expr.struct.ExprStructNameSpace) -> pl.Expr:
    """Microseconds since midnight; null for an hour, minute or second that no clock shows."""
    hour, minute, second = (found.field(name).cast(pl.Int64) for name in "HMS")
    half = found.field("p").str.to_lowercase().str.slice(0, 1)
    afternoon = pl.when(half == "p").then(12).otherwise(0)
    is_hour = pl.when(half.is_null()).then(hour <= 23).otherwise(hour.is_between(1, 12))
    hour = pl.when(half.is_null()).then(hour).otherwise(hour % 12 + afternoon)
    fraction = found.field("f").str.pad_end(9, "0").cast(pl.Int64).fill_null(0) // 1000
    us = ((hour * 60 + minute) * 60 + second.fill_null(0)) * 1_000_000 + fraction
    # A leap second is the first one of the next minute.
    is_clock = is_hour & (minute <= 59) & (second.fill_null(0) <= 60)
    return pl.when(found.field("H").is_null()).then(0).when(is_clock).then(us)


def _offset_us(offset: pl.Expr) -> pl.Expr:
    digits = offset.str.replace(":", "", literal=True)
    hours = digits.str.slice(1, 2).cast(pl.Int64, strict=False).fill_null(0)
    minutes = digits.str.slice(3, 2).cast(pl.Int64, strict=False).fill_null(0)
    sign = pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
    is_far = offset.str.contains("^[-+]")
    return pl.when(is_far).then(sign * (hours * 60 + minutes) * 60_000_000).otherwise(0)


def _since_1970(values: pl.Series, unit: str) -> pl.Series:
    if unit == "ns":
        # Rounded down: a nanosecond before a boundary is before it. Doubles hold no nanoseconds.
        us = values.cast(pl.Int64, strict=False) // 1000
    else:
        scaled = values.cast(pl.Float64, strict=False) * _UNITS_US[unit]
        us = scaled.set(~(scaled.abs() < _LAST_US), None).round().cast(pl.Int64, strict=False)
    return us.cast(pl.Datetime("us"))
