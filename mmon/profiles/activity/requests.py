"""What the columns of a request say: whether it failed, how long it took, and when it was."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl

from mmon.profiles.distributions.reading import Reading, is_comparable, read_as
from mmon.records.arrays import BoolArray, FloatArray, IntArray

NO_ERROR = ("", "0", "false", "no", "none", "null", "nil", "nan", "ok", "success", "succeeded")
"""Texts that say that all went well, whatever their case; every other text is an error."""

_FIRST_STATUS, _FIRST_ERROR, _LAST_STATUS = 100, 400, 599


@dataclasses.dataclass(frozen=True, slots=True)
class ActivityPlan:
    """Where times, latencies, errors and ids stand; the time zone of times that carry none."""

    timestamp: str | None = None
    latency: str | None = None
    error: str | None = None
    id: str | None = None
    timezone: str = "UTC"

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read."""
        every = (self.timestamp, self.latency, self.error, self.id)
        return tuple(name for name in every if name is not None)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Requests:
    """What is known of some rows; None where there is no column that tells.

    Attributes
    ----------
    instants : (n,) int64 or None
        Microseconds since 1970-01-01 UTC, as `mmon.windows.timestamps.to_instants` gives them.
    missing : (n,) bool or None
        Where ``instants`` says nothing; None when it always does.
    is_daily : bool
        Whether the timestamps are dates, which stand for whole days.
    is_error, error_known : (n,) bool or None
        See `read_errors`.
    latency : (n,) float64 or None
        NaN where missing; see `read_latency`.
    late : (n,) bool or None
        See `mmon.profiles.folding.lateness.Lateness`.
    """

    instants: IntArray | None = None
    missing: BoolArray | None = None
    is_daily: bool = False
    is_error: BoolArray | None = None
    error_known: BoolArray | None = None
    latency: FloatArray | None = None
    late: BoolArray | None = None
    ids: pl.Series | None = None


def read_errors(values: pl.Series) -> tuple[BoolArray, BoolArray]:
    """(n,) which requests failed, and of which it is known; false where it is not known.

    * Boolean: true is an error; null is unknown.
    * Numbers: 0 is no error, and neither is an HTTP status from 100 to 399, taken as such where it
      is a whole number. Any other number is an error; null and NaN are unknown.
    * Text and categories: a text of `NO_ERROR` is no error, a number in text is read as a number,
      and any other text is an error. A missing text is *no error*: a column of messages is empty
      when all went well. Where texts are true and false (or numbers) null is unknown all the same.
    * Lists: an empty one is no error. Anything else nested is an error where it is there.
    """
    base = values.dtype.base_type()
    if base is pl.Null:
        return np.zeros(len(values), dtype=np.bool_), np.zeros(len(values), dtype=np.bool_)
    if base is pl.Boolean:
        return values.fill_null(False).to_numpy(), values.is_not_null().to_numpy()
    if values.dtype.is_numeric():
        numbers = values.cast(pl.Float64)
        known = numbers.is_not_null() & numbers.is_not_nan().fill_null(False)
        return (_fails(numbers) & known).to_numpy(), known.to_numpy()
    if base in (pl.String, pl.Categorical, pl.Enum):
        return _texts(values.cast(pl.String))
    there = values.is_not_null()
    if base in (pl.List, pl.Array):
        there &= values.list.len().fill_null(0) > 0 if base is pl.List else True
    return there.to_numpy(), np.ones(len(values), dtype=np.bool_)


def read_latency(values: pl.Series) -> FloatArray:
    """(n,) how long requests took, in the column's unit (durations: s); NaN where no number is."""
    if not is_comparable(values.dtype, Reading.NUMBER):
        return np.full(len(values), np.nan)
    numbers = read_as(values, Reading.NUMBER)
    return numbers.cast(pl.Float64).fill_null(np.nan).to_numpy()


def _fails(numbers: pl.Series) -> pl.Series:
    is_status = numbers.is_between(_FIRST_STATUS, _LAST_STATUS) & (numbers % 1 == 0)
    failed = (numbers != 0) & ~(is_status & (numbers < _FIRST_ERROR))
    return failed.fill_null(False)


def _texts(texts: pl.Series) -> tuple[BoolArray, BoolArray]:
    """Each distinct text is looked at once: messages are few."""
    said = texts.str.strip_chars().str.to_lowercase()
    distinct = said.unique().drop_nulls()
    numbers = distinct.cast(pl.Float64, strict=False).fill_nan(None)
    is_number = numbers.is_not_null()
    good = distinct.is_in(NO_ERROR) | (is_number & ~_fails(numbers))
    failed = said.is_not_null() & ~said.is_in(distinct.filter(good).implode())
    flags = distinct.is_in(("true", "false")) | is_number
    is_message = not (len(distinct) and flags.all())
    known = np.ones(len(texts), dtype=np.bool_) if is_message else texts.is_not_null().to_numpy()
    return failed.fill_null(False).to_numpy(), known
