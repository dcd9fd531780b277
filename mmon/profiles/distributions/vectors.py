"""Vectors of one length in a column of lists, with what is missing or of another length told."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.records.arrays import BoolArray, FloatArray

MOST_NUMBERS = 16_384
"""In one vector: of longer ones the sums would take more memory than the rows of a batch."""
# Digits of a norm: vectors of length 1 have it to so many in half precision, too.
_DIGITS = 4


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """The vectors among n values.

    Attributes
    ----------
    matrix : (k, d) float32 or float64
        Those whose numbers are all finite.
    is_usable : (n,) bool
        Which of the values they are.
    null, nan, inf : int
        Values without a vector or with an empty one, with a number missing, with an infinite one.
    odd : (r,) Series
        The lengths of the others, which have another one.
    """

    matrix: NDArray[Any]
    is_usable: BoolArray
    null: int
    nan: int
    inf: int
    odd: pl.Series

    def norms(self) -> FloatArray:
        """(k,) Euclidean lengths, to four digits: rounding of the numbers shows in no more."""
        norms: FloatArray = np.sqrt(_squares(self.matrix))
        scale = np.ones(len(norms))
        # Of numbers beyond these the powers of ten are not.
        is_scaled = (norms > 1e-290) & (norms < 1e290)
        scale[is_scaled] = 10.0 ** (_DIGITS - 1 - np.floor(np.log10(norms[is_scaled])))
        rounded: FloatArray = np.rint(norms * scale) / scale
        return np.where(is_scaled, rounded, norms)

    def as_series(self) -> pl.Series:
        """(n,) Array of Float32, null where there is no vector."""
        every = np.full((len(self.is_usable), self.matrix.shape[1]), np.nan, dtype=np.float32)
        with np.errstate(over="ignore"):
            every[self.is_usable] = self.matrix
        every[np.isinf(every).any(axis=1)] = np.nan
        return series_of(every)


def series_of(matrix: NDArray[np.float32]) -> pl.Series:
    """(n,) Array of Float32, null where a number of a row is none."""
    found = pl.Series("vectors", matrix, dtype=pl.Array(pl.Float32, matrix.shape[1]))
    is_missing = np.isnan(matrix).any(axis=1)
    if not is_missing.any():
        return found
    known = pl.when(pl.lit(pl.Series(~is_missing))).then("vectors")
    return found.to_frame().select(known).to_series()


def lengths_of(values: pl.Series) -> pl.Series:
    """(n,) how many numbers each list has; null where there is none."""
    if values.dtype == pl.Null:
        return pl.Series([None] * len(values), dtype=pl.UInt32)
    lists = values.arr.to_list() if isinstance(values.dtype, pl.Array) else values
    found = lists.list.len()
    # A missing vector may be written as one without numbers.
    return found.set(found == 0, None)


def vectors_in(values: pl.Series, width: int) -> Vectors:
    """The vectors of ``width`` numbers among (n,) lists, or values that are all missing."""
    lengths = lengths_of(values)
    is_right = (lengths == width).fill_null(False)
    odd = lengths.filter(lengths.is_not_null() & ~is_right)
    usable: BoolArray = is_right.to_numpy().copy()
    flat = values.filter(is_right)
    flat = flat.explode() if len(flat) else pl.Series([], dtype=pl.Float32)
    numbers = flat if flat.dtype == pl.Float32 else flat.cast(pl.Float64)
    matrix = numbers.fill_null(math.nan).to_numpy().reshape(-1, width)
    squares = _squares(matrix)
    nan = inf = 0
    if not np.isfinite(squares).all():
        is_nan = np.isnan(matrix).any(axis=1)
        is_finite = np.isfinite(squares)
        nan, inf = int(is_nan.sum()), int((~is_finite & ~is_nan).sum())
        usable[np.flatnonzero(usable)[~is_finite]] = False
        matrix = matrix[is_finite]
    return Vectors(matrix, usable, lengths.null_count(), nan, inf, odd)


def _squares(matrix: NDArray[Any]) -> FloatArray:
    with np.errstate(over="ignore", invalid="ignore"):
        found: FloatArray = np.einsum("ij,ij->i", matrix, matrix, dtype=np.float64)
    return found
