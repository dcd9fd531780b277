"""Brings both sides of a comparison to one floating-point precision, so that 0.1 equals 0.1."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import polars as pl

from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.features.row_sample import SampledColumn
from mmon.profiles.merging import changed
from mmon.profiles.table import ColumnProfile, Profile
from mmon.records.arrays import FloatArray

_Narrow = type[np.float32] | type[np.float16]
# The narrowest is the last.
_NARROW: dict[str, _Narrow] = {"Float32": np.float32, "Float16": np.float16}


def at_one_precision(
    reference: Profile, production: Sequence[Profile]
) -> tuple[Profile, list[Profile]]:
    """Both sides with each number rounded to the narrower of its two floating-point types.

    A column that was written with single precision on one side alone holds 0.1 there as
    0.10000000149: without rounding, no value of the two sides would be equal. Production is the
    windows, all of one schema.
    """
    dtypes = {column.name: column.dtype for window in production[:1] for column in window.columns}
    narrow: dict[str, _Narrow] = {}
    for column in reference.columns:
        both = {column.dtype, dtypes.get(column.name, column.dtype)}
        kinds = [kind for name, kind in _NARROW.items() if name in both]
        if column.reading is Reading.NUMBER and len(both) == 2 and kinds:
            narrow[column.name] = kinds[-1]

    if not narrow:
        return reference, list(production)

    def rounded(side: Profile) -> Profile:
        side = changed(side, ColumnProfile, lambda one: _rounded(one, narrow.get(one.name)))
        return changed(side, SampledColumn, lambda one: _rounded_rows(one, narrow.get(one.name)))

    return rounded(reference), [rounded(window) for window in production]


def _rounded_rows(column: SampledColumn, kind: _Narrow | None) -> SampledColumn:
    if kind is None or column.values.dtype != pl.Float64:
        return column
    largest = float(np.finfo(kind).max)
    with np.errstate(over="ignore"):
        rounded = column.values.to_numpy().clip(-largest, largest).astype(kind).astype(np.float64)
    return SampledColumn(column.name, pl.Series(rounded).fill_nan(None))


def _rounded(column: ColumnProfile, kind: _Narrow | None) -> ColumnProfile:
    ecdf = column.distribution
    if kind is None or not isinstance(ecdf, Ecdf) or not ecdf.n or column.dtype in _NARROW:
        return column
    largest = float(np.finfo(kind).max)
    clipped: FloatArray = np.clip(ecdf.values.astype(np.float64), -largest, largest)
    # Rounding keeps the order, so each count of rows at or below a value stays right.
    rounded = dataclasses.replace(ecdf, values=clipped.astype(kind).astype(np.float64))
    return dataclasses.replace(column, distribution=rounded.compress(None))
