"""Manual pages of the kinds of notifications and actions: what they are, and their keys."""

from __future__ import annotations

import inspect
import json
import textwrap
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from mmon.config.destination import Destination
from mmon.config.keys import Key, keys_of
from mmon.delivery import actions, channels

_WIDTH = 90
_PACKAGES: tuple[tuple[str, ModuleType], ...] = (
    ("a kind of notifications", channels),
    ("a kind of actions", actions),
)


def names() -> list[str]:
    """Every kind's name."""
    return sorted({name for _, package in _PACKAGES for name in package.names()})


def pages(name: str) -> list[str]:
    """The pages of a name: none, one, or two where a notification and an action are called so."""
    return [
        _page(name, what, package.module(name).Settings)
        for what, package in _PACKAGES
        if name in package.names()
    ]


def _page(name: str, what: str, settings: type[Destination]) -> str:
    about, mark, example = (inspect.getdoc(settings) or "").partition("\nExample\n")
    lines = [f"{name}, {what}", "", about.strip(), "", "Keys", "----"]
    for key in keys_of(settings):
        if key.name != "kind":
            lines += key_lines(key)
    return "\n".join([*lines, "", f"Example\n{example}" if mark else ""]).rstrip()


def key_lines(key: Key) -> Iterator[str]:
    """A key by its path, what it is by default, and its text."""
    default = "required" if key.field.is_required() else _plain(key.field.get_default())
    is_section = key.section is not None and not key.field.is_required()
    yield ".".join(key.path) + ("" if is_section else f" ({default})")
    yield from textwrap.wrap(key.text, _WIDTH, initial_indent="    ", subsequent_indent="    ")


def _plain(value: Any) -> str:
    return json.dumps(value, default=str)
