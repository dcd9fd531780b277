"""The keys of a section of the configuration, each with its one text."""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import itertools
import sys
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from mmon import discovery
from mmon.config.fields import Section
from mmon.config.option import Option

_FOUND = {
    "actions": "mmon.delivery.actions",
    "channels": "mmon.delivery.channels",
    "formats": "mmon.sources.readers",
}
"""Packages whose names a text may list."""


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """One key of a section."""

    path: tuple[str, ...]
    """The keys that lead to it, and itself, as they stand in the file."""
    owner: type[Section]
    """The section that it is a key of."""
    attribute: str
    """What its field is called in Python."""
    field: FieldInfo
    section: type[Section] | None
    """The section that it holds, or that each of its entries is."""
    kinds: Mapping[str, type[Section]] = dataclasses.field(default_factory=dict)
    """The sections that its entries may be, by what each has for ``kind``."""

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def option(self) -> Option | None:
        """What sets it on the command line."""
        return next((one for one in self.field.metadata if isinstance(one, Option)), None)

    @property
    def has_entries(self) -> bool:
        """Whether it holds entries by names that the user chooses, or a list of sections."""
        return self.is_list or typing.get_origin(self.field.annotation) is dict

    @property
    def is_list(self) -> bool:
        """Whether it holds a list of sections."""
        has_sections = self.section is not None or bool(self.kinds)
        return has_sections and typing.get_origin(self.field.annotation) is tuple

    @property
    def text(self) -> str:
        """What stands below its field, else what the section that it holds is.

        A name in braces, such as ``{formats}``, stands for all that are found.
        """
        # A section has the keys of the one that it extends, too.
        owners = self.owner.__mro__[: self.owner.__mro__.index(Section)]
        below = (_texts(one.__module__).get((one.__name__, self.attribute)) for one in owners)
        about = next(filter(None, below), self.field.description or inspect.getdoc(self.section))
        text = " ".join((about or "").partition("\n\n")[0].replace("``", "`").split())
        for name, package in _FOUND.items():
            if f"{{{name}}}" in text:
                text = text.replace(f"{{{name}}}", ", ".join(discovery.names_in(package)))
        return text


def keys_of(section: type[Section] | None, above: tuple[str, ...] = ()) -> list[Key]:
    """The keys of a section at some path, in order; none of what is no section."""
    if section is None:
        return []
    found = []
    for name, field in section.model_fields.items():
        sections = list(_sections_in(field.annotation))
        kinds = {kind: one for one in sections for kind in _kind_of(one)}
        only = None if kinds else next(iter(sections), None)
        found.append(Key((*above, field.alias or name), section, name, field, only, kinds))
    return found


def walk(section: type[Section] | None, above: tuple[str, ...] = ()) -> Iterator[Key]:
    """Every key in a section, and in the sections in it."""
    for key in keys_of(section, above):
        yield key
        yield from walk(key.section, key.path)
        for kind, one in key.kinds.items():
            yield from walk(one, (*key.path, kind))


@functools.cache
def options(*sections: str) -> dict[Option, list[Key]]:
    """Every option that sets a key in some sections (in any, if none), and all that it sets."""
    from mmon.config.sections import Config  # here, because its keys are those of any section

    found: dict[Option, list[Key]] = {}
    taken = set()
    for key in walk(Config):
        # What an option sets as a whole has no options of its own.
        if key.option is not None and key.path[:1] not in taken:
            found.setdefault(key.option, []).append(key)
            taken.add(key.path)
    asked = tuple(f"{section}." for section in sections) or ("",)
    return {
        option: keys
        for option, keys in found.items()
        if any(f"{'.'.join(key.path)}.".startswith(asked) for key in keys)
    }


def _sections_in(annotation: Any) -> Iterator[type[Section]]:
    """The sections in an annotation such as ``Windows | None`` or ``dict[str, Thresholds]``."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for one in typing.get_args(annotation):
        yield from _sections_in(one)


def _kind_of(section: type[Section]) -> tuple[str, ...]:
    """What an entry has for ``kind`` to be such a section; empty where it needs none."""
    field = section.model_fields.get("kind")
    return () if field is None else typing.get_args(field.annotation)


@functools.cache
def _texts(module: str) -> dict[tuple[str, str], str]:
    """The text below each field of a module's classes, by class and field.

    Pydantic would collect them for every run: reading the source takes longer than all the rest.
    """
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    found = {}
    for owner in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        for field in itertools.pairwise(owner.body):
            match field:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(
                    value=ast.Constant(value=str(text))
                ):
                    found[owner.name, name] = text
    return found
