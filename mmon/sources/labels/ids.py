"""Turns the ids of two datasets into keys that are equal exactly when the ids are."""

from __future__ import annotations

import polars as pl

from mmon.profiles.recognition.spelling import LabelSpelling
from mmon.sources.dtypes import TEXT

_INTEGERS = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32)


def are_comparable(one: pl.DataType, other: pl.DataType) -> bool:
    """Whether ids of two types can be told equal: texts and numbers among themselves, else alike.

    A date as text, or binary data as text, has many forms, and which of them is meant is not ours
    to guess.
    """
    if one.is_nested() or other.is_nested() or pl.Object in (one, other):
        return False
    return one == other or pl.Null in (one, other) or (_is_written(one) and _is_written(other))


def id_key(column: str, own: pl.DataType, other: pl.DataType) -> pl.Expr:
    """The key of an id column of type ``own``, to be compared with ids of type ``other``.

    Integers are their own keys. Everything else is a 64-bit hash of the value, of 5, 5.0 and "5"
    alike: 8 bytes an id whatever its length. That any two different ids of n labels and m
    predictions are taken for one has a probability below n · (n + m) / 2⁶⁴: 4 in 100,000 for 20
    million of each.

    Returns
    -------
    Expr
        int64 or uint64, of the same type for both sides; null where the id is null or NaN.
    """
    if own == pl.Null:
        own = other
        value = pl.col(column).cast(own)
    else:
        value = pl.col(column)
    if own in _INTEGERS and (other in _INTEGERS or other == pl.Null):
        return value.cast(pl.Int64)
    if _is_written(own):
        # Beside numbers 005 is 5; among texts it is another id.
        value = LabelSpelling(is_number=other.is_numeric()).read(value, own).str.strip_chars()
    return pl.when(value.is_not_null()).then(value.hash(seed=0))


def _is_written(dtype: pl.DataType) -> bool:
    return dtype.is_numeric() or isinstance(dtype, TEXT)
