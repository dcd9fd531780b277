"""The kinds of ``actions``, one file each, found by discovery.

A module of this package whose name does not start with an underscore is a kind: it has
``Settings``, a section that derives from `Action` and whose ``kind`` is the module's name, with its
manual page in its docstring, and ``send(settings, message, carrier)``, which gives the detail that
reports show and raises `DeliveryError` where that failed.
"""

from __future__ import annotations

from types import ModuleType

from mmon import discovery


def names() -> tuple[str, ...]:
    """Every action's name, in alphabetical order."""
    return discovery.names_in(__name__)


def module(name: str) -> ModuleType:
    """Where an action is declared."""
    return discovery.module(__name__, name)
