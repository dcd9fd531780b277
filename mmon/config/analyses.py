"""The analyses' part of the configuration, made of the settings that each of them declares."""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, Any

import pydantic

from mmon.config.fields import Section


def role_of(analysis: str, name: str) -> str | None:
    """The key of ``columns`` without which an analysis cannot measure what it calls so."""
    module = importlib.import_module(f"mmon.analyses.{analysis}")
    return next((one.role for one in module.quantities() if one.name == name), None)


def _fields() -> dict[str, Any]:
    """One key for each analysis, by discovery; null switches it off."""
    found = {}
    package = importlib.import_module("mmon.analyses")
    for name in package.names():
        module = package.module(name)
        about = (inspect.getdoc(module) or "").split("\n", maxsplit=1)[0]
        default = pydantic.Field(default=module.Settings(), description=about)
        found[name] = (module.Settings | None, default)
    return found


if TYPE_CHECKING:
    Analyses = Any
else:
    Analyses = pydantic.create_model(
        "Analyses",
        __base__=Section,
        __doc__="The analyses of a run; null switches one off.",
        **_fields(),
    )
