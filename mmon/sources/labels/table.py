"""Reads delayed labels into memory: one compact row for each id."""

from __future__ import annotations

import dataclasses

import polars as pl

from mmon.profiles.label_facts import LABEL_ROW

KEY = "__mmon_label_key"
_LABELS = "__mmon_labels"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class LabelTable:
    """The labels, an id a row.

    Attributes
    ----------
    table : DataFrame
        `KEY`, the column of labels (null where an id has none, or several), and `LABEL_ROW`.
    rows : int
        Rows read.
    null_ids : int
        Rows without an id.
    repeated : int
        Ids in several rows that do not contradict each other.
    conflicting : int
        Ids with several different labels.
    """

    table: pl.DataFrame
    rows: int
    null_ids: int
    repeated: int
    conflicting: int


def compact_label(column: str, dtype: pl.DataType) -> pl.Expr:
    """The labels in few bytes, texts as 4-byte codes; NaN, as some libraries write it, is null."""
    if dtype == pl.String:
        return pl.col(column).cast(pl.Categorical)
    return pl.col(column).fill_nan(None) if dtype.is_float() else pl.col(column)


def read_labels(labels: pl.LazyFrame, key: pl.Expr, label: pl.Expr) -> LabelTable:
    """Read every label and find the one of each id.

    Sorting takes half the memory of grouping all rows: only the rows that share an id are grouped.

    Parameters
    ----------
    labels : LazyFrame
    key : Expr
        The ids as integers.
    label : Expr
        The labels; its name is that of the table's column.
    """
    rows = labels.select(key.alias(KEY), label).collect(engine="streaming")
    found = rows.drop_nulls(KEY).sort(KEY)
    is_again = (pl.col(KEY) == pl.col(KEY).shift(1)).fill_null(False)
    is_shared = found.select(is_again | is_again.shift(-1, fill_value=False)).to_series()
    once, shared = found.filter(~is_shared), found.filter(is_shared)
    name = label.meta.output_name()
    present = pl.col(name).drop_nulls()
    grouped = shared.group_by(KEY).agg(present.first(), present.n_unique().alias(_LABELS))
    is_conflict = pl.col(_LABELS) > 1
    agreed = grouped.select(KEY, pl.when(~is_conflict).then(name))
    conflicting = int(grouped.select(is_conflict.sum()).item())
    return LabelTable(
        table=pl.concat([once, agreed]).with_row_index(LABEL_ROW),
        rows=rows.height,
        null_ids=rows.height - found.height,
        repeated=grouped.height - conflicting,
        conflicting=conflicting,
    )
