"""Puts the values of one feature into bins, which are chosen once all of the reference was read."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.profiles.distributions.counts import Counts, as_labels
from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.features.tables import Binning
from mmon.profiles.table import ColumnProfile
from mmon.records.arrays import FloatArray

_BinArray = NDArray[np.uint8]
_MOST_CATEGORIES = 100


def assign(values: pl.Series, binning: Binning) -> _BinArray:
    """The bin of each value.

    Parameters
    ----------
    values : (n,) Series in the final form of its reading (see `reading.read_as`)
    binning : Binning

    Returns
    -------
    (n,) uint8, below ``binning.size``.
    """
    if binning.edges is None:
        return _assign_labels(values, binning)
    numbers = _as_floats(values)
    if binning.is_single:
        numbers = numbers.astype(np.float32, copy=False)
    bins = np.zeros(len(numbers), dtype=np.uint8)
    is_above = np.empty(len(numbers), dtype=np.bool_)
    # A comparison an edge is several times faster than a binary search for so few edges.
    for edge in binning.edges.astype(numbers.dtype):
        np.greater(numbers, edge, out=is_above)
        bins += is_above.view(np.uint8)
    is_missing = ~np.isfinite(numbers)
    if is_missing.any():
        bins[is_missing] = binning.size - 1
    return bins


def _assign_labels(values: pl.Series, binning: Binning) -> _BinArray:
    labels = values
    if values.dtype.base_type() not in (pl.String, pl.Categorical, pl.Enum):
        labels = as_labels(values)
    if labels.dtype == pl.String:
        bins = _by_hash(labels, binning.labels or ())
    else:
        bins = _by_code(labels, binning.labels or ())
    if values.null_count():
        bins[values.is_null().to_numpy()] = binning.size - 1
    return bins


def _by_hash(labels: pl.Series, known: tuple[str, ...]) -> _BinArray:
    """Bins of texts: comparing 64-bit hashes takes half the time of looking texts up.

    That a label has the hash of one of so few others has a probability below 1e-17 a label.
    """
    hashes = labels.hash(seed=0).to_numpy()
    below = np.zeros(len(labels), dtype=np.uint8)
    is_equal = np.empty(len(labels), dtype=np.bool_)
    step = is_equal.view(np.uint8)
    for code, wanted in enumerate(pl.Series(known, dtype=pl.String).hash(seed=0).to_numpy()):
        np.equal(hashes, wanted, out=is_equal)
        # Arithmetic on bytes: a masked assignment takes ten times as long.
        step *= np.uint8(len(known) - code)
        below += step
    bins: _BinArray = np.uint8(len(known)) - below
    return bins


def _by_code(labels: pl.Series, known: tuple[str, ...]) -> _BinArray:
    enumeration = pl.Enum(pl.Series(known, dtype=pl.String))
    # Unknown labels become null.
    codes = labels.cast(enumeration, strict=False).to_physical().cast(pl.UInt8)
    bins: _BinArray = codes.fill_null(len(known)).to_numpy(writable=True)
    return bins


def _as_floats(values: pl.Series) -> FloatArray | NDArray[np.float32]:
    floats = values if values.dtype == pl.Float32 else values.cast(pl.Float64)
    # Filling copies, even where there is nothing to fill.
    return (floats.fill_null(np.nan) if floats.null_count() else floats).to_numpy()


def binning_of(column: ColumnProfile, bins: int) -> Binning:
    """Bins of about equal mass for the values of a feature; of categories, one each.

    Those that hold 1 % of the rows are told apart, up to a hundred, and at least the most frequent.

    Parameters
    ----------
    column : ColumnProfile
        With its distribution.
    bins : int
        How many of numbers, besides that of missing values; of categories, at least how many.
    """
    found = column.distribution
    if isinstance(found, Counts):
        notable = int(np.count_nonzero(found.mass * _MOST_CATEGORIES >= found.n))
        order = np.lexsort((np.arange(len(found.mass)), -found.mass))
        kept = order[: min(max(bins, notable), _MOST_CATEGORIES)]
        return Binning(column.name, None, tuple(found.labels.gather(kept).to_list()))
    edges = np.empty(0) if found is None else _edges(found, bins)
    is_single = column.spelling is None and column.dtype in ("Float32", "Float16")
    return Binning(column.name, edges, None, is_single)


def _edges(found: Ecdf, bins: int) -> FloatArray:
    """The values that are nearest to equal shares; none is the largest, which has none above it."""
    values, below = found.values[:-1].astype(np.float64), found.cumulative[:-1]
    if len(values) < bins:
        return np.unique(values)
    shares = np.arange(1, bins) * (found.n / bins)
    return np.unique(values[np.abs(below[:, None] - shares).argmin(axis=0)])
