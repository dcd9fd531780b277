"""Describes the configuration file to editors, as JSON Schema."""

from __future__ import annotations

import json
from typing import Any

from mmon import metrics, performance
from mmon.config.analyses import judged
from mmon.config.keys import walk
from mmon.config.sections import Config
from mmon.config_file.names import column_levels

DRAFT = "http://json-schema.org/draft-07/schema#"

# A text with a variable stands for whatever the variable holds.
_VARIABLE = {"type": "string", "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}"}
_SHORT_DATASET = (
    {"type": "string", "minLength": 1},
    {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
)


def schema() -> dict[str, Any]:
    """JSON Schema (draft-07) of the configuration file, for editors.

    It knows the short forms, environment variables in the place of any value, and the names of
    metrics and checks.
    """
    generated = Config.model_json_schema(by_alias=True)
    _describe(generated)
    sections = {name: _draft_07(body) for name, body in generated.pop("$defs").items()}
    for name in {key.section.__name__ for key in walk(Config) if key.section and key.section.SHORT}:
        sections[name] = _with_short_forms(sections[name])
    drift = sections["DataDrift"]["properties"]
    names = list(metrics.names())
    known = {"anyOf": [{"enum": names}, _VARIABLE]}
    drift["metrics"] = {
        **drift["metrics"],
        "anyOf": [
            {"const": "all"},
            {"type": "array", "items": known, "minItems": 1, "uniqueItems": True},
            _VARIABLE,
        ],
    }
    named = {settings.__name__: list(own) for _, settings, own in judged()}
    for section, of in {"DataDrift": names, **named}.items():
        keys = sections[section]["properties"]
        if "thresholds" in keys:
            keys["thresholds"]["propertyNames"] = {"enum": of}
    drift["options"]["propertyNames"] = drift["thresholds"]["propertyNames"]
    options = sections["ModelPerformance"]["properties"]["options"]
    options["propertyNames"] = {"enum": list(performance.names())}
    root = _draft_07(generated)
    of_column = root["properties"]["by_column"]["additionalProperties"]
    of_column["propertyNames"] = {"enum": column_levels()}
    return {"$schema": DRAFT, **root, "title": "mmon configuration", "definitions": sections}


def schema_text() -> str:
    """`schema` as indented JSON, for a file beside the configuration."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _describe(generated: dict[str, Any]) -> None:
    """Give each key its text."""
    sections = {Config.__name__: generated, **generated["$defs"]}
    for key in walk(Config):
        sections[key.owner.__name__]["properties"][key.name]["description"] = key.text


def _draft_07(node: Any) -> Any:
    """Pydantic's schema, which is of draft 2020-12, in the words of draft-07.

    It also lets a variable stand for any plain value.
    """
    if isinstance(node, list):
        return [_draft_07(item) for item in node]
    if not isinstance(node, dict):
        return node
    body = {key: _value(key, item) for key, item in node.items() if not _says_nothing(key, item)}
    if "$ref" in body:
        target = {"$ref": body.pop("$ref").replace("#/$defs/", "#/definitions/")}
        # Draft-07 ignores whatever stands beside a reference.
        return {**body, "allOf": [target]} if body else target
    return _or_variable(body)


def _value(key: str, value: Any) -> Any:
    if key == "properties":
        return {name: _draft_07(item) for name, item in value.items()}
    if key == "description":
        return " ".join(value.replace("``", "`").split())
    return value if key in ("default", "enum", "const", "examples") else _draft_07(value)


def _says_nothing(key: str, value: Any) -> bool:
    """Titles repeat the key, the default of a section repeats those of its keys, and what tells
    kinds apart is no word of draft-07."""
    silent = {"title": str, "default": dict, "discriminator": dict}
    return isinstance(value, silent.get(key, ()))


def _or_variable(body: dict[str, Any]) -> dict[str, Any]:
    """The schema of a number, boolean or choice, widened to a text with a variable."""
    rule_keys = [k for k in body if k not in ("description", "default", "examples")]
    is_plain = body.get("type") in ("number", "integer", "boolean") or "enum" in body
    if not (is_plain or "pattern" in body or "maxLength" in body):
        return body
    rule = {key: body.pop(key) for key in rule_keys}
    return {**body, "anyOf": [rule, _VARIABLE]}


def _with_short_forms(section: dict[str, Any]) -> dict[str, Any]:
    description = section.pop("description", None)
    return {"description": description, "anyOf": [*_SHORT_DATASET, section]}
