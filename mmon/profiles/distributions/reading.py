"""How a column's values become numbers or labels; one way for both sides of a comparison."""

from __future__ import annotations

import enum

import polars as pl

from mmon.profiles.distributions.counts import as_labels
from mmon.profiles.recognition.spelling import stands_for_missing
from mmon.results import ColumnKind


class Reading(enum.StrEnum):
    """What a column is taken as; decided on the reference and stored with it."""

    NUMBER = "number"
    LABEL = "label"
    TIME = "time"
    PRESENCE = "presence"
    TRUTH = "truth"
    """Labels true and false from any dtype, for production of a Boolean reference."""
    VECTOR = "vector"
    """Lists of numbers, all of one length; their distribution is that of their norms."""
    TEXT = "text"
    """Free text; its distribution is that of its lengths."""


_NARROW_INTEGERS = frozenset(
    {pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32}
)
_NESTED = frozenset(
    {
        *(pl.List, pl.Array, pl.Struct, pl.Map, pl.Object, pl.Binary, pl.Null, pl.Unknown),
        # Types of Arrow that Polars carries and does not know: JSON, periods, intervals, tensors.
        pl.Extension,
    }
)


def natural_reading(dtype: pl.DataType) -> tuple[Reading, ColumnKind, str | None]:
    """How a column of the reference is read when nobody said otherwise, and why not.

    The last is the reason when the column cannot be analysed, or what its numbers mean.
    """
    base = dtype.base_type()
    if base in _NESTED:
        own = dtype.ext_name() if isinstance(dtype, pl.Extension) else base.__name__
        what = "it holds no value at all" if base is pl.Null else f"{own} values"
        advice = " (flatten these objects to compare what they hold)" if base is pl.Struct else ""
        reason = f"{what}: only presence is compared{advice}"
        return Reading.PRESENCE, ColumnKind.UNSUPPORTED, reason
    if base is pl.Duration:
        return Reading.NUMBER, ColumnKind.NUMERIC, "duration in seconds"
    if base is pl.Time:
        return Reading.NUMBER, ColumnKind.NUMERIC, "time of day in seconds"
    if dtype.is_numeric():
        return Reading.NUMBER, ColumnKind.NUMERIC, None
    if base in (pl.Date, pl.Datetime):
        return Reading.TIME, ColumnKind.DATETIME, None
    return Reading.LABEL, ColumnKind.CATEGORICAL, None


def read_as(values: pl.Series, reading: Reading) -> pl.Series:
    """Bring a series whose dtype `is_comparable` into the form of ``reading``.

    Its texts were read as their spelling says (`spelling.spelled`). Numbers become Int64, Float32
    or Float64, times Int64 microseconds since 1970-01-01 UTC, and labels stay as they are; what
    cannot be read is null.
    """
    if reading is Reading.NUMBER:
        return _number(values)
    if reading is Reading.TIME:
        return _time(values)
    if reading is Reading.TRUTH:
        return _truth(values)
    if reading is Reading.TEXT:
        texts = values.cast(pl.String)
        return texts.set(texts.str.strip_chars() == "", None)
    if reading is Reading.LABEL and values.dtype == pl.String:
        # Some formats cannot tell a missing text from one without a letter.
        is_empty = values.str.len_bytes() == 0
        return values.set(is_empty, None) if is_empty.any() else values
    # Whole numbers with gaps become floats on their way through other tools, and nulls NaN.
    is_label_float = reading is Reading.LABEL and values.dtype.is_float()
    return values.fill_nan(None) if is_label_float else values


def is_comparable(dtype: pl.DataType, reading: Reading) -> bool:
    """Whether any value of this dtype can be read this way at all."""
    base = dtype.base_type()
    if reading is Reading.PRESENCE:
        return True
    if reading is Reading.VECTOR:
        return base is pl.Null or is_vector(dtype)
    if base in _NESTED:
        return base is pl.Null
    if reading is Reading.NUMBER:
        return base not in (pl.Date, pl.Datetime)
    is_text = base in (pl.String, pl.Categorical, pl.Enum)
    if reading is Reading.TIME:
        return is_text or base in (pl.Date, pl.Datetime)
    return is_text or reading is not Reading.TEXT


def is_vector(dtype: pl.DataType) -> bool:
    """Whether a dtype is of lists of numbers, or of nothing."""
    if not isinstance(dtype, pl.List | pl.Array):
        return False
    return _inner(dtype).is_numeric() or _inner(dtype) == pl.Null


def _inner(dtype: pl.List | pl.Array) -> pl.DataType:
    inner = dtype.inner
    return inner if isinstance(inner, pl.DataType) else inner()


def _number(values: pl.Series) -> pl.Series:
    base = values.dtype.base_type()
    if base in _NARROW_INTEGERS or base in (pl.Float32, pl.Float64):
        return values
    if base is pl.Boolean:
        return values.cast(pl.Int8)
    if base in (pl.String, pl.Categorical, pl.Enum):
        return values.cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
    if values.dtype.is_temporal():
        return _seconds(values)
    # Decimals, half floats and wide integers, which lose digits above 2**53.
    return values.cast(pl.Float64)


def _seconds(values: pl.Series) -> pl.Series:
    """Seconds of a duration, since midnight, or since 1970-01-01 UTC."""
    base = values.dtype.base_type()
    if base is pl.Duration:
        return _quotient(values.dt.total_microseconds(fractional=True), 1e6)
    return _quotient(values, 1e9) if base is pl.Time else _quotient(_time(values), 1e6)


def _quotient(values: pl.Series, divisor: float) -> pl.Series:
    # Divided by one number, Polars multiplies by its reciprocal, and 61,980 s are a little more.
    numbers = values.cast(pl.Int64) if values.dtype == pl.Time else values
    return numbers.cast(pl.Float64) / pl.repeat(divisor, len(numbers), eager=True)


def _truth(values: pl.Series) -> pl.Series:
    labels = as_labels(values.fill_nan(None) if values.dtype.is_float() else values)
    lowered = labels.str.strip_chars().str.to_lowercase()
    known = labels.to_frame("text").select(
        pl.when(~stands_for_missing(pl.col("text"))).then("text")
    )
    return lowered.replace_strict(_TRUTHS, default=known.to_series())


_TRUTHS = {"true": "true", "1": "true", "false": "false", "0": "false"}


def _time(values: pl.Series) -> pl.Series:
    base = values.dtype.base_type()
    if base in (pl.Categorical, pl.Enum):
        values, base = values.cast(pl.String), pl.String
    if base is pl.String:
        return values.str.to_datetime(time_unit="us", strict=False, time_zone="UTC").cast(pl.Int64)
    if base is pl.Datetime:
        return values.dt.cast_time_unit("us").cast(pl.Int64)
    return values.cast(pl.Datetime("us")).cast(pl.Int64)
