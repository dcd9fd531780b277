"""Report formats, one file each: a document in, a text or bytes out; found by discovery.

A module of this package whose name does not start with an underscore is a format. It has
``render(document)``, which computes no statistics and touches no file, and ``SUFFIXES``, how
the names of its files end; the module's name is the format's name.
"""

from __future__ import annotations

import inspect
import re
from types import ModuleType

from mmon import discovery
from mmon.errors import ConfigError, closest
from mmon.results import Document


def names() -> tuple[str, ...]:
    """Every format's name, in alphabetical order."""
    return discovery.names_in(__name__)


_NAMED = re.compile(r"([A-Za-z][\w-]*)=(.*)", re.DOTALL)


def asked(text: str) -> tuple[str, str]:
    """The format and the path of a report, asked for as ``FILE``, or as ``FORMAT=FILE`` where the
    name of the file does not tell.

    Raises
    ------
    ConfigError
        When there is no such format, or the name tells none.
    """
    found = _NAMED.fullmatch(text)
    if found is None:
        return format_of(text), text
    name, path = found.groups()
    if name not in names():
        kept = f"FORMAT is one of {', '.join(names())}; a file of that name is ./{text}"
        hint = closest(name, names(), kept)
        raise ConfigError(f"unknown report format {name!r} in {text!r}", hint=hint)
    return name, path


def page(name: str) -> str:
    """What a format is for: its manual page."""
    return inspect.getdoc(_module(name)) or ""


def format_of(path: str) -> str:
    """The format of a report, by how the name of its file ends.

    Raises
    ------
    ConfigError
        When no format has such files.
    """
    suffixes = {suffix: name for name in names() for suffix in _module(name).SUFFIXES}
    found = next((name for suffix, name in suffixes.items() if path.lower().endswith(suffix)), None)
    if found is None:
        hint = f"let its name end in {', '.join(sorted(suffixes))}, or write FORMAT={path}"
        raise ConfigError(f"the name of the report {path!r} does not tell its format", hint=hint)
    return found


def render(name: str, document: Document) -> str | bytes:
    """A document in one format: text, or bytes where the format is none of text.

    Raises
    ------
    ConfigError
        When there is no format of that name.
    """
    if name not in names():
        raise ConfigError(f"unknown report format {name!r}", hint=closest(name, names()))
    made: str | bytes = _module(name).render(document)
    return made


def _module(name: str) -> ModuleType:
    return discovery.module(__name__, name)
