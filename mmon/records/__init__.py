"""Puts plain data back into dataclasses as their annotations say, and names what does not fit.

Baselines and result documents are stored as plain JSON types, without a word on classes: what a
value must be follows from the annotation of its field alone. A dataclass says in a method ``check``
what else holds of a sound one; it is called here only, on what was read back.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import itertools
import math
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

Read = Callable[[Any], Any]
"""Gives the value that plain data stands for; raises `MisfitError` when it stands for none."""

Special = Callable[[Any], Read | None]
"""The reader of an annotation that plain JSON has no type for; None where it knows none."""


@dataclasses.dataclass(frozen=True, slots=True)
class Range:
    """The numbers that a whole number may be."""

    least: int
    most: int


@dataclasses.dataclass(frozen=True, slots=True)
class Null:
    """What null stands for in the place of a number; such a number need not be finite."""

    value: float


# Every whole number up to this is a double.
Count = Annotated[int, Range(0, 1 << 53)]
"""A number of rows, or of anything else that is counted."""
Unbounded = Annotated[float, Null(math.nan)]
"""A number that may have overflowed, or may be undefined."""
Interval = tuple[Annotated[float, Null(-math.inf)], Annotated[float, Null(math.inf)]]
"""Two ends, each of which may be open."""

_ANY_INT = Range(-(1 << 63), (1 << 64) - 1)
_DEEPEST = 24  # a configuration has a third of it


class MisfitError(ValueError):
    """Plain data that is not what its place asks for, at the end of a ``path`` of keys."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words
        self.path: list[str | int] = []

    def __str__(self) -> str:
        place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in self.path)
        return f"{_shortened(place.removeprefix('.'), 120) or 'it'} {self.words}"


def require(claim: object, words: str) -> None:
    """Raise `MisfitError` when a claim does not hold; its words follow the name of the place."""
    if not claim:
        raise MisfitError(words)


def ascends(values: Sequence[float]) -> bool:
    """Whether numbers are in ascending order, with or without ties."""
    return all(a <= b for a, b in itertools.pairwise(values))


def reader(hint: Any, special: Special = lambda _: None, *, may_lack: bool = False) -> Read:
    """How plain data is read where an annotation stands.

    That is a dataclass, an enumeration, a plain type, or a union, tuple, sequence or mapping of
    these; what is not of plain JSON types, ``special`` reads. Fields that have a default are as
    good as there where data may lack them, for it was stored before they were thought of.
    """
    return _Readers(special, may_lack).of(hint)


class _Readers:
    """The readers of all annotations that one is made of."""

    def __init__(self, special: Special, may_lack: bool) -> None:
        self._special = special
        self._may_lack = may_lack
        self._records: dict[Any, Read] = {}

    def of(self, hint: Any) -> Read:
        found = self._special(hint)
        if found is not None:
            return found
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin in (types.UnionType, typing.Union):
            return self._union(arguments)
        if origin is Annotated:
            numeric = [one for one in arguments[1:] if isinstance(one, Range | Null)]
            if not numeric:
                return self.of(arguments[0])
            return functools.partial(_number, kind=arguments[0], rule=numeric[0])
        if origin is Literal:
            return functools.partial(_choice, members={one: one for one in arguments})
        return self._of_class(hint) if origin is None else self._of_many(origin, arguments)

    def _of_many(self, origin: Any, arguments: Sequence[Any]) -> Read:
        if origin is Mapping:
            return functools.partial(_mapping, key=_key(arguments[0]), read=self.of(arguments[1]))
        if origin is tuple and arguments[-1] is not Ellipsis:
            return functools.partial(_row, reads=[self.of(one) for one in arguments])
        return functools.partial(_list, read=self.of(arguments[0]))

    def _of_class(self, kind: Any) -> Read:
        if dataclasses.is_dataclass(kind):
            return self._record(kind)
        if kind is Any:
            return _plain
        if issubclass(kind, enum.Enum):
            return functools.partial(_choice, members={one.value: one for one in kind})
        if kind is int or kind is float:
            return functools.partial(_number, kind=kind, rule=_ANY_INT)
        return functools.partial(_scalar, kind=kind)

    def _union(self, arms: Sequence[Any]) -> Read:
        some = [one for one in arms if one is not type(None)]
        one = self.of(some[0]) if len(some) == 1 else self._one_of(some)
        if len(some) == len(arms):
            return one
        return lambda value: None if value is None else one(value)

    def _one_of(self, kinds: Sequence[Any]) -> Read:
        """Of several dataclasses, the names of the fields tell which one it is."""
        reads = {frozenset(f.name for f in dataclasses.fields(one)): self.of(one) for one in kinds}
        names = " or ".join(one.__name__ for one in kinds)

        def read(value: Any) -> Any:
            found = reads.get(frozenset(value)) if isinstance(value, dict) else None
            if found is None:
                raise misplaced(value, names)
            return found(value)

        return read

    def _record(self, kind: Any) -> Read:
        if kind in self._records:
            return self._records[kind]
        reads: dict[str, Read] = {}
        optional = {one.name for one in stored(kind) if self._may_lack and _has_default(one)}

        def read(value: Any) -> Any:
            if not isinstance(value, dict):
                raise misplaced(value, "an object")
            for name in reads:
                require(name in value or name in optional, f"has no {name!r}")
            for name in value:
                require(name in reads, f"has {shown(name)}, which does not belong there")
            there = {name: one for name, one in reads.items() if name in value}
            made = kind(**{name: at(name, one, value[name]) for name, one in there.items()})
            check = getattr(made, "check", None)
            if check is not None:
                check()
            return made

        # Before its fields: a record may hold others of its kind.
        self._records[kind] = read
        hints = typing.get_type_hints(kind, include_extras=True)
        reads.update({one.name: self.of(hints[one.name]) for one in stored(kind)})
        return read


