"""The JSON Schema of the result document, read off its dataclasses so that it cannot drift."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from mmon import records
from mmon.records import Null, Range
from mmon.results import SCHEMA_VERSION, Document, ResultKind

DRAFT = "http://json-schema.org/draft-07/schema#"

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}


def schema() -> dict[str, Any]:
    """JSON Schema (draft-07) of the result document; it allows nothing that mmon does not write."""
    body = _of_dataclass(Document)
    body["properties"]["schema_version"] = {"const": SCHEMA_VERSION}
    return {"$schema": DRAFT, "title": "mmon result", **body}


def _of_dataclass(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind, include_extras=True)
    names = [field.name for field in records.stored(kind)]
    if "quantity" in names:
        # A row has its quantity's key in the place of the quantity.
        key = {"application": str, "kind": ResultKind, "name": str}
        names, hints = [*key, *names[1:]], {**hints, **key}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": names,
        "properties": {name: _of(hints[name]) for name in names},
    }


def _of(hint: Any) -> dict[str, Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _nullable(_of(next(one for one in arguments if one is not type(None))))
    if origin is Annotated:
        return _narrowed(_of_class(arguments[0]), arguments[1])
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin is tuple and arguments[-1] is not Ellipsis:
        # Mixed tuples differ only in which of their numbers may be null.
        items = _of(arguments[-1])
        return {
            "type": "array",
            "items": items,
            "minItems": len(arguments),
            "maxItems": len(arguments),
        }
    if origin is Mapping:
        inner = arguments[1]
        return {"type": "object"} | ({} if inner is Any else {"additionalProperties": _of(inner)})
    return {"type": "array", "items": _of(arguments[0])} if arguments else _of_class(hint)


def _of_class(hint: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(hint):
        return _of_dataclass(typing.cast("type", hint))
    if issubclass(hint, enum.Enum):
        return {"enum": [member.value for member in hint]}
    return {"type": _PLAIN[hint]}


def _narrowed(rule: dict[str, Any], by: Range | Null) -> dict[str, Any]:
    return _nullable(rule) if isinstance(by, Null) else {**rule, "minimum": by.least}


def _nullable(rule: dict[str, Any]) -> dict[str, Any]:
    if "type" in rule:
        rule["type"] = list(dict.fromkeys([*_listed(rule["type"]), "null"]))
    if "enum" in rule:
        rule["enum"] = [*rule["enum"], None]
    return rule


def _listed(kinds: str | Sequence[str]) -> Sequence[str]:
    return [kinds] if isinstance(kinds, str) else kinds
