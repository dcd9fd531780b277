"""The kinds of notifications and actions in the configuration, made of what each declares."""

from __future__ import annotations

import functools
import importlib
import operator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from mmon.config.destination import Action, Channel


def _kinds(package: str) -> Any:
    """One of a package's kinds, by discovery; ``kind`` tells which."""
    found = importlib.import_module(package)
    settings = tuple(found.module(name).Settings for name in found.names())
    kinds: Any = functools.reduce(operator.or_, settings)
    # A union of one is that one, which nothing has to tell apart.
    return Annotated[kinds, Field(discriminator="kind")] if len(settings) > 1 else kinds


if TYPE_CHECKING:
    # Their keys are not known before the kinds are found.
    Notifications = tuple[Channel, ...]
    Actions = tuple[Action, ...]
else:
    Notifications = tuple[_kinds("mmon.delivery.channels"), ...]
    Actions = tuple[_kinds("mmon.delivery.actions"), ...]
