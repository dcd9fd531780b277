"""A reference that is made of other profiles, and read as the one that decided how."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TypeVar

from mmon.profiles.formulas.tally import Tally
from mmon.profiles.merging import CellsError, merge
from mmon.profiles.rounding import at_one_precision
from mmon.profiles.table import ColumnProfile, Profile, SegmentProfile

T = TypeVar("T")

_OF_READING = (
    *("name", "dtype", "kind", "reading", "is_tested", "is_feature", "reason", "spelling"),
    "width",
)
"""What is said of a column, and not of its values."""


def rolled(fixed: Profile, parts: Sequence[Profile]) -> Profile:
    """What is known of all rows of some profiles, in the place of what ``fixed`` knows of its own.

    How columns are read, their kinds and their roles stay those of ``fixed``, in whose cells the
    parts were counted, as do its sampled rows. So does what the parts do not tell, or not alike: a
    column that one of them lacks, performance where none has a label. Nothing is compressed.

    Parameters
    ----------
    fixed : Profile
        Of the reference that the parts were read by.
    parts : sequence of Profile
        At least one.
    """
    fixed, parts = at_one_precision(fixed, parts)
    tables = [one.performance for one in parts if one.performance is not None]
    told = dataclasses.replace(
        fixed,
        rows=sum(one.rows for one in parts),
        columns=tuple(_column(one, parts) for one in fixed.columns),
        activity=_whole([one.activity for one in parts], fixed.activity),
        losses=_whole([one.losses for one in parts], fixed.losses),
        formulas=_formulas(fixed, parts),
        segments=tuple(_segment(one, parts) for one in fixed.segments),
    )
    if fixed.performance is None or not any(one.labelled for one in tables):
        return told
    return dataclasses.replace(
        told,
        performance=_whole(tables, fixed.performance),
        faults={
            fault: sum(one.faults.get(fault, 0) for one in parts)
            for fault in sorted({fault for one in parts for fault in one.faults})
        },
        features=_whole([one.features for one in parts], fixed.features),
    )


def _formulas(fixed: Profile, parts: Sequence[Profile]) -> dict[str, Tally]:
    """The sums that all parts have, else those that ``fixed`` has."""
    keys = sorted({key for one in (fixed, *parts) for key in one.formulas})
    every = {key: [one.formulas[key] for one in parts if key in one.formulas] for key in keys}
    found = {key: merge(own) for key, own in every.items() if len(own) == len(parts)}
    return {**fixed.formulas, **found}


def _column(fixed: ColumnProfile, parts: Sequence[Profile]) -> ColumnProfile:
    found = [one for part in parts if (one := part.column(fixed.name)) is not None]
    if len(found) < len(parts) or any(one.reading is not fixed.reading for one in found):
        return fixed
    said = {name: getattr(fixed, name) for name in _OF_READING}
    return _whole([dataclasses.replace(one, **said) for one in found], fixed)


def _segment(fixed: SegmentProfile, parts: Sequence[Profile]) -> SegmentProfile:
    found = [one.profile for part in parts for one in part.segments if one.name == fixed.name]
    return dataclasses.replace(fixed, profile=rolled(fixed.profile, found)) if found else fixed


def _whole(parts: Sequence[T | None], otherwise: T) -> T:
    """All parts that are there as one; what is known ``otherwise`` where they do not fit."""
    there = [one for one in parts if one is not None]
    if not there or otherwise is None:
        return otherwise
    try:
        return merge(there)
    except CellsError:
        return otherwise
