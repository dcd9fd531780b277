"""Merges parts of a profile into one, field by field, as the annotation of each field declares.

A `Count` adds up. A dataclass that has a ``merge`` of its own is asked, any other one is merged
field by field; records in a row are merged one by one, mappings key by key, and None adds nothing.
A rule in an annotation says otherwise: ``Annotated[IntArray, SUM]``. Whatever is left must
be the same in all parts: how a column was read, and the cells in which rows were counted.

References
----------
whylogs, ``metric_components.py``: how a part of a metric aggregates is declared with its type.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

import numpy as np
import polars as pl

from mmon.errors import DataError
from mmon.records import Range
from mmon.records.arrays import FloatArray, IntArray

T = TypeVar("T")
K = TypeVar("K")
Merge = Callable[[Sequence[Any]], Any]
"""How the values of one field, of one or more parts, become one; may stand in its annotation."""


class CellsError(DataError):
    """Parts of different columns or cells, which can be neither merged nor compared.

    Attributes
    ----------
    place : str
        Where they differ: ``features.tables[2].binning``.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(
            f"profiles of different cells cannot be merged or compared: they differ in {place}",
            hint="make both in the cells of one reference",
        )


def merged(parts: Sequence[T], given: Mapping[str, Any] | None = None) -> T:
    """One of one or more parts: exact in any order and any grouping, as its fields are.

    Fields that are ``given`` by name are known already.

    Raises
    ------
    CellsError
        When the parts differ in what must be the same.
    """
    kind: Any = type(parts[0])
    values = dict(given or {})
    for name, rule in _rules(kind).items():
        if name not in values:
            values[name] = _at(name, rule, [getattr(part, name) for part in parts])
    whole: T = kind(**values)
    return whole


def merge(parts: Sequence[T]) -> T:
    """One part of all parts' rows, as their type says: by its own ``merge``, or by `merged`.

    Raises
    ------
    CellsError
        When the parts are of different types, or differ in what must be the same.
    """
    whole: T = _some(parts, [_one])
    return whole


def same(one: Any, other: Any) -> bool:
    """Whether two parts of a profile are equal, to the last bit and however deep."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(
            one, other, equal_nan=one.dtype.kind == "f"
        )
    if isinstance(one, pl.Series):
        return one.equals(other)
    if dataclasses.is_dataclass(one):
        names = [field.name for field in dataclasses.fields(one) if field.compare]
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def changed(part: T, kind: type[K], change: Callable[[K], K]) -> T:
    """A part of a profile in which all that is of one type, however deep, is changed."""
    found: Any = part
    if isinstance(part, kind):
        found = change(part)
    elif isinstance(part, tuple):
        every = tuple(changed(one, kind, change) for one in part)
        found = every if any(a is not b for a, b in zip(every, part, strict=True)) else part
    elif dataclasses.is_dataclass(part) and not isinstance(part, type):
        own = {field.name: getattr(part, field.name) for field in dataclasses.fields(part)}
        new = {name: changed(value, kind, change) for name, value in own.items()}
        is_same = all(new[name] is value for name, value in own.items())
        found = part if is_same else dataclasses.replace(part, **new)
    whole: T = found
    return whole


def _at(place: str, rule: Merge, values: Sequence[Any]) -> Any:
    try:
        return rule(values)
    except CellsError as error:
        dot = "." if error.place and not error.place.startswith("[") else ""
        raise CellsError(f"{place}{dot}{error.place}") from None


@functools.cache
def _rules(kind: Any) -> dict[str, Merge]:
    hints = typing.get_type_hints(kind, include_extras=True)
    return {field.name: _rule(hints[field.name]) for field in dataclasses.fields(kind)}


def _rule(hint: Any) -> Merge:
    """How values merge where an annotation stands."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        named = [one for one in arguments[1:] if callable(one)]
        is_count = any(isinstance(one, Range) for one in arguments[1:])
        return named[-1] if named else SUM if is_count else _rule(arguments[0])
    if origin in (types.UnionType, typing.Union):
        return functools.partial(_some, rules=[_rule(one) for one in arguments])
    if origin is tuple and dataclasses.is_dataclass(arguments[0]):
        return functools.partial(_in_a_row, rule=_rule(arguments[0]))
    if origin is Mapping:
        return functools.partial(_by_key, rule=_rule(arguments[1]))
    if dataclasses.is_dataclass(hint):
        return getattr(hint, "merge", merged)
    return _one


def _one(values: Sequence[Any]) -> Any:
    first = values[0]
    if all(one is first or same(one, first) for one in values):
        return first
    raise CellsError("")


def _some(values: Sequence[Any], rules: Sequence[Merge]) -> Any:
    """What is there; the rule of one of several records is that of its type."""
    there = [value for value in values if value is not None]
    if not there or not dataclasses.is_dataclass(there[0]):
        return rules[0](there) if there else None
    if len({type(one) for one in there}) > 1:
        raise CellsError("")
    return _rule(type(there[0]))(there)


def _in_a_row(values: Sequence[tuple[Any, ...]], rule: Merge) -> tuple[Any, ...]:
    if len({len(one) for one in values}) > 1:
        raise CellsError("")
    columns = enumerate(zip(*values, strict=True))
    return tuple(_at(f"[{place}]", rule, column) for place, column in columns)


def _by_key(values: Sequence[Mapping[Any, Any]], rule: Merge) -> dict[Any, Any]:
    keys = sorted({key for one in values for key in one})
    return {
        key: _at(f"[{key!r}]", rule, [one[key] for one in values if key in one]) for key in keys
    }


def _sum(values: Sequence[Any]) -> Any:
    if not isinstance(values[0], np.ndarray):
        return sum(values)
    if len({one.shape for one in values}) > 1:
        raise CellsError("")
    with np.errstate(over="ignore", invalid="ignore"):
        return np.sum(values, axis=0)


def few(texts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Three of all texts, the same ones in whatever order they came."""
    return tuple(sorted({text for some in texts for text in some})[:3])


def rounded(values: FloatArray, bits: int) -> FloatArray:
    """The nearest multiples of 2**-bits: sums of them are exact up to 2**(53 - bits)."""
    found = values * 2.0**bits
    np.rint(found, out=found)
    found *= 2.0**-bits
    return found


SUM, SAME, FEW = _sum, _one, few
SMALLEST, LARGEST, ANY = min, max, any

Rows = Annotated[IntArray, SUM]
"""Counts of rows in cells that all parts share."""
Sums = Annotated[FloatArray, SUM]
"""Sums over the rows of such cells: exact of numbers that are `rounded`, else to rounding."""
