"""Reads the names of Polars types in a configuration, and finds the type that holds two others."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from typing import TypeGuard

import polars as pl
import polars.selectors as cs

from mmon.errors import ConfigError, closest
from mmon.windows.timestamps import time_zone

# Polars knows no zone such as +05:30, which pandas writes, and panics; `in_known_zones` reads these
# columns as what they are, instants.
os.environ.setdefault("POLARS_IGNORE_TIMEZONE_PARSE_ERROR", "1")

_SIMPLE: Mapping[str, pl.DataType] = {
    name.lower(): getattr(pl, name)()
    for name in (
        *("Int8", "Int16", "Int32", "Int64", "Int128", "UInt8", "UInt16", "UInt32", "UInt64"),
        *("Float32", "Float64", "Boolean", "String", "Categorical", "Date", "Time"),
        *("Datetime", "Duration"),
    )
}
_NAMES = tuple(type(dtype).__name__ for dtype in _SIMPLE.values())
_WITH_ARGUMENTS = re.compile(r"(\w+)\s*[\[(]([^\[\]()]*)[\])]")

Schema = Mapping[str, pl.DataType]

TEXT = (pl.String, pl.Categorical, pl.Enum)
TIMES = (pl.Date, pl.Datetime)


def dtype_named(name: str, column: str) -> pl.DataType:
    """The Polars type of a name such as Int64, String, Datetime, Datetime[ms] or Decimal[10, 2].

    Raises
    ------
    ConfigError
        When there is no such type.
    """
    found = _SIMPLE.get(name.strip().lower()) or _parametric(name)
    if found is None:
        hint = closest(name.strip().title(), _NAMES)
        raise ConfigError(f"dtypes: column {column!r} has an unknown type {name!r}", hint=hint)
    return found


def _parametric(name: str) -> pl.DataType | None:
    match = _WITH_ARGUMENTS.fullmatch(name.strip())
    if match is None:
        return None
    kind, arguments = match[1].lower(), [part.strip(" \t'\"") for part in match[2].split(",")]
    found: pl.DataType | None = None
    with contextlib.suppress(ValueError):
        match kind, *arguments:
            case "decimal", precision, scale if 0 <= int(scale) <= int(precision) <= 38:
                found = pl.Decimal(int(precision), int(scale))
            case "duration", "ms" | "us" | "ns" as unit:
                found = pl.Duration(unit)
            case "datetime", "ms" | "us" | "ns" as unit:
                found = pl.Datetime(unit)
            case "datetime", "ms" | "us" | "ns" as unit, zone if "%" not in match[2]:
                found = pl.Datetime(unit, str(time_zone(zone)))
            case "datetime", *_ if "%" in match[2] or arguments == ["s"]:
                found = pl.Datetime("us")
            case "date", *_ if "%" in match[2]:
                found = pl.Date()
    return found


def time_format(name: str) -> str | None:
    """What a configured type says of how times are written: a strptime format, or ``s``.

    >>> time_format("Datetime[%d.%m.%Y %H:%M]"), time_format("Datetime[ms]"), time_format("Int64")
    ('%d.%m.%Y %H:%M', None, None)
    """
    match = _WITH_ARGUMENTS.fullmatch(name.strip())
    return match[2].strip("'\"") if match and ("%" in match[2] or match[2] == "s") else None


def converted(
    column: str, own: pl.DataType, dtype: pl.DataType, format_: str | None = None
) -> pl.Expr:
    """A column of type ``own`` as ``dtype``; what cannot become it fails when it is read.

    Times are written in ``format_``, which is ``s`` for numbers that count seconds since 1970.
    Those that say where they are from stay instants: without a zone they would be wall-clock times.
    """
    value = cs.by_name(column).as_expr()
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is None and is_instant(own):
        dtype = pl.Datetime(dtype.time_unit, own.time_zone)
    if own == dtype:
        return value
    if own == pl.Null:
        return pl.lit(None, dtype=dtype).alias(column)
    if own == pl.String and isinstance(dtype, pl.Date | pl.Datetime | pl.Time):
        return value.str.strptime(dtype, None if format_ == "s" else format_)
    if own.is_numeric() and isinstance(dtype, pl.Datetime):
        # Numbers count since 1970; some tools write whole ones as floats.
        value = (value * 1_000_000 if format_ == "s" else value).cast(pl.Int64)
    return value.cast(dtype)


def is_instant(dtype: pl.DataType) -> TypeGuard[pl.Datetime]:
    """Whether it holds times of a known zone."""
    return isinstance(dtype, pl.Datetime) and dtype.time_zone is not None


def in_known_zones(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The frame with times of zones that Polars does not know, such as +05:30, in UTC."""
    times = {
        name: dtype
        for name, dtype in frame.collect_schema().items()
        if isinstance(dtype, pl.Datetime) and not _is_known(dtype.time_zone)
    }
    return frame.with_columns(
        cs.by_name(name).as_expr().to_physical().cast(pl.Datetime(dtype.time_unit, "UTC"))
        for name, dtype in times.items()
    )


def _is_known(zone: str | None) -> bool:
    try:
        return zone is None or bool(time_zone(zone))
    except ConfigError:
        return False


def common_dtype(one: pl.DataType, other: pl.DataType) -> pl.DataType | None:
    """The smallest type that holds the values of both, or None when they do not mix.

    Numbers mix with numbers, dates with times without a zone, text with categories; text never
    mixes with numbers. Datetimes of two units become microseconds, those of two zones UTC.
    """
    both = (one, other)
    if one == other or pl.Null in both:
        return other if one == pl.Null else one
    if one.is_numeric() and other.is_numeric():
        empty = [pl.DataFrame(schema={"x": dtype}) for dtype in both]
        return pl.concat(empty, how="vertical_relaxed").schema["x"]
    if all(isinstance(dtype, TEXT) for dtype in both):
        return pl.String()
    if all(isinstance(dtype, pl.Duration) for dtype in both):
        return pl.Duration("us")
    zones = {getattr(dtype, "time_zone", None) for dtype in both}
    # A wall clock and an instant do not mix: which zone the first was in is not ours to guess.
    if not all(isinstance(dtype, TIMES) for dtype in both) or (None in zones and len(zones) > 1):
        return None
    return pl.Datetime("us", zones.pop() if len(zones) == 1 else "UTC")
