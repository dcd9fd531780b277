"""Reads the YAML text of a configuration into plain data that remembers where each value stood."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import yaml

from mmon.errors import ConfigError
from mmon.texts.redaction import keep_variable

KeyPath = tuple[str | int, ...]

_MOST_NODES = 250_000  # 100,000 columns with levels of their own
_MOST_DIGITS = 400
_VARIABLE = re.compile(
    r"\$\$|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]{0,4096}))?\}|\$\{[^}\s]*\}?"
)
_QUOTED_NAME = re.compile(r" '[^'<\\]{2,}'")


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a configuration, and a hint on what to do next."""

    path: KeyPath
    """Keys and list positions that lead to the value; empty for the file as a whole."""
    message: str
    hint: str | None = None
    line: int | None = None
    """Line of the text, from 1, where it is known."""
    origin: str | None = None
    """What set the value beside the text."""


@dataclasses.dataclass(frozen=True, slots=True)
class ConfigText:
    """A configuration as written."""

    body: dict[str, Any]
    """Plain data; texts that came from the environment are `Expanded`."""
    lines: Mapping[KeyPath, int]
    """Line of each key and list item, from 1."""
    problems: tuple[Problem, ...]
    """What is wrong with the text itself."""


class Expanded(str):
    """A text with environment variables in it: their values, and what stands in the file."""

    __slots__ = ("written",)

    written: str
    """The text before expansion, fit to be shown: it holds names, not values."""

    def __new__(cls, text: str, written: str) -> Expanded:
        self = super().__new__(cls, text)
        self.written = written
        return self


class _Loader(yaml.SafeLoader):
    """YAML 1.2's core schema.

    PyYAML's own rules are those of YAML 1.1, which read ``on`` as true, ``1e-3`` as text,
    ``12:30`` as 750 and ``2024-01-31`` as a date object.
    """

    yaml_implicit_resolvers = {}


_TAG = "tag:yaml.org,2002:"
_CORE = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    "float": (
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
}
for _name, (_pattern, _first) in _CORE.items():
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"^(?:{_pattern})$"), _first)


def retype(text: str) -> Any:
    """What a text would be, had it been written in the file: a number, a boolean, null or itself.

    Examples
    --------
    >>> [retype(text) for text in ("0.05", "12", "true", "", "1d")]
    [0.05, 12, True, None, '1d']
    """
    for name, (pattern, _) in _CORE.items():
        if re.fullmatch(pattern, text):
            with contextlib.suppress(ValueError):
                return _scalar(name, text)
    return str(text)


def read(text: str, environment: Mapping[str, str]) -> ConfigText:
    """Parse YAML 1.2, one document that is a mapping, and expand variables of the environment.

    Every problem is collected, none is raised.
    """
    reader = _Reader(environment)
    try:
        body = reader.mapping(_root(text), ())
    except _RefusedError as refused:
        return ConfigText({}, {}, (Problem((), *refused.args),))
    return ConfigText(body, reader.lines, tuple(reader.problems))


def read_value(text: str, environment: Mapping[str, str]) -> Any:
    """One value as it would stand behind a key; else `ConfigError` says what is wrong with it."""
    reader = _Reader(environment)
    try:
        node = _node(text)
        value = None if node is None else reader.value(node, ())
    except _RefusedError as refused:
        raise ConfigError(*refused.args[:1], hint=(*refused.args, None)[1]) from None
    if node is None or reader.problems:
        missing = Problem((), "has no value", "write null for none")
        problem = missing if node is None else reader.problems[0]
        raise ConfigError(problem.message, hint=problem.hint)
    return value


class _RefusedError(Exception):
    """A text of which nothing is a configuration: the fields of a `Problem` without a path."""


def _root(text: str) -> yaml.MappingNode:
    root = _node(text)
    if root is None:
        raise _RefusedError("holds no configuration", "`mmon init` writes one to start from")
    if not isinstance(root, yaml.MappingNode):
        raise _RefusedError("must be `key: value` lines", "`mmon init` writes an example")
    return root


