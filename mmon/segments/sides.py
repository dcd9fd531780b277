"""What a search for worse segments looks at on one side: counts of all rows, and sampled rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.profiles.features.binning import assign
from mmon.profiles.features.losses import joint_of
from mmon.profiles.features.row_sample import RowSample
from mmon.profiles.features.tables import FeatureTables
from mmon.records.arrays import BoolArray, FloatArray


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class SampledLosses:
    """A uniform sample of labelled rows, by bins; all labelled rows where there are few enough.

    Attributes
    ----------
    bins : (k, F) uint8
        Bin of each row in each of the features of `FeatureTables.tables`, in their order.
    loss : (k,) float64
        0 or 1 (wrong) for classes; the absolute error for a regression.
    half : (k,) bool
        A fair coin for each row: which half discovers and which confirms.
    seen : int
        Labelled rows that the sample was drawn from.
    """

    bins: NDArray[np.uint8]
    loss: FloatArray
    half: BoolArray
    seen: int

    def __len__(self) -> int:
        return len(self.loss)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side's tables, and its sampled rows; None where it holds none."""

    tables: FeatureTables
    sample: SampledLosses | None

    @classmethod
    def of(
        cls, tables: FeatureTables, sample: RowSample | None, single: Collection[str] = ()
    ) -> Self:
        """One side; values of ``single`` columns are of single precision on either of the two."""
        rows = None if sample is None else sample.labelled_rows()
        outcome = None if rows is None else rows.outcome()
        if rows is None or outcome is None:
            return cls(tables, None)
        loss = joint_of(outcome, tables.layout).wrong
        is_usable = ~np.isnan(loss)
        bins = np.empty((len(rows), len(tables.tables)), dtype=np.uint8)
        for place, table in enumerate(tables.tables):
            name = table.binning.column
            values = rows.frame.get_column(name).alias("values")
            values = values.cast(pl.Float32) if name in single else values
            bins[:, place] = assign(values, table.binning)
        kept = bins[is_usable], loss[is_usable], rows.half[is_usable]
        return cls(tables, SampledLosses(*kept, seen=rows.seen))
