"""Brings both sides of a comparison to one floating-point precision, so that 0.1 equals 0.1."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from mmon.profiles.distributions.ecdf import Ecdf
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.merging import changed
from mmon.profiles.table import ColumnProfile, Profile
from mmon.records.arrays import FloatArray

_Narrow = type[np.float32] | type[np.float16]
_NARROW: dict[str, _Narrow] = {"Float32": np.float32, "Float16": np.float16}


def at_one_precision(
    reference: Profile, production: Sequence[Profile]
) -> tuple[Profile, list[Profile]]:
    """Both sides with each number rounded to the narrower of its two floating-point types.

    A column that was written with single precision on one side alone holds 0.1 there as
    0.10000000149: without rounding, no value of the two sides would be equal.

    Parameters
    ----------
    reference : Profile
    production : sequence of Profile
        The windows; all of one schema.
    """
    if not production:
        return reference, []
    # All windows are read by one plan.
    dtypes = {column.name: column.dtype for column in production[0].columns}
    narrow = {
        column.name: kind
        for column in reference.columns
        if column.reading is Reading.NUMBER
        and (kind := _narrower(column.dtype, dtypes.get(column.name))) is not None
    }
    if not narrow:
        return reference, list(production)
    return _rounded(reference, narrow), [_rounded(window, narrow) for window in production]


def _narrower(ref: str, cur: str | None) -> _Narrow | None:
    if cur is None or ref == cur:
        return None
    return next((kind for name, kind in reversed(_NARROW.items()) if name in (ref, cur)), None)


def _rounded(profile: Profile, narrow: dict[str, _Narrow]) -> Profile:
    return changed(profile, ColumnProfile, lambda one: _rounded_column(one, narrow.get(one.name)))


def _rounded_column(column: ColumnProfile, kind: _Narrow | None) -> ColumnProfile:
    ecdf = column.distribution
    if kind is None or not isinstance(ecdf, Ecdf) or not ecdf.n or column.dtype in _NARROW:
        return column
    largest = float(np.finfo(kind).max)
    clipped: FloatArray = np.clip(ecdf.values.astype(np.float64), -largest, largest)
    # Rounding keeps the order, so each count of rows at or below a value stays right.
    rounded = dataclasses.replace(ecdf, values=clipped.astype(kind).astype(np.float64))
    return dataclasses.replace(column, distribution=rounded.compress(None))
