"""Report formats, one file each: a document in, a text or bytes out; found by discovery.

A module of this package whose name does not start with an underscore is a format. It has
``render(document)``, which computes no statistics and touches no file, and ``SUFFIXES``, how
the names of its files end; the module's name is the format's name.
"""

from __future__ import annotations

from types import ModuleType

from mmon import discovery
from mmon.errors import ConfigError, closest
from mmon.results import Document


def names() -> tuple[str, ...]:
    """Every format's name, in alphabetical order."""
    return discovery.names_in(__name__)


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
        hint = f"let its name end in {', '.join(sorted(suffixes))}"
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
