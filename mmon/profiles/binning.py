"""Puts the values of one feature into bins: chosen on the reference as it streams by, then kept.

The reference's quantiles are not known before it was read, and it is read once. So its first batch
is cut finely, the fine bins are counted exactly to the end, and only then are neighbours joined
into about equal masses. Values beyond all that were seen before get fine bins of their own, so that
a feature that grows with time is not all in its last bin.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.profiles.counts import as_labels
from mmon.profiles.features import Binning
from mmon.profiles.reading import Reading

_FloatArray = NDArray[np.float64]
_BinArray = NDArray[np.uint8]

# Twice as many as the usual ten: tenths of the first batch are kept, tenths of all rows are off by
# at most a twentieth.
_FINE_BINS = 20
# More values than this beyond the known range, as a share of a batch, get bins of their own.
_BEYOND_SHARE = 1 / _FINE_BINS
_MOST_EDGES = 200
# Categories are counted exactly, so that the most frequent can be chosen at the end.
_MOST_LABELS = 100


def assign(values: pl.Series, binning: Binning) -> _BinArray:
    """The bin of each value.

    Parameters
    ----------
    values : (n,) Series in the final form of its reading (see `mmon.profiles.reading.read_as`)
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


def _as_floats(values: pl.Series) -> NDArray[np.float64] | NDArray[np.float32]:
    floats = values if values.dtype == pl.Float32 else values.cast(pl.Float64)
    # Filling copies, even where there is nothing to fill.
    return (floats.fill_null(np.nan) if floats.null_count() else floats).to_numpy()


@dataclasses.dataclass(frozen=True, slots=True)
class Growth:
    """Bins that were added on either side, before the first bin and after the last numeric one."""

    low: int = 0
    high: int = 0


class FineBinning:
    """The growing fine bins of one feature of the reference."""

    def __init__(self, column: str, reading: Reading) -> None:
        self._is_label = reading in (Reading.LABEL, Reading.TRUTH)
        self._range = (np.inf, -np.inf)
        self.binning = Binning(column, np.empty(0), None)
        if self._is_label:
            self.binning = Binning(column, None, ())
        self._is_cut = False
        self._is_single = False
        # Whether every category that was seen has a bin of its own.
        self._is_complete = True

    @property
    def is_full(self) -> bool:
        """Whether numbers beyond the range known would find no room for bins of their own."""
        edges = self.binning.edges
        return edges is not None and len(edges) > _MOST_EDGES - 2 * _FINE_BINS

    def join(self, rows: NDArray[np.int64]) -> _BinArray:
        """Join bins to make room for others.

        Parameters
        ----------
        rows : (B,) int64, rows in each bin

        Returns
        -------
        (B,) uint8, the new bin of each.
        """
        self.binning, places = coarse(self.binning, rows, 2 * _FINE_BINS)
        return places

    def grow(self, values: pl.Series) -> Growth:
        """Fit the bins to a batch of values; what was counted before stays right."""
        if self._is_label:
            return self._learn(values) if self._is_complete else Growth()
        if self._is_cut and self._is_inside(values):
            return Growth()
        self._is_single = values.dtype == pl.Float32
        floats = _as_floats(values).astype(np.float64, copy=False)
        finite = floats[np.isfinite(floats)]
        if not len(finite):
            return Growth()
        low, high = float(finite.min()), float(finite.max())
        if not self._is_cut:
            self._is_cut = True
            self._range = low, high
            edges = _quantiles(finite, _FINE_BINS)
            self._keep(edges[edges < high])
            return Growth(high=len(edges[edges < high]))
        return self._reach_out(finite, low, high)

    def _learn(self, values: pl.Series) -> Growth:
        """Give each new category a bin: the rest, in no bin of its own, was empty so far."""
        known = self.binning.labels or ()
        there = values.drop_nulls()
        is_new = _assign_labels(there, self.binning) == len(known)
        if not is_new.any():
            return Growth()
        room = _MOST_LABELS - len(known)
        new = _most_frequent(there.filter(pl.Series(is_new)), room + 1)
        self._is_complete = len(new) <= room
        self.binning = Binning(self.binning.column, None, (*known, *new[:room]))
        return Growth(high=min(len(new), room))

    def _is_inside(self, values: pl.Series) -> bool:
        """Whether all values are in the range known; the usual case, and a cheap look."""
        low, high = values.min(), values.max()
        if not isinstance(low, int | float) or not isinstance(high, int | float):
            return False
        return self._range[0] <= low and high <= self._range[1]

    def _reach_out(self, finite: _FloatArray, low: float, high: float) -> Growth:
        edges = self.binning.edges
        if edges is None:
            return Growth()
        below, above = np.empty(0), np.empty(0)
        if low < self._range[0]:
            beyond = finite[finite < self._range[0]]
            below = _edges_beyond(beyond, len(finite))
            # Rows at the smallest value known must stay in the bin above.
            below = np.append(below, self._just_below(self._range[0])) if len(below) else below
        if high > self._range[1]:
            beyond = finite[finite > self._range[1]]
            above = _edges_beyond(beyond, len(finite))
            above = np.append(self._range[1], above[above < high]) if len(above) else above
        self._range = min(low, self._range[0]), max(high, self._range[1])
        grown = np.unique(np.concatenate([below, edges, above]))
        added_low = int(np.searchsorted(grown, edges[0])) if len(edges) else len(np.unique(below))
        self._keep(grown)
        return Growth(added_low, len(grown) - len(edges) - added_low)

    def _just_below(self, value: float) -> float:
        kind = np.float32 if self._is_single else np.float64
        return float(np.nextafter(kind(value), kind(-np.inf)))

    def _keep(self, edges: _FloatArray) -> None:
        self.binning = Binning(self.binning.column, edges, None, self._is_single)


