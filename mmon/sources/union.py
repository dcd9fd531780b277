"""Makes one frame of files whose columns differ in order, in presence, or in the width of types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
import polars.selectors as cs

from mmon.errors import DataError
from mmon.sources.dtypes import Schema, common_dtype, converted, is_instant
from mmon.sources.formats import Described


def common_schema(
    parts: Sequence[Described], given: Schema, is_needed: Callable[[str], bool] = lambda _: True
) -> dict[str, pl.DataType]:
    """Every column of any part, in order of appearance, with a type that holds all values.

    The types ``given`` settle what does not mix; where a column is not needed, that is null.

    Raises
    ------
    DataError
        When a column is of types that do not mix, and cannot be read as text instead.
    """
    common: dict[str, pl.DataType] = {}
    first: dict[str, str] = {}
    lost = set()
    for one in parts:
        for name, dtype in one.schema.items():
            known = common.get(name, pl.Null())
            mixed = _mixed(known, dtype)
            if mixed is None and one.part.format.is_text:
                is_nested = known.is_nested() or dtype.is_nested()
                mixed = pl.List(pl.String()) if is_nested else pl.String()
            named = given.get(name)
            if is_instant(known) != is_instant(dtype) and isinstance(named, pl.Datetime):
                # Only a zone says how times with and without one become alike.
                named = named if is_instant(named) else None
            common[name] = mixed or named or known
            if dtype != pl.Null:
                first.setdefault(name, one.part.name)
            if mixed or named:
                continue
            if is_needed(name):
                raise DataError(
                    f"column {name!r} is {known} in {first[name]!r} and {dtype} in"
                    f" {one.part.name!r}",
                    hint="name its zone in dtypes, as in Datetime[us, UTC]"
                    if name in given
                    else "write one of them again, name a type for it in dtypes, or leave it out"
                    " with ignore",
                )
            lost.add(name)
    return common | dict.fromkeys(lost, pl.Null())


def _mixed(one: pl.DataType, other: pl.DataType) -> pl.DataType | None:
    """The type that holds both, also of what is nested in them; None when they do not mix."""
    if isinstance(one, pl.List) and isinstance(other, pl.List):
        inner = _mixed(_dtype(one.inner), _dtype(other.inner))
        return None if inner is None else pl.List(inner)
    if isinstance(one, pl.Struct) and isinstance(other, pl.Struct):
        fields = {field.name: _dtype(field.dtype) for field in one.fields}
        for field in other.fields:
            found = _mixed(fields.get(field.name, pl.Null()), _dtype(field.dtype))
            if found is None:
                return None
            fields[field.name] = found
        return pl.Struct(fields)
    return common_dtype(one, other)


def _dtype(dtype: Any) -> pl.DataType:
    """An instance: types inside others may be given as classes."""
    found: pl.DataType = dtype() if isinstance(dtype, type) else dtype
    return found


def check_headers(parts: Sequence[Described]) -> None:
    """See that every CSV file shares a column with the first: without a header, none does.

    Raises
    ------
    DataError
        When one does not.
    """
    first, *others = parts
    for one in others:
        if one.part.format.HAS_HEADER and first.schema.keys().isdisjoint(one.schema):
            raise DataError(
                f"{one.part.name!r} has no column of {first.part.name!r}",
                hint="for files without a header, set has_header: false",
            )


def read_part(
    one: Described, partition: Mapping[str, Any], dtypes: Schema, common: Schema
) -> pl.LazyFrame:
    """A part with exactly the columns and types of ``common``; what it lacks is null.

    Its partition is a value for each column that stands in its path, of these ``dtypes``.
    """
    schema = dict(one.schema)
    if one.part.format.is_text:
        # What another file holds as text is read as text: "007" must not become 7 first.
        schema |= {name: pl.String() for name in schema if common[name] == pl.String}
    frame = one.scan(schema).with_columns(
        pl.lit(value, dtype=dtypes[name]).alias(name) for name, value in partition.items()
    )
    own = {**schema, **dtypes}
    if list(own.items()) == list(common.items()):
        return frame
    # Not a selection of literals: of a frame that has no column in common, it is one row.
    filled = frame.with_columns(_fitted(name, own, dtype) for name, dtype in common.items())
    return filled.select(cs.by_name(list(common)))


def _fitted(name: str, own: Schema, dtype: pl.DataType) -> pl.Expr:
    known = own.get(name, pl.Null())
    if dtype == pl.Null:
        return pl.lit(None).alias(name)
    if known in (dtype, pl.Null) or not dtype.is_nested():
        return converted(name, known, dtype)
    column = cs.by_name(name)
    if _mixed(dtype, known) == dtype:
        # Not strict: fields go by name, and are null where they are missing.
        return column.cast(dtype, strict=False)
    # Only the presence of nested values is compared.
    return pl.when(column.is_not_null()).then(pl.concat_list(pl.lit(""))).alias(name)
