"""The analyses' part of the configuration, made of the settings that each of them declares."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pydantic

from mmon.config.fields import Section
from mmon.results.quantity import Quantity, by_name

# Whose names are made of those of metrics, with variants and classes.
_OF_METRICS = ("data_drift", "model_performance")


def judged() -> Iterator[tuple[str, type[Section], dict[str, Quantity]]]:
    """Each analysis that judges quantities of its own: its name, settings, and these by name."""
    package = importlib.import_module("mmon.analyses")
    for name in package.names():
        if name not in _OF_METRICS:
            module = package.module(name)
            yield name, module.Settings, by_name(module.quantities())


def analysis_names() -> list[str]:
    """What results call each analysis."""
    package = importlib.import_module("mmon.analyses")
    return [package.module(name).APPLICATION for name in package.names()]


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
    # Its keys are not known before the analyses are found.
    Analyses = Any
else:
    Analyses = pydantic.create_model(
        "Analyses",
        __base__=Section,
        __doc__="The analyses of a run; null switches one off.",
        **_fields(),
    )
