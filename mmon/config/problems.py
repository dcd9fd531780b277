"""Says in a person's words what pydantic found wrong with a configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pydantic
from pydantic_core import ErrorDetails

from mmon.config.fields import Section
from mmon.config.keys import keys_of
from mmon.config.sections import Config
from mmon.config.text import Expanded, KeyPath, Problem, retype
from mmon.errors import closest
from mmon.texts.redaction import SECRET_SECTIONS, is_secret_name, masked

_LONGEST_VALUE = 60
_DEEPEST = 24

_EXPECTED = {
    "bool_type": "true or false",
    "dict_type": "a section of `key: value` lines",
    "finite_number": "a finite number",
    "float_type": "a number",
    "greater_than": "above {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "less_than": "below {lt:g}",
    "less_than_equal": "at most {le:g}",
    "literal_error": "{expected}",
    "model_attributes_type": "a section of `key: value` lines",
    "model_type": "a section of `key: value` lines",
    "path_type": "the path of a file",
    "string_too_long": "a text of at most {max_length} character(s)",
    "string_too_short": "a text with something in it",
    "string_type": "a text",
    "string_unicode": "a text in UTF-8",
    "too_short": "a list with something in it",
    "tuple_type": "a list",
}


_NO_TEXT = re.compile(r"[\x00\ud800-\udc7f\udd00-\udfff]")
# Bytes of file names that are no text are the halves that this leaves out.


def unusable(value: Any, path: KeyPath = ()) -> list[Problem]:
    """What no plain data may hold, whoever made it: characters that are none, endless depth."""
    if len(path) > _DEEPEST:
        return [Problem(path[:1], "is nested too deeply")]
    if isinstance(value, str):
        is_bad = _NO_TEXT.search(value)
        return [Problem(path, "holds a character that no text may hold")] if is_bad else []
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            return [Problem(path, "has a key that is no text")]
        if any(map(_NO_TEXT.search, value)):
            return [Problem(path, "has a key with a character that no text may hold")]
        items = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    return [problem for key, item in items for problem in unusable(item, (*path, key))]


def problems_of(error: pydantic.ValidationError, body: Mapping[str, Any]) -> list[Problem]:
    """One problem for each place of ``body`` that validating it as a `Config` found wrong.

    They are in the order of the models' fields.
    """
    by_path: dict[KeyPath, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        by_path.setdefault(raw_path(detail, body), []).append(detail)
    # Of "all | list of names", the branch that got deeper knows better what is wrong.
    deepest = {
        path: details
        for path, details in by_path.items()
        if not any(len(other) > len(path) and other[: len(path)] == path for other in by_path)
    }
    return [_problem(path, details, body) for path, details in deepest.items()]


def raw_path(detail: ErrorDetails, body: Any) -> KeyPath:
    """Where an error stands in the plain data.

    Pydantic's own location also names branches of unions, and keys of sections that the data gives
    in a short form; neither stands in the file.
    """
    path: list[str | int] = []
    for part in detail["loc"]:
        in_list = isinstance(body, list) and isinstance(part, int) and part < len(body)
        if in_list or (isinstance(body, Mapping) and part in body):
            body = body[part]
            path.append(part)
    if detail["type"] == "missing":
        path.append(detail["loc"][-1])
    return tuple(path)


def value_at(path: KeyPath, body: Any) -> Any:
    """The plain value at a path that `raw_path` gave; None where there is none."""
    for part in path:
        try:
            body = body[part]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def shown(value: Any, path: KeyPath) -> str | None:
    """A value fit for a message; None when it may be secret.

    A value that came from the environment is shown as the file has it, by the variable's name.
    """
    if SECRET_SECTIONS.intersection(str(part) for part in path):
        return None
    if path and is_secret_name(str(path[-1])):
        return None
    if isinstance(value, Mapping):
        return "a section"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(masked(value.written if isinstance(value, Expanded) else str(value)))
    if isinstance(value, int | float):
        text = text.strip("'")
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _problem(path: KeyPath, details: Sequence[ErrorDetails], body: Any) -> Problem:
    kinds = {detail["type"] for detail in details}
    if "missing" in kinds:
        return Problem(path, "is required and missing")
    if "extra_forbidden" in kinds:
        word = str(path[-1])
        known = _keys_at(path[:-1], body)
        return Problem(path, "is not a key that mmon knows", closest(word, known))
    if "union_tag_not_found" in kinds:
        return Problem((*path, "kind"), "is required and missing")
    if "union_tag_invalid" in kinds:
        context = details[0].get("ctx", {})
        known = re.findall(r"'([^']*)'", str(context["expected_tags"]))
        words = f"unknown kind {str(context['tag'])!r}"
        return Problem((*path, "kind"), words, closest(str(context["tag"]), known))
    value = value_at(path, body)
    own = [str(detail["ctx"]["error"]) for detail in details if detail["type"] == "value_error"]
    if own and not own[0].startswith("must "):
        return Problem(path, own[0])
    expected = " or ".join(dict.fromkeys(_expectation(detail) for detail in details))
    got = shown(value, path)
    message = f"must be {expected}" + (f", not {got}" if got is not None else "")
    return Problem(path, message, _hint(kinds, details, value))


def _expectation(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"]).removeprefix("must be ")
    if kind == "model_type" and context.get("class_name") in ("Dataset", "Reference"):
        return "a path, a list of paths or a section of `key: value` lines"
    if kind in _EXPECTED:
        return _EXPECTED[kind].format(**context)
    # A rule that this table does not know yet: pydantic's own words, after its "Input should".
    return detail["msg"].removeprefix("Input should be ").removeprefix("String should ")


def _hint(kinds: set[str], details: Sequence[ErrorDetails], value: Any) -> str | None:
    if "string_type" in kinds and isinstance(value, int | float):
        return "put it in quotes"
    if isinstance(value, str) and not isinstance(value, Expanded):
        if kinds & {"float_type", "int_type", "bool_type"} and re.fullmatch(r"[-+.\w]+", value):
            return None if isinstance(retype(value), str) else "write it without quotes"
        allowed = [
            word
            for detail in details
            if detail["type"] == "literal_error"
            for word in re.findall(r"'([^']*)'", detail["ctx"]["expected"])
        ]
        return closest(value, allowed, "") or None
    return None


def _keys_at(path: KeyPath, body: Any) -> list[str]:
    """The keys that the section at a path may have."""
    section: type[Section] | None = Config
    kinds: Mapping[str, type[Section]] = {}
    for depth, part in enumerate(path, start=1):
        found = next((key for key in keys_of(section) if key.name == part), None)
        if found is not None:
            section, kinds = found.section, found.kinds
        elif kinds:
            section = kinds.get(value_at((*path[:depth], "kind"), body))
        # What else is none of its keys is the name of an entry, or a place in a list.
    return [key.name for key in keys_of(section)]
