"""Counts, for one feature, how the model did in each bin, window by window."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.profiles.features.binning import assign
from mmon.profiles.features.losses import Joint
from mmon.profiles.features.tables import Binning, FeatureTable, Layout
from mmon.profiles.folding.batches import Rows
from mmon.records.arrays import FloatArray, IntArray


@dataclasses.dataclass(slots=True)
class FeatureCounts:
    """The growing table of one feature in one window, as `FeatureTable` has it.

    ``counts`` is (B, J + 1), its last column unlabelled.
    """

    binning: Binning
    counts: IntArray
    sums: FloatArray
    extra: FloatArray

    def add(self, bins: NDArray[np.uint8], joint: Joint, rows: slice) -> None:
        """Count some rows of a batch, which have these bins."""
        size, width = self.counts.shape
        # In place: fresh arrays of a batch's size cost more than the sums.
        places = bins.astype(np.int64)
        codes = places * width
        codes += joint.codes[rows]
        self.counts += np.bincount(codes, minlength=size * width).reshape(size, width)
        for sums, weights in ((self.sums, joint.losses), (self.extra, joint.extra)):
            for index, weight in enumerate(weights):
                sums[:, index] += np.bincount(places, weight[rows], size)

    def table(self) -> FeatureTable:
        """What was counted."""
        rows = self.counts.sum(axis=1)
        return FeatureTable(self.binning, rows, self.counts[:, :-1], self.sums, self.extra)


class FeatureFold:
    """The bins of one feature, over all batches of one dataset."""

    def __init__(self, binning: Binning, layout: Layout) -> None:
        self._binning = binning
        self._layout = layout
        self.windows: dict[int, FeatureCounts] = {}

    def add(self, values: pl.Series, rows: Rows) -> None:
        """Take one batch: the feature's values in their final form, in the order of the rows."""
        bins = assign(values, self._binning)
        for window, first, past in rows.parts:
            if window not in self.windows:
                self.windows[window] = self._empty()
            self.windows[window].add(bins[first:past], rows.joint, slice(first, past))

    def _empty(self) -> FeatureCounts:
        size, layout = self._binning.size, self._layout
        counts = np.zeros((size, layout.size + 1), dtype=np.int64)
        sums, extra = (np.zeros((size, width)) for width in (len(layout.losses), layout.extras))
        return FeatureCounts(self._binning, counts, sums, extra)