def _edges_beyond(values: _FloatArray, batch_rows: int) -> _FloatArray:
    """Edges for values beyond the known range: as fine as inside, none for a few outliers."""
    bins = int(len(values) / batch_rows / _BEYOND_SHARE)
    return _quantiles(values, bins + 1) if bins >= 1 else np.empty(0)


def _quantiles(values: _FloatArray, bins: int) -> _FloatArray:
    """Distinct values that cut ``values`` into about equal masses; each few values into one bin."""
    distinct = np.unique(values)
    if len(distinct) <= bins:
        return distinct
    ordered = np.sort(values)
    ranks = (np.arange(1, bins) * len(ordered)) // bins
    return np.unique(ordered[ranks])


def _most_frequent(values: pl.Series, most: int) -> tuple[str, ...]:
    counts = values.drop_nulls().alias("label").value_counts(name="rows")
    counts = counts.with_columns(as_labels(counts["label"]))
    counts = counts.group_by("label").agg(pl.col("rows").sum())
    top = counts.sort(["rows", "label"], descending=[True, False]).head(most)
    return tuple(top["label"].to_list())


def coarse(binning: Binning, rows: NDArray[np.int64], bins: int) -> tuple[Binning, _BinArray]:
    """Join fine bins into about ``bins`` of equal mass; of categories, keep the most frequent.

    Parameters
    ----------
    binning : Binning
    rows : (B,) int64, rows in each fine bin
    bins : int

    Returns
    -------
    (Binning, (B,) uint8)
        The coarse bins, and the coarse bin of each fine one.
    """
    if binning.edges is not None:
        return _joined(binning, binning.edges, rows, bins)
    labels = binning.labels or ()
    order = sorted(range(len(labels)), key=lambda index: (-int(rows[index]), labels[index]))
    kept = order[:bins]
    places = np.full(len(rows), len(kept), dtype=np.uint8)
    places[kept] = np.arange(len(kept))
    places[-1] = len(kept) + 1
    return Binning(binning.column, None, tuple(labels[index] for index in kept)), places


def _joined(
    binning: Binning, edges: _FloatArray, rows: NDArray[np.int64], bins: int
) -> tuple[Binning, _BinArray]:
    if len(edges) < bins or not rows[:-1].any():
        return binning, np.arange(binning.size, dtype=np.uint8)
    # Rows at or below each edge; the one nearest to each equal share is kept.
    below = np.cumsum(rows[: len(edges)])
    shares = np.arange(1, bins) * (int(rows[:-1].sum()) / bins)
    nearest = np.unique(np.abs(below[:, None] - shares).argmin(axis=0))
    # An edge with no row below it, or none above, would make an empty bin.
    nearest = nearest[(below[nearest] > 0) & (below[nearest] < rows[:-1].sum())]
    is_kept = np.zeros(len(edges), dtype=np.int64)
    is_kept[nearest] = 1
    places = np.append(0, np.cumsum(is_kept)).astype(np.uint8)
    kept = edges[nearest]
    joined = dataclasses.replace(binning, edges=kept)
    return joined, np.append(places, np.uint8(len(kept) + 1))
