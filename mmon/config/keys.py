"""The keys of a section of the configuration, each with its one text."""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import itertools
import sys
import typing
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from mmon.config.fields import Section


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """One key of a section.

    Attributes
    ----------
    owner : type of Section
        The section that it is a key of.
    attribute : str
        What its field is called in Python.
    field : FieldInfo
    section : type of Section, or None
        The section that it holds, or that each of its entries is.
    """

    owner: type[Section]
    attribute: str
    field: FieldInfo
    section: type[Section] | None

    @property
    def name(self) -> str:
        """The key as it stands in the file."""
        return self.field.alias or self.attribute

    @property
    def has_entries(self) -> bool:
        """Whether it holds entries by names that the user chooses."""
        return typing.get_origin(self.field.annotation) is dict

    @property
    def text(self) -> str:
        """What stands below its field, else what the section that it holds is."""
        # A section has the keys of the one that it extends, too.
        owners = self.owner.__mro__[: self.owner.__mro__.index(Section)]
        below = (_texts(one.__module__).get((one.__name__, self.attribute)) for one in owners)
        about = next(filter(None, below), self.field.description or inspect.getdoc(self.section))
        return " ".join((about or "").partition("\n\n")[0].replace("``", "`").split())


def keys_of(section: type[Section] | None) -> list[Key]:
    """The keys of a section, in order; none of what is no section."""
    return (
        [
            Key(section, name, field, _section_in(field.annotation))
            for name, field in section.model_fields.items()
        ]
        if section is not None
        else []
    )


def walk(
    section: type[Section] | None, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Key]]:
    """Every key in a section, and in the sections in it, with its path."""
    for key in keys_of(section):
        path = (*above, key.name)
        yield path, key
        yield from walk(key.section, path)


def _section_in(annotation: Any) -> type[Section] | None:
    """The section in an annotation such as ``Windows | None`` or ``dict[str, Thresholds]``."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next(filter(None, map(_section_in, typing.get_args(annotation))), None)


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
