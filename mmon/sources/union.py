"""Makes one frame of files whose columns differ in order, in presence, or in the width of types."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import polars as pl

from mmon.errors import DataError
from mmon.sources.dtypes import common_dtype, converted
from mmon.sources.formats import TEXT_FORMATS
from mmon.sources.listing import Part

Schema = Mapping[str, pl.DataType]


@dataclasses.dataclass(frozen=True, slots=True)
class Described:
    """A part with the columns and types found in it; Null where it holds no value."""

    part: Part
    schema: Schema


def common_schema(parts: Sequence[Described], given: Schema) -> dict[str, pl.DataType]:
    """Every column of any part, in order of appearance, with a type that holds all values.

    Parameters
    ----------
    parts : sequence of Described
    given : Mapping
        Types that the configuration names; they settle what does not mix.

    Raises
    ------
    DataError
        When a column is of types that do not mix, and cannot be read as text instead.
    """
    common: dict[str, pl.DataType] = {}
    first: dict[str, str] = {}
    for described in parts:
        for name, dtype in described.schema.items():
            known = common.get(name, pl.Null())
            mixed = common_dtype(known, dtype)
            if mixed is None and described.part.format in TEXT_FORMATS:
                mixed = pl.String()
            if mixed is None:
                mixed = given.get(name)
            if mixed is None:
                raise DataError(
                    f"column {name!r} is {known} in {first[name]!r}"
                    f" and {dtype} in {described.part.name!r}",
                    hint="write one of them again, or name a type for it in dtypes",
                )
            common[name] = mixed
            if dtype != pl.Null:
                first.setdefault(name, described.part.name)
    return common


def readable_schema(described: Described, common: Schema) -> dict[str, pl.DataType]:
    """The types to read a part's columns with, so that `fitted` loses nothing.

    A number that another file holds as text is read as text: "007" must not become 7 first.
    """
    if described.part.format not in TEXT_FORMATS:
        return dict(described.schema)
    return {
        name: common[name] if common[name] == pl.String else dtype
        for name, dtype in described.schema.items()
    }


def fitted(frame: pl.LazyFrame, own: Schema, common: Schema) -> pl.LazyFrame:
    """The frame with exactly the columns and types of ``common``; what it lacks is null."""
    if list(own.items()) == list(common.items()):
        return frame
    return frame.select(
        converted(name, own.get(name, pl.Null()), dtype) for name, dtype in common.items()
    )
