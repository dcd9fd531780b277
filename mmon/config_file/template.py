"""The commented configuration that `mmon init` writes, made of the fields and their texts."""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from mmon.config.analyses import Analyses
from mmon.config.columns import Columns
from mmon.config.fields import Section
from mmon.config.keys import Key, keys_of
from mmon.config.levels import Thresholds
from mmon.config.sections import Config
from mmon.config_file.schema import schema

_HEAD = """\
# yaml-language-server: $schema=./mmon.schema.json
#
# A configuration of mmon, with every option. Lines that begin with "# " are explanations; lines
# that begin with "#" and a word, or "#" and "-", are options, with their defaults or an example.
#
#   mmon validate mmon.yaml             check this file
#   mmon run mmon.yaml                  make the comparison
#   mmon schema > mmon.schema.json      let your editor complete and check this file (first line)
#
"""
_GUESSED = "  # guessed: remove the first # if it is so"
_EXAMPLE = "  # an example"


def template(reference: str | None = None, roles: Mapping[str, str] | None = None) -> str:
    """Every key with its text; what has no default is commented out, with an example.

    Of a ``reference`` at hand, its path and the columns that seem to have a role, which are
    commented out, too: they are guessed.
    """
    about = (inspect.getdoc(Config) or "").partition("\n\n")[2].replace("``", "")
    examples = {"columns": roles or {}} | ({} if reference is None else {"reference": reference})
    lines = [*_comment(about, ""), *_lines(Config.model_construct(), examples, set())]
    return _HEAD + "\n".join(lines) + "\n"


def _lines(
    section: Section, examples: Mapping[str, Any], told: set[str], indent: str = "", off: str = ""
) -> Iterator[str]:
    """The keys of a section with its values, those without one behind a "#" with an example.

    A text that keys of several sections share is told once; of a section that is ``off``
    everything is behind a "#".
    """
    for key in keys_of(type(section)):
        is_needed, value = key.field.is_required(), getattr(section, key.attribute, None)
        example = examples.get(key.name, next(iter(key.field.examples or ()), None))
        mark = off or ("#" if value in (None, (), {}) and not is_needed else "")
        if not indent or key.owner is Analyses:
            yield ""
        if key.text not in told:
            yield from _comment(key.text, indent)
        told.add(key.text)
        if key.has_entries and example is None:
            example = _usual(key)
        if key.section is None or key.has_entries or isinstance(example, str):
            shown = example if example is not None and (mark or is_needed) else value
            entry = _entry(f"{indent}{mark}{key.name}:", shown, f"{indent}  {mark}")
            is_role = bool(examples and mark) and key.owner is Columns
            said = (_GUESSED if key.name in examples else _EXAMPLE) if is_role else ""
            yield f"{next(entry)}{said}"
            if key.is_list:
                yield from _texts_of_entries(key, f"{indent}  ")
            yield from (f"{line}{said}" for line in entry)
        else:
            inner = value or key.section.model_construct()
            below = [*_lines(inner, example or {}, told, f"{indent}  ", mark)]
            is_on = any(line.lstrip()[:1] not in ("", "#") for line in below)
            yield f"{indent}{'' if is_on else '#'}{key.name}:"
            yield from below


def _texts_of_entries(key: Key, indent: str) -> Iterator[str]:
    """What the keys of each entry of a list are: first those of every kind."""
    of_kinds = {kind: keys_of(section) for kind, section in key.kinds.items()}
    every = [{(own.name, own.text) for own in keys} for keys in of_kinds.values()]
    shared = set.intersection(*every) if every else set()
    for own in keys_of(key.section or next(iter(key.kinds.values()), None)):
        if key.section or (own.name, own.text) in shared:
            yield from _comment(f"{own.name}: {own.text}", indent)
    for kind, keys in of_kinds.items():
        about = (inspect.getdoc(key.kinds[kind]) or "").partition("\n\n")[0]
        yield from _comment(f"kind: {kind}: {' '.join(about.split())}", indent)
        for own in keys:
            if (own.name, own.text) not in shared:
                yield from _comment(f"{own.name}: {own.text}", f"{indent}  ")


def _usual(key: Key) -> dict[str, Any]:
    """Every name that levels can be set for, with the levels that it has by itself."""
    names = schema()["definitions"][key.owner.__name__]["properties"][key.name]["propertyNames"]
    known = {one.name: one for one in sys.modules[key.owner.__module__].quantities()}
    found: dict[str, Any] = {}
    for name in names["enum"]:
        found[name] = {}
        for bound in known[name].bounds:
            levels = {level: getattr(bound, level) for level in ("potential", "detected")}
            own = {level: value for level, value in levels.items() if value is not None}
            found[name] = own if key.section is Thresholds else {bound.limit: own}
    return found


def _comment(text: str, indent: str) -> Iterable[str]:
    start = f"{indent}# "
    return textwrap.wrap(text, 100, initial_indent=start, subsequent_indent=start)


def _entry(start: str, value: Any, indent: str) -> Iterator[str]:
    """A key and its value in one line; entries that are sections have a line each."""
    if isinstance(value, list) and all(isinstance(one, Mapping) for one in value):
        yield start
        yield from (f"{indent}- {_flow(one)}" for one in value)
        return
    if isinstance(value, Mapping) and all(isinstance(one, Mapping) for one in value.values()):
        yield start
        yield from (f"{indent}{name}: {_flow(one)}" for name, one in value.items())
    else:
        yield f"{start} {_flow(value)}"


def _flow(value: Any) -> str:
    # In a list: alone, a number or a text would be followed by the end mark of a document.
    text = yaml.safe_dump([value], default_flow_style=True, width=10**6, sort_keys=False)
    return text.strip()[1:-1]
