"""Loads a configuration file as a whole: either a valid `Config`, or everything that is wrong."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pydantic

from mmon.config import text as config_text
from mmon.config.problems import problems_of, raw_path, unusable
from mmon.config.sections import Config
from mmon.config.text import Expanded, KeyPath, Problem
from mmon.config_file.names import meaning_problems, name_problems, section
from mmon.config_file.settable import Setting, with_settings
from mmon.errors import ConfigError
from mmon.texts.redaction import mask

_LONGEST = 300
_MOST_CHARACTERS = 1 << 24  # PyYAML reads a million of them in ten seconds


def load(path: str | Path, settings: Sequence[Setting] = ()) -> Config:
    """Read a configuration file, in which some keys are set beside it.

    `ConfigError` where it cannot be read, or lists all that is wrong in it.
    """
    try:
        with Path(path).open(encoding="utf-8-sig") as file:
            text = file.read(_MOST_CHARACTERS + 1)
    except FileNotFoundError:
        hint = "`mmon init` writes a configuration to start from"
        raise ConfigError(f"there is no file {str(path)!r}", hint=hint) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not a text in UTF-8, as YAML is") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"{str(path)!r} cannot be read: {why.lower()}") from None
    if len(text) > _MOST_CHARACTERS:
        raise ConfigError(
            f"{path} is longer than any configuration: more than 16 million characters"
        )
    return parse(text, str(path), settings=settings)


def parse(
    text: str,
    source_name: str = "configuration",
    environment: Mapping[str, str] | None = None,
    settings: Sequence[Setting] = (),
) -> Config:
    """The configuration in a YAML text, which messages call by ``source_name``.

    Variables are by default those of the process. `ConfigError` lists what is wrong, with lines or
    with what set it beside the file.
    """
    read = config_text.read(text, os.environ if environment is None else environment)
    wrong = [p for p in read.problems if not any(one.is_above(p.path) for one in settings)]
    # Where the text itself is wrong, what follows from that is not told.
    said = {problem.path for problem in wrong}
    body = with_settings(read.body, settings)
    config, problems = (None, []) if () in said else _check(body)
    above = {path[:depth] for path in said for depth in range(1, len(path) + 1)}
    found = [*wrong, *(problem for problem in problems if problem.path not in above)]
    if found or config is None:
        placed = [_placed(problem, read.lines, settings) for problem in found]
        raise ConfigError(told(sorted(placed, key=lambda p: p.line or 0), source_name))
    return config


def validate(body: Mapping[str, Any], source_name: str = "command line") -> Config:
    """The configuration in plain data, as YAML would give it; `ConfigError` lists what is wrong."""
    config, problems = _check(dict(body))
    if config is None or problems:
        raise ConfigError(told(problems, source_name))
    return config


def public_dict(config: Config) -> dict[str, Any]:
    """The configuration as plain JSON data with every secret replaced by ``***``."""
    return dict(mask(config.model_dump(mode="json", by_alias=True)))


def config_digest(config: Config) -> str:
    """``sha256:`` and the hexadecimal digest of the configuration without its secrets.

    Equal for equal configurations, whatever file, order of keys or credentials they came from.
    """
    canonical = json.dumps(
        public_dict(config), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    # Bytes of file names that are no text are no UTF-8 either.
    data = canonical.encode("utf-8", "backslashreplace")
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _check(body: dict[str, Any]) -> tuple[Config | None, list[Problem]]:
    bad = unusable(body)
    if bad:
        return None, bad
    body = _typed_options(body)
    names = name_problems(body)
    try:
        config = Config.model_validate(body)
    except pydantic.ValidationError as first:
        # A text from the environment is a text until a number or a boolean is wanted in its place.
        wanted = {raw_path(detail, body) for detail in first.errors(include_url=False)}
        try:
            config = Config.model_validate(_retyped(body, wanted))
        except pydantic.ValidationError as error:
            # The body as it was: a value from the environment must still be known as one.
            return None, [*problems_of(error, body), *names]
    return config, [*names, *meaning_problems(config)]


def _retyped(value: Any, wanted: Collection[KeyPath], path: KeyPath = ()) -> Any:
    """A copy in which the texts from the environment at some paths are read as YAML would."""
    if isinstance(value, dict):
        return {key: _retyped(item, wanted, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_retyped(item, wanted, (*path, i)) for i, item in enumerate(value)]
    return config_text.retype(value) if isinstance(value, Expanded) and path in wanted else value


def _typed_options(body: dict[str, Any]) -> dict[str, Any]:
    """The options of metrics have types that only the metrics know: read them as YAML would."""
    at = ("analyses", "data_drift", "options")
    options = section(body, *at)
    wanted = [(*at, metric, option) for metric in options for option in section(options, metric)]
    return dict(_retyped(body, wanted))


def _placed(problem: Problem, lines: Mapping[KeyPath, int], settings: Sequence[Setting]) -> Problem:
    """A problem with what set the value, or the line that it is on."""
    path = problem.path
    new = [one for one in settings if path and path not in lines and one.path[: len(path)] == path]
    by = [*new, *(one for one in settings if one.is_above(path))]
    if by:
        return dataclasses.replace(problem, origin=by[-1].origin)
    return dataclasses.replace(problem, line=problem.line or _line(problem.path, lines))


def _line(path: KeyPath, lines: Mapping[KeyPath, int]) -> int | None:
    """The line of a path, or of the section in which it is missing."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def told(problems: Sequence[Problem], source_name: str) -> str:
    """Everything that is wrong with a configuration, a line each, with hints below."""
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    lines = [f"{source_name}: {count}"]
    for problem in problems:
        where = problem.origin or (f"line {problem.line}" if problem.line else "")
        key = _short(key_text(problem.path))
        place = f"{key} ({where})" if key and where else key or where
        words = _short(problem.message)
        lines.append(f"  {place}: {words}" if place else f"  {words}")
        if problem.hint:
            lines.append(f"      {problem.hint}")
    return "\n".join(lines)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def key_text(path: KeyPath) -> str:
    """A path as people write it.

    Examples
    --------
    >>> key_text(("analyses", "data_drift", "metrics", 1))
    'analyses.data_drift.metrics[1]'
    >>> key_text(("analyses", "data_drift", "importance", "a.b"))
    'analyses.data_drift.importance."a.b"'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if re.fullmatch(r"[\w-]+", part) else f'"{part}"')
    return text
