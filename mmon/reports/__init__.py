"""Report formats, one file each: a document in, a text out; found by discovery.

A module of this package whose name does not start with an underscore is a format. It has
``render(document) -> str``, which computes no statistics and touches no file; the module's name is
the format's name in configurations and on the command line.
"""

from __future__ import annotations

import difflib
import importlib

from mmon import discovery
from mmon.errors import ConfigError
from mmon.results import Document


def names() -> tuple[str, ...]:
    """Every format's name, in alphabetical order."""
    return discovery.names_in(__name__)


def render(name: str, document: Document) -> str:
    """A document in one format.

    Raises
    ------
    ConfigError
        When there is no format of that name.
    """
    if name not in names():
        close = difflib.get_close_matches(name, names(), n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(names())}"
        raise ConfigError(f"unknown report format {name!r}", hint=hint)
    text: str = importlib.import_module(f"{__name__}.{name}").render(document)
    return text
