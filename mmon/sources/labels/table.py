"""Reads delayed labels into memory: one compact row for each id, by a key that tells ids apart."""

from __future__ import annotations

import polars as pl

from mmon.profiles.label_facts import LABEL_ROW, LabelFacts, described_id
from mmon.profiles.recognition.spelling import LabelSpelling
from mmon.sources import Data
from mmon.sources.dtypes import TEXT
from mmon.sources.errors import reading

KEY = "__mmon_label_key"
_LABELS = "__mmon_labels"
_INTEGERS = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32)


def compact_label(column: str, dtype: pl.DataType) -> pl.Expr:
    """The labels in few bytes, texts as 4-byte codes; NaN, as some libraries write it, is null."""
    if dtype == pl.String:
        return pl.col(column).cast(pl.Categorical)
    return pl.col(column).fill_nan(None) if dtype.is_float() else pl.col(column)


def read_labels(
    labels: Data, on: str, key: pl.Expr, label: pl.Expr
) -> tuple[pl.DataFrame, LabelFacts]:
    """Read every label and find the one of each id.

    Sorting takes half the memory of grouping all rows: only the rows that share an id are grouped.

    Parameters
    ----------
    labels : Data
    on : str
        The column of the ids.
    key : Expr
        These as integers.
    label : Expr
        The labels; its name is that of the table's column.

    Returns
    -------
    DataFrame
        A row for each id: `KEY`, its label (null where it has none, or several) and `LABEL_ROW`.
    LabelFacts
        What is known before production is.
    """
    with reading(labels.name):
        rows = labels.frame.select(key.alias(KEY), label).collect(engine="streaming")
        can_match = labels.frame.select(on).filter(key.is_not_null())
        first = can_match.head(1).collect(engine="streaming")
    found = rows.drop_nulls(KEY).sort(KEY)
    is_again = (pl.col(KEY) == pl.col(KEY).shift(1)).fill_null(False)
    is_shared = found.select(is_again | is_again.shift(-1, fill_value=False)).to_series()
    once, shared = found.filter(~is_shared), found.filter(is_shared)
    name = label.meta.output_name()
    present = pl.col(name).drop_nulls()
    grouped = shared.group_by(KEY).agg(present.first(), present.n_unique().alias(_LABELS))
    is_conflict = pl.col(_LABELS) > 1
    table = pl.concat([once, grouped.select(KEY, pl.when(~is_conflict).then(name))])
    conflicting = int(grouped.select(is_conflict.sum()).item())
    return table.with_row_index(LABEL_ROW), LabelFacts(
        source=labels.name,
        column=on,
        labels=rows.height,
        null_ids=rows.height - found.height,
        distinct_ids=table.height,
        repeated_labels=grouped.height - conflicting,
        conflicting_labels=conflicting,
        labels_without_prediction=table.height,
        label_id=described_id(first[on]),
    )


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
