"""Rows of both sides as one matrix that trees of scikit-learn take."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import polars as pl

from mmon.records.arrays import BoolArray, FloatArray

# What a column of categories may have in scikit-learn's histograms: rarer ones are taken together.
_MOST_CATEGORIES = 254
# Trees look at no more bins of a number, and scikit-learn takes very long to find them.
_BINS = 255
# Polars might take the own name of a column for a pattern, or for that of the counts.
_NAME = "label"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Features of both sides, missing values as nan.

    Attributes
    ----------
    ref, cur : (n, F) and (m, F) float64
        Numbers, and codes of categories from 0.
    is_category : (F,) bool
    names : tuple of str
    labels : tuple of tuple of str
        Of categories the label of each code, by which a person knows it; of numbers none.
    is_time : tuple of bool
        Which numbers are times, in microseconds since 1970-01-01 UTC.
    """

    ref: FloatArray
    cur: FloatArray
    is_category: BoolArray
    names: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...] = ()
    is_time: tuple[bool, ...] = ()


def rows_of(ref: pl.DataFrame, cur: pl.DataFrame) -> Rows:
    """The columns that both frames have, of numbers or of labels.

    Categories are coded by how frequent they are on both sides together, so that the codes know
    nothing of the sides.
    """
    names = [name for name in ref.columns if name in cur.columns]
    sides: tuple[list[FloatArray], list[FloatArray]] = ([], [])
    is_category = [ref.schema[name] == pl.String for name in names]
    known: list[tuple[str, ...]] = []
    for name, is_label in zip(names, is_category, strict=True):
        values = pl.concat([ref.get_column(name), cur.get_column(name)])
        codes = codes_of(values) if is_label else None
        known.append(tuple(codes or ())[:_MOST_CATEGORIES])
        column = numbers(values, codes)
        for side, part in zip(sides, np.split(column, [ref.height]), strict=True):
            side.append(part)
    before, after = (
        np.column_stack(side) if side else np.empty((frame.height, 0))
        for side, frame in zip(sides, (ref, cur), strict=True)
    )
    return Rows(
        before,
        after,
        np.array(is_category, dtype=np.bool_),
        tuple(names),
        tuple(known),
        tuple(ref.schema[name] == pl.Int64 for name in names),
    )


def binned(rows: Rows) -> Rows:
    """The same rows, with the bins of equal mass in the place of numbers: trees see no more."""
    sides = rows.ref.copy(), rows.cur.copy()
    for at in np.flatnonzero(~rows.is_category):
        edges = edges_of(np.concatenate([side[:, at] for side in sides]))
        for side in sides:
            side[:, at] = in_bins(side[:, at], edges)
    return dataclasses.replace(rows, ref=sides[0], cur=sides[1])


def edges_of(values: FloatArray) -> FloatArray:
    """The upper edges of all bins of (n,) values but the last, halfway between few values."""
    known = np.sort(values[~np.isnan(values)])
    distinct = known[np.flatnonzero(np.diff(known, prepend=-np.inf))]
    if len(distinct) > _BINS:
        distinct = np.unique(known[np.arange(1, _BINS) * len(known) // _BINS])
    return distinct[:-1] / 2.0 + distinct[1:] / 2.0


def in_bins(values: FloatArray, edges: FloatArray) -> FloatArray:
    """(n,) the number of each value's bin, from 0; nan where missing."""
    return np.where(np.isnan(values), np.nan, np.searchsorted(edges, values))


def learnable(matrix: FloatArray) -> FloatArray:
    """(n, F) rows to learn from; features that all of them lack are 0, as trees need some value."""
    return np.where(np.isnan(matrix).all(axis=0), 0.0, matrix)


def codes_of(labels: pl.Series) -> dict[str, float]:
    """Codes of labels, the most frequent first; the last stands for all rarer ones."""
    known = label_counts(labels)
    return {label: float(min(at, _MOST_CATEGORIES - 1)) for at, label in enumerate(known)}


def label_counts(labels: pl.Series) -> dict[str, int]:
    """Rows of each label, the most frequent first."""
    counts = labels.alias(_NAME).drop_nulls().value_counts()
    counts = counts.sort(["count", _NAME], descending=[True, False])
    return dict(counts.select(_NAME, "count").iter_rows())


def numbers(column: pl.Series, codes: Mapping[str, float] | None) -> FloatArray:
    """(n,) numbers, or the codes of labels; nan where missing, and where a label has no code."""
    if codes is not None:
        column = column.alias(_NAME).replace_strict(codes, default=None, return_dtype=pl.Float64)
    # Trees order values: the largest number stands for infinity.
    largest = float(np.finfo(np.float32).max)
    values: FloatArray = column.cast(pl.Float64).to_numpy().astype(np.float64)
    return values.clip(-largest, largest)
