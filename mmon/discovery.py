"""What is one file each: found by the module's name, with its manual page in the docstring.

A page may hold a line that is a name in braces, such as ``{bins}``: a part that several pages
share is written once, and stands there when the page is read. A page without options says so.

An installed package adds its own by entry points, in a group for each kind::

    [project.entry-points."mmon.metrics"]
    middle_gap = "my_package.middle_gap"

The value names a module that holds what a module of mmon would hold; the entry's name is its name
in configurations, in reports and for ``mmon explain``. No such module is imported before its name
is used. The groups are those of `GROUPS`.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import math
import pkgutil
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from mmon.errors import ConfigError, MmonError
from mmon.texts.redaction import masked

Base = TypeVar("Base")

GROUPS = {
    "mmon.metrics": "mmon.metrics",
    "mmon.performance": "mmon.performance",
    "mmon.reports": "mmon.reports",
    "mmon.applications.ready": "mmon.applications",
    "mmon.delivery.channels": "mmon.channels",
    "mmon.delivery.actions": "mmon.actions",
}
"""The packages that others add to, each with its group of entry points."""

_NO_OPTIONS = "Options\n-------\nNone.\n"


@functools.cache
def names_in(package: str) -> tuple[str, ...]:
    """What a package has, in alphabetical order: its public modules, and what others add to it.

    Neither it nor they are imported.
    """
    return tuple(sorted({*_own_names(package), *_added(package)}))


@functools.cache
def module(package: str, name: str) -> ModuleType:
    """The module of one of `names_in`.

    Raises
    ------
    ConfigError
        When an installed package that adds it cannot be imported.
    """
    added = _added(package).get(name)
    if added is None:
        return importlib.import_module(f"{package}.{name}")
    try:
        return importlib.import_module(added.module)
    except MmonError:
        raise
    except Exception as error:  # whatever a module of others does
        what = f"{name!r} of {_origin(added)} cannot be imported"
        hint = f"correct {added.module}, or uninstall the package"
        raise ConfigError(f"{what}: {masked(str(error))}", hint=hint) from error


def has_added(package: str) -> bool:
    """Whether installed packages add something to it."""
    return bool(_added(package))


def _own_names(package: str) -> tuple[str, ...]:
    found = (one.name for one in pkgutil.iter_modules(_folders(package)))
    return tuple(name for name in found if not name.startswith("_"))


@functools.cache
def _added(package: str) -> Mapping[str, metadata.EntryPoint]:
    """What installed packages add, by its name; what mmon has itself nobody replaces."""
    group = GROUPS.get(package)
    if group is None:
        return {}
    own = _own_names(package)
    found: dict[str, metadata.EntryPoint] = {}
    for one in metadata.entry_points(group=group):
        if one.name in own or one.name in found:
            other = "mmon" if one.name in own else _origin(found[one.name])
            raise ConfigError(
                f"{_origin(one)} adds {one.name!r} to {group}, as {other} does",
                hint="rename it there, or uninstall the package",
            )
        found[one.name] = one
    return found


def _origin(one: metadata.EntryPoint) -> str:
    """The package that an entry is of."""
    return "an installed package" if one.dist is None else f"the package {one.dist.name}"


def _folders(package: str) -> list[str]:
    if package in sys.modules:
        return list(sys.modules[package].__path__)
    outer, _, name = package.rpartition(".")
    return [str(Path(folder, name)) for folder in _folders(outer)]


@functools.cache
def class_in(package: str, name: str, base: type[Base]) -> type[Base]:
    """The one class that derives from ``base`` in the module of one of `names_in`.

    Raises
    ------
    ConfigError
        When a module that an installed package adds holds none, or several.
    """
    own = module(package, name)
    found = [
        member
        for _, member in inspect.getmembers(own, inspect.isclass)
        if member.__module__ == own.__name__ and issubclass(member, base)
    ]
    if len(found) != 1:
        raise ConfigError(
            f"{own.__name__} holds {len(found)} classes that derive from {base.__name__}",
            hint="let it hold one",
        )
    return found[0]


def name_of(found: type) -> str:
    """The name of what a class is: its module's, or that of the entry point that leads there."""
    if not found.__module__.startswith("mmon."):
        for package in GROUPS:
            for name, added in _added(package).items():
                if added.module == found.__module__:
                    return name
    return found.__module__.rpartition(".")[2]


def page_of(found: type, parts: Mapping[str, str]) -> str | None:
    """A class's docstring, with the parts that it names; None where there is none."""
    if not found.__doc__:
        return None
    page = inspect.cleandoc(found.__doc__)
    for name, part in parts.items():
        page = page.replace(f"{{{name}}}", part)
    if "\nOptions\n" not in page:
        page = page.replace("\nExample\n", f"\n{_NO_OPTIONS}\nExample\n")
    return page


def made(kind: type[Base], name: str, options: Mapping[str, Any]) -> Base:
    """One of a dataclass whose fields are its options.

    Raises
    ------
    ConfigError
        When there is no such option, or its value is not allowed.
    """
    defaults = {one.name: one.default for one in dataclasses.fields(kind)}  # type: ignore[arg-type]  # a dataclass by contract
    allowed = list(defaults)
    for option, value in options.items():
        if option not in allowed:
            raise ConfigError(
                f"metric {name!r} has no option {option!r}",
                hint=f"it has: {', '.join(allowed)}" if allowed else "it has none",
            )
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if isinstance(defaults[option], float) and not (is_number and math.isfinite(value)):
            raise ConfigError(f"metric {name!r}: {option} must be a number, not {value!r}")
    try:
        return kind(**options)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"metric {name!r}: {error}") from error