def _has_default(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is not missing or field.default_factory is not missing


def stored(record: Any) -> list[dataclasses.Field[Any]]:
    """The fields of a dataclass that are stored."""
    return [one for one in dataclasses.fields(record) if one.metadata.get("stored", True)]


def at(place: str | int, read: Read, value: Any) -> Any:
    """What is read at a place, which is named when it does not fit."""
    try:
        return read(value)
    except MisfitError as misfit:
        misfit.path.insert(0, place)
        raise


def _list(value: Any, read: Read) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise misplaced(value, "an array")
    items: list[Any] = []
    try:
        items.extend(map(read, value))
    except MisfitError as misfit:
        misfit.path.insert(0, len(items))
        raise
    return tuple(items)


def _row(value: Any, reads: Sequence[Read]) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise misplaced(value, "an array")
    require(len(value) == len(reads), f"has {len(value)} items where {len(reads)} belong")
    pairs = zip(reads, value, strict=True)
    return tuple([at(i, read, item) for i, (read, item) in enumerate(pairs)])


def _mapping(value: Any, key: Read, read: Read) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise misplaced(value, "an object")
    return {at(name, key, name): at(name, read, item) for name, item in value.items()}


def _key(kind: Any) -> Read:
    """Keys are texts in JSON, also those that are numbers."""
    if issubclass(kind, enum.Enum):
        return functools.partial(_choice, members={str(one.value): one for one in kind})
    return functools.partial(_scalar, kind=kind)


def _choice(value: Any, members: Mapping[Any, Any]) -> Any:
    # true is 1 to Python.
    if isinstance(value, str | int) and not isinstance(value, bool) and value in members:
        return members[value]
    raise MisfitError(f"is {shown(value)}, which is none of {', '.join(map(str, members))}")


def _scalar(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise misplaced(value, word(kind))
    return value


def _number(value: Any, kind: type, rule: Range | Null) -> Any:
    if value is None and isinstance(rule, Null):
        return rule.value
    if type(value) is int:
        span = rule if isinstance(rule, Range) else _ANY_INT
        if span.least <= value <= span.most:
            return value
        raise MisfitError(f"is {shown(value)}, which is too {'small' if value < 0 else 'large'}")
    if type(value) is float and kind is float and (isinstance(rule, Null) or math.isfinite(value)):
        return value
    raise misplaced(value, word(kind) + " or null" * isinstance(rule, Null))


def _plain(value: Any, depth: int = 0) -> Any:
    """Any plain data, of bounded depth and with numbers that JSON has."""
    require(depth < _DEEPEST, "is nested too deeply")
    if isinstance(value, dict):
        for name, item in value.items():
            at(name, functools.partial(_plain, depth=depth + 1), item)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            at(i, functools.partial(_plain, depth=depth + 1), item)
    elif not isinstance(value, str | bool | None):
        _number(value, float, _ANY_INT)
    return value


def misplaced(value: Any, wanted: str) -> MisfitError:
    """What to raise for a value where something else belongs."""
    return MisfitError(f"is {shown(value)} where {wanted} belongs")


_WORDS = {str: "a string", int: "an integer", float: "a number", bool: "a boolean"}


def word(kind: Any) -> str:
    """What JSON calls the values of an annotation: ``a string``."""
    if typing.get_origin(kind) is Annotated:
        return word(typing.get_args(kind)[0])
    return _WORDS.get(kind, "an array" if typing.get_origin(kind) is tuple else "an object")


def shown(value: Any) -> str:
    """A plain value, short enough for a sentence."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**40:
        return "a number of more than 40 digits"
    return _shortened(repr(value), 40)


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