def _node(text: str) -> yaml.Node | None:
    try:
        return _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text) from None
    except yaml.YAMLError as error:
        raise _RefusedError(f"is not YAML: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise _RefusedError("is nested too deeply") from None


class _Reader:
    """Turns the nodes of one YAML document into plain data."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.lines: dict[KeyPath, int] = {}
        self.problems: list[Problem] = []
        self._open: set[int] = set()
        self._nodes = 0

    def value(self, node: yaml.Node, path: KeyPath) -> Any:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            hint = "an alias (*name) repeats all that its anchor (&name) holds"
            raise _RefusedError(f"holds more than {_MOST_NODES:,} values", hint, _line(node))
        if id(node) in self._open:
            self._report(node, path, "contains itself")
            return None
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self.mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return self._sequence(node, path)
            return self._text_or_scalar(node, path)
        finally:
            self._open.discard(id(node))

    def mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._report(key_node, path, "has a key that is not a text")
                continue
            key = key_node.value
            here = (*path, key)
            if key in found:
                first = self.lines[here]
                self._report(key_node, here, f"is given twice, first on line {first}")
                continue
            self.lines[here] = _line(key_node)
            found[key] = self.value(value_node, here)
        return found

    def _sequence(self, node: yaml.SequenceNode, path: KeyPath) -> list[Any]:
        items = []
        for position, item in enumerate(node.value):
            self.lines[(*path, position)] = _line(item)
            items.append(self.value(item, (*path, position)))
        return items

    def _text_or_scalar(self, node: yaml.Node, path: KeyPath) -> Any:
        name = node.tag.removeprefix(_TAG)
        if name == "str":
            return self._expand(node, path)
        if name not in _CORE:
            # The tag is not repeated: it may be a password that wants quotes.
            hint = "put the value in quotes"
            self._report(node, path, "has a YAML tag (!), which means nothing here", hint)
            return None
        if name == "null" and node.value == "":
            # A section whose lines are all commented out would otherwise switch things off.
            hint = "give it one, write null, or remove the line"
            self._report(node, path, "has no value", hint)
            return None
        try:
            return _scalar(name, node.value)
        except ValueError:
            long = f"a number of {len(node.value):,} characters"
            what = long if len(node.value) > _MOST_DIGITS else f"not a YAML {name}"
            self._report(node, path, f"is {what}")
            return None

    def _expand(self, node: yaml.Node, path: KeyPath) -> str:
        written: str = node.value

        def replacement(match: re.Match[str]) -> str:
            if match.group() == "$$":
                return "$"
            name, default = match["name"], match["default"]
            if name is None:
                hint = "write ${NAME} or ${NAME:-default}, and $${ for a plain ${"
                self._report(node, path, "has a ${ that names no variable", hint)
                return ""
            found = self.environment.get(name)
            keep_variable(name, found or default or "")
            if default is not None:
                return found or default
            if found is None:
                hint = f"set it, or give a default: ${{{name}:-…}}"
                self._report(node, path, f"needs the environment variable {name}", hint)
            return found or ""

        text = _VARIABLE.sub(replacement, written)
        return text if text == written else Expanded(text, written)

    def _report(
        self, node: yaml.Node, path: KeyPath, message: str, hint: str | None = None
    ) -> None:
        self.problems.append(Problem(path, message, hint, _line(node)))


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _scalar(name: str, text: str) -> Any:
    if name == "null":
        return None
    if name == "bool":
        return text.lower() == "true"
    if name == "int":
        if len(text) > _MOST_DIGITS:
            raise ValueError("too long")
        # Base 0 understands 0x and 0o, but not the leading zeros that base 10 allows.
        return int(text, 0 if text[:2] in ("0x", "0o") else 10)
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


def _syntax_error(error: yaml.MarkedYAMLError, text: str) -> _RefusedError:
    mark = error.problem_mark or error.context_mark
    what = ", ".join(part for part in (error.context, error.problem) if part)
    # What an alias (*) or anchor (&) is called may be a password that wants quotes.
    what = _QUOTED_NAME.sub("", what)
    if mark is None:
        return _RefusedError(f"is not YAML: {what}")
    lines = text.splitlines()
    around = lines[mark.line] if mark.line < len(lines) else ""
    hint = None
    if "${" in around and ("{" in around.replace("${", "") or "[" in around):
        hint = 'inside { } and [ ], put it in quotes: "${NAME}"'
    elif "\t" in around[: mark.column + 1]:
        hint = "indent with spaces, not tabs"
    return _RefusedError(f"is not YAML: {what} (column {mark.column + 1})", hint, mark.line + 1)
