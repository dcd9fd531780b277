"""Counts, for one feature, how the model did in each bin, window by window, and samples rows."""

from __future__ import annotations

import dataclasses
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.profiles.binning import FineBinning, assign, coarse
from mmon.profiles.features import Binning, FeatureTable, Layout
from mmon.profiles.joint import Joint, squares_of
from mmon.profiles.reading import Reading

_FloatArray = NDArray[np.float64]
_IntArray = NDArray[np.int64]
_BinArray = NDArray[np.uint8]
T = TypeVar("T", NDArray[np.int64], NDArray[np.float64])


@dataclasses.dataclass
class _Sums:
    """The growing table of one window; bins by joint outcome, the last column unlabelled."""

    counts: _IntArray
    sums: _FloatArray
    extra: _FloatArray

    def widen(self, low: int, high: int) -> None:
        """Make room for bins before the first, and after the last but the one of nulls."""
        for name in ("counts", "sums", "extra"):
            table = getattr(self, name)
            shape = table.shape[1:]
            parts = [np.zeros((low, *shape), table.dtype), table[:-1]]
            parts += [np.zeros((high, *shape), table.dtype), table[-1:]]
            setattr(self, name, np.concatenate(parts))

    def pool(self, places: _BinArray, size: int) -> None:
        """Add up the bins that go to one place."""
        self.counts = _pooled(self.counts, places, size)
        self.sums = _pooled(self.sums, places, size)
        self.extra = _pooled(self.extra, places, size)


@dataclasses.dataclass(frozen=True, slots=True)
class _Sampled:
    """Bins of sampled rows, and how the bins were numbered then."""

    bins: _BinArray
    low: int
    size: int


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class FeatureCounts:
    """What a feature's fold counted in one window.

    Attributes
    ----------
    binning : Binning
    counts : (B, J + 1) int64
        Rows by bin and joint outcome, the last column unlabelled.
    sums, extra : (B, L) and (B, X) float64
        Sums of `Joint.losses` and `Joint.extra`.
    sampled : (k,) uint8
        Bins of the sampled rows.
    """

    binning: Binning
    counts: _IntArray
    sums: _FloatArray
    extra: _FloatArray
    sampled: _BinArray

    def table(self, layout: Layout, cells: _FloatArray) -> FeatureTable:
        """The feature's table; ``cells`` are the window's `LossCells.means`."""
        outcomes = self.counts[:, :-1]
        return FeatureTable(
            binning=self.binning,
            rows=self.counts.sum(axis=1),
            outcomes=outcomes,
            sums=self.sums,
            squares=squares_of(layout, outcomes, self.sums, self.extra, cells),
        )


class FeatureFold:
    """The bins of one feature, over all batches of one dataset.

    Parameters
    ----------
    column : str
    reading : Reading
    binning : Binning or None
        The reference's; None finds it out, on the reference itself.
    """

    def __init__(self, column: str, reading: Reading, binning: Binning | None) -> None:
        self._fine = FineBinning(column, reading) if binning is None else None
        self._binning = binning or FineBinning(column, reading).binning
        self._low = 0
        self._tables: dict[int, _Sums] = {}
        self._sampled: dict[int, list[_Sampled]] = {}

    def add(
        self,
        values: pl.Series,
        parts: tuple[tuple[int, int, int], ...],
        joint: Joint,
        layout: Layout,
        sampled: dict[int, _IntArray],
    ) -> None:
        """Take one batch.

        Parameters
        ----------
        values : (n,) Series in its final form
        parts : tuple of (window, first, past)
        joint : Joint
            Of the same rows, in the same order.
        layout : Layout
        sampled : mapping
            Window to the positions of the rows to remember.
        """
        if self._fine is not None:
            if self._fine.is_full:
                self._join(self._fine)
            grown = self._fine.grow(values)
            self._binning = self._fine.binning
            self._low += grown.low
            for table in self._tables.values():
                table.widen(grown.low, grown.high)
        bins = assign(values, self._binning)
        for window, first, past in parts:
            self._count(window, bins[first:past], joint, slice(first, past), layout)
        for window, positions in sampled.items():
            if not len(positions):
                continue
            chunk = _Sampled(bins[positions], self._low, self._binning.size)
            self._sampled.setdefault(window, []).append(chunk)

    def _join(self, fine: FineBinning) -> None:
        """Join neighbouring bins, in all that was counted with them."""
        rows: _IntArray = np.sum([one.counts.sum(axis=1) for one in self._tables.values()], axis=0)
        places = fine.join(rows)
        for window in self._sampled:
            bins = places[self._bins_of_sample(window)]
            self._sampled[window] = [_Sampled(bins, self._low, fine.binning.size)]
        for table in self._tables.values():
            table.pool(places, fine.binning.size)
        self._binning = fine.binning

    def _count(
        self, window: int, bins: _BinArray, joint: Joint, rows: slice, layout: Layout
    ) -> None:
        size, width = self._binning.size, layout.size + 1
        if window not in self._tables:
            counts = np.zeros((size, width), dtype=np.int64)
            sums, extra = (np.zeros((size, len(one))) for one in (joint.losses, joint.extra))
            self._tables[window] = _Sums(counts, sums, extra)
        table = self._tables[window]
        # In place: fresh arrays of a batch's size cost more than the sums.
        places = bins.astype(np.int64)
        codes = places * width
        codes += joint.codes[rows]
        table.counts += np.bincount(codes, minlength=size * width).reshape(size, width)
        for sums, weights in ((table.sums, joint.losses), (table.extra, joint.extra)):
            for index, weight in enumerate(weights):
                sums[:, index] += np.bincount(places, weight[rows], size)

    def finish(self, bins: int) -> dict[int, FeatureCounts]:
        """What was counted in each window.

        Parameters
        ----------
        bins : int
            How many bins a reference is left with.
        """
        found = {}
        for window, table in self._tables.items():
            binning, places = self._binning, np.arange(self._binning.size, dtype=np.uint8)
            if self._fine is not None:
                binning, places = coarse(binning, table.counts.sum(axis=1), bins)
            counts = _pooled(table.counts, places, binning.size)
            found[window] = FeatureCounts(
                binning=binning,
                counts=counts,
                sums=_pooled(table.sums, places, binning.size),
                extra=_pooled(table.extra, places, binning.size),
                sampled=places[self._bins_of_sample(window)],
            )
        return found

    def _bins_of_sample(self, window: int) -> _BinArray:
        """Bins of all sampled rows, in the numbering of the last batch."""
        null = self._binning.size - 1
        chunks = [
            np.where(one.bins == one.size - 1, null, one.bins + (self._low - one.low))
            for one in self._sampled.get(window, [])
        ]
        return np.concatenate(chunks).astype(np.uint8) if chunks else np.empty(0, np.uint8)


def _pooled(table: T, places: _BinArray, size: int) -> T:
    """Rows of a table added up by the place they go to."""
    pooled = np.zeros((size, table.shape[1]), dtype=table.dtype)
    np.add.at(pooled, places, table)
    return pooled
