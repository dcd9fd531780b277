"""The JSON Schema of the result document, read off its dataclasses so that it cannot drift."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mmon.results import SCHEMA_VERSION, Document

DRAFT = "http://json-schema.org/draft-07/schema#"

_PLAIN = {str: "string", int: "integer", bool: "boolean", type(None): "null"}
_NUMBER = {"type": ["number", "null"]}  # NaN and infinities are null in JSON


def schema() -> dict[str, Any]:
    """JSON Schema (draft-07) of the result document; it allows nothing that mmon does not write."""
    body = _of_dataclass(Document)
    body["properties"]["schema_version"] = {"const": SCHEMA_VERSION}
    return {"$schema": DRAFT, "title": "mmon result", **body}


def fault(value: Any, rule: Mapping[str, Any], path: str = "") -> str | None:
    """The first thing in plain data that breaks a schema made by `schema`; None when all is well.

    Examples
    --------
    >>> fault({"rows": "many"}, {"type": "object", "properties": {"rows": {"type": "integer"}}})
    "rows is 'many' where an integer belongs"
    """
    allowed = rule.get("type")
    if allowed is not None and not any(_is(value, kind) for kind in _listed(allowed)):
        return f"{path or 'it'} is {_shown(value)} where {_worded(_listed(allowed))} belongs"
    if "const" in rule and value != rule["const"]:
        return f"{path} is {_shown(value)} where {rule['const']!r} belongs"
    if "enum" in rule and value not in rule["enum"]:
        return f"{path} is {_shown(value)}, which is none of {', '.join(map(str, rule['enum']))}"
    if isinstance(value, dict):
        return _object_fault(value, rule, path)
    return _list_fault(value, rule, path) if isinstance(value, list) else None


def _list_fault(value: list[Any], rule: Mapping[str, Any], path: str) -> str | None:
    if not rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", len(value)):
        return f"{path} has {len(value)} items where {rule['minItems']} belong"
    items = rule.get("items", {})
    found = (fault(item, items, f"{path}[{i}]") for i, item in enumerate(value))
    return next((text for text in found if text), None)


def _object_fault(value: Mapping[str, Any], rule: Mapping[str, Any], path: str) -> str | None:
    known = rule.get("properties", {})
    for key in rule.get("required", ()):
        if key not in value:
            return f"{path or 'it'} has no {key!r}"
    others = rule.get("additionalProperties", {})
    if others is False:
        for key in value:
            if key not in known:
                return f"{path or 'it'} has {key!r}, which does not belong there"
    at = f"{path}." if path else ""
    found = (fault(item, known.get(key, others), f"{at}{key}") for key, item in value.items())
    return next((text for text in found if text), None)


def _of_dataclass(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
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
    if origin in (tuple, Sequence):
        return {"type": "array", "items": _of(arguments[0])}
    if origin is Mapping:
        inner = arguments[1]
        return {"type": "object"} | ({} if inner is Any else {"additionalProperties": _of(inner)})
    return _of_class(hint)


def _of_class(hint: Any) -> dict[str, Any]:
    if dataclasses.is_dataclass(hint):
        return _of_dataclass(typing.cast("type", hint))
    if issubclass(hint, enum.Enum):
        return {"enum": [member.value for member in hint]}
    return dict(_NUMBER) if hint is float else {"type": _PLAIN[hint]}


def _nullable(rule: dict[str, Any]) -> dict[str, Any]:
    if "type" in rule:
        rule["type"] = list(dict.fromkeys([*_listed(rule["type"]), "null"]))
    if "enum" in rule:
        rule["enum"] = [*rule["enum"], None]
    return rule


def _listed(kinds: str | Sequence[str]) -> Sequence[str]:
    return [kinds] if isinstance(kinds, str) else kinds


_CLASSES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
    "array": list,
    "object": dict,
}


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool) and kind != "boolean":
        return False
    return isinstance(value, _CLASSES[kind])


def _worded(kinds: Sequence[str]) -> str:
    words = [("an " if kind[0] in "aio" else "a ") + kind for kind in kinds if kind != "null"]
    return " or ".join(words + ["null"] * ("null" in kinds))


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
