"""What is one file each: found by the module's name, with its manual page in the docstring.

A page may hold a line that is a name in braces, such as ``{bins}``: a part that several pages
share is written once, and stands there when the page is read. A page without options says so.
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
from pathlib import Path
from typing import Any, TypeVar

from mmon.errors import ConfigError

Base = TypeVar("Base")

_NO_OPTIONS = "Options\n-------\nNone.\n"


@functools.cache
def names_in(package: str) -> tuple[str, ...]:
    """The public modules of a package, in alphabetical order; neither it nor they are imported."""
    modules = pkgutil.iter_modules(_folders(package))
    return tuple(sorted(one.name for one in modules if not one.name.startswith("_")))


def _folders(package: str) -> list[str]:
    if package in sys.modules:
        return list(sys.modules[package].__path__)
    outer, _, name = package.rpartition(".")
    return [str(Path(folder, name)) for folder in _folders(outer)]


def class_in(module_name: str, base: type[Base]) -> type[Base]:
    """The one class of a module that derives from ``base``."""
    module = importlib.import_module(module_name)
    (found,) = (
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if member.__module__ == module_name and issubclass(member, base)
    )
    return found


def name_of(found: type) -> str:
    """The name of what a class is: its module's."""
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
