"""What sets keys of a configuration from outside a file: options, arguments, ``--set``."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mmon import metrics, performance
from mmon.analyses.model_performance import LABELS
from mmon.config.analyses import judged
from mmon.config.fields import Section
from mmon.config.keys import keys_of, walk
from mmon.config.levels import Thresholds
from mmon.config.sections import Config
from mmon.config.text import KeyPath, read_value
from mmon.errors import ConfigError
from mmon.results.quantity import Quantity

_BY_WORSE = {"higher": "max", "lower": "min"}


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """A value for a key, which wins over what the file says."""

    path: tuple[str, ...]
    value: Any
    origin: str
    """What messages call that which set it."""

    def is_above(self, path: KeyPath) -> bool:
        """Whether a path leads to what it sets, or into it."""
        return path[: len(self.path)] == self.path


_PART = r'(?:"[^"]+"|[^."=]+)'
_SET = re.compile(rf"({_PART}(?:\.{_PART})*)=(.*)", re.DOTALL)


_LEVELS = {field.alias or name for name, field in Thresholds.model_fields.items()}


def read_setting(text: str) -> Setting:
    """What a text such as ``windows.every=1d`` sets; its value is YAML.

    `ConfigError` where it is no such text.
    """
    found = _SET.fullmatch(text)
    if found is None:
        raise ConfigError(
            f"--set {text!r} is not a key, = and a value",
            hint="write it as alpha=0.01 or columns.id=request_id",
        )
    path = tuple(part.strip('"') for part in re.findall(_PART, found[1]))
    try:
        return Setting(path, read_value(found[2], os.environ), "--set")
    except ConfigError as error:
        raise ConfigError(f"--set {found[1]}: {error.message}", hint=error.hint) from None


def put(body: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Set a key of plain data; sections are made where there are none.

    A text or a list in the place of a section becomes the section that it is short for;
    `ConfigError` where anything else stands in its place.
    """
    section: type[Section] | None = Config
    *above, last = path
    for name in above:
        found = (key.section for key in keys_of(section) if key.name == name)
        # What is none of its keys is the name of an entry.
        section = next(found, section)
        inner = body.get(name)
        inner = {} if inner is None else section.from_short_form(inner) if section else inner
        if not isinstance(inner, Mapping):
            raise ConfigError(f"{'.'.join(path)}: {name} is no section, and has no keys")
        body[name] = body = dict(inner)
    body[last] = value


def with_settings(body: Mapping[str, Any], settings: Iterable[Setting]) -> dict[str, Any]:
    """Plain data in which some keys are set."""
    made = dict(body)
    for one in settings:
        try:
            put(made, one.path, one.value)
        except ConfigError as error:
            raise ConfigError(f"{one.origin} {error.message}", hint=error.hint) from None
    return made


def judged_names() -> list[str]:
    """Everything that levels can be set of, but for the values of single classes."""
    checks = (name for _, _, own in judged() for name in own)
    return [*metrics.names(), *performance.names(), *checks, *LABELS]


def in_lower_case(name: Any) -> Any:
    """A name as mmon spells it, where that differs by its case alone; a class keeps its own."""
    if not isinstance(name, str):
        return name
    start, colon, label = name.partition(":")
    lower = f"{start.lower()}{colon}{label}"
    is_known = lower in judged_names() or performance.of_name(lower) is not None
    return lower if is_known else name


def levels_of(name: Any, levels: Any, limit: str | None = None) -> tuple[tuple[str, ...], Any]:
    """The path and value of levels of a result, whose name tells the analysis.

    Levels that do not say which limit they are (``limit``, or keys such as ``max``) are of the one
    that the result has by itself, or of the side on which it is worse; a performance metric's of
    its drop. `ConfigError` where both sides are alike.
    """
    name = in_lower_case(name)
    analysis, entry, quantity = _judge_of(name)
    path = ("analyses", analysis, "thresholds", name)
    told = {"detected": levels} if isinstance(levels, int | float) else levels
    if limit is not None:
        return (*path, limit), told
    is_flat = isinstance(told, Mapping) and told.keys() <= _LEVELS
    if entry is Thresholds or not is_flat or not told:
        return path, told
    own = "max_drop" if quantity is None else _limit(quantity)
    return (*path, own), told


def _judge_of(name: Any) -> tuple[str, type[Section], Quantity | None]:
    """The analysis that judges a name, the section of its levels, and what it is, if it is one."""
    analysis, quantity = "data_drift", None
    if isinstance(name, str) and performance.of_name(name) is not None:
        analysis = "model_performance"
    for judge, own in (
        *((judge, own) for judge, _, own in judged()),
        ("model_performance", LABELS),
    ):
        if name in own:
            analysis, quantity = judge, own[name]
    at = ("analyses", analysis, "thresholds")
    entry = next(key.section for key in walk(Config) if key.path == at)
    return analysis, entry or Thresholds, quantity


def _limit(quantity: Quantity) -> str:
    by_itself = next((one.limit for one in quantity.bounds), None)
    found = by_itself or _BY_WORSE.get(quantity.worse or "")
    if found is None:
        name = quantity.name
        raise ConfigError(
            f"thresholds: of {name} both sides may be worse",
            hint="say which one with its min or max",
        )
    return found
