"""Rows of both sides as one matrix that trees of scikit-learn take."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl

from mmon.records.arrays import BoolArray, FloatArray

# What a column of categories may have in scikit-learn's histograms: rarer ones are taken together.
_MOST_CATEGORIES = 254


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Features of both sides, missing values as nan.

    Attributes
    ----------
    ref, cur : (n, F) and (m, F) float64
        Numbers, and codes of categories from 0.
    is_category : (F,) bool
    names : tuple of str
    """

    ref: FloatArray
    cur: FloatArray
    is_category: BoolArray
    names: tuple[str, ...]


def rows_of(ref: pl.DataFrame, cur: pl.DataFrame) -> Rows:
    """The columns that both frames have, of numbers or of labels.

    Categories are coded by how frequent they are on both sides together, so that the codes know
    nothing of the sides.
    """
    names = [name for name in ref.columns if name in cur.columns]
    sides: tuple[list[FloatArray], list[FloatArray]] = ([], [])
    is_category = [ref.schema[name] == pl.String for name in names]
    for name, labels in zip(names, is_category, strict=True):
        values = pl.concat([ref.get_column(name), cur.get_column(name)])
        values = _coded(values) if labels else values.cast(pl.Float64)
        column = values.to_numpy().astype(np.float64)
        # Trees order values: the largest number stands for infinity.
        column = np.clip(column, -np.finfo(np.float32).max, np.finfo(np.float32).max)
        for side, part in zip(sides, np.split(column, [ref.height]), strict=True):
            side.append(part)
    before, after = (
        np.column_stack(side) if side else np.empty((frame.height, 0))
        for side, frame in zip(sides, (ref, cur), strict=True)
    )
    return Rows(before, after, np.array(is_category, dtype=np.bool_), tuple(names))


def learnable(matrix: FloatArray) -> FloatArray:
    """(n, F) rows to learn from; features that all of them lack are 0, as trees need some value."""
    return np.where(np.isnan(matrix).all(axis=0), 0.0, matrix)


def _coded(labels: pl.Series) -> pl.Series:
    """Codes of labels, the most frequent first; the last stands for all rarer ones."""
    # The name of a column might be taken for a pattern.
    labels = labels.alias("label")
    counts = labels.drop_nulls().value_counts()
    known = counts.sort(["count", "label"], descending=[True, False]).get_column("label")
    codes = np.minimum(np.arange(len(known)), _MOST_CATEGORIES - 1).astype(np.float64)
    return labels.replace_strict(known, pl.Series(codes), default=None, return_dtype=pl.Float64)
