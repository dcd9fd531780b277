"""What an action is given by itself: a few facts as data, or as variables of a pipeline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mmon.delivery.message import Message
from mmon.errors import DeliveryError
from mmon.texts.templates import rendered

_MOST_RESULTS = 5
_OF_RESULT = ("application", "name", "column", "segment", "window", "value", "status")


def payload(message: Message, template: str | None = None) -> dict[str, Any]:
    """A JSON object of a template, else of ten keys: what is told, the window, the worst results.

    Raises
    ------
    DeliveryError
        When the template gives no JSON object.
    """
    body = message.body()
    if template is None:
        worst = [{key: one[key] for key in _OF_RESULT} for one in body["results"][:_MOST_RESULTS]]
        names = ("project", "endpoint", "reason", "verdict", "text", "link", "key", "alert")
        return {**{name: body[name] for name in names}, "window": body["window"], "results": worst}
    try:
        found = json.loads(rendered(template, body))
    except json.JSONDecodeError as error:
        raise DeliveryError(f"its payload is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise DeliveryError("its payload is no JSON object")
    return found


def variables(message: Message, templates: Mapping[str, str] | None = None) -> dict[str, str]:
    """Texts by name: of templates, else the default payload as ``MMON_ENDPOINT`` and so on."""
    if templates:
        body = message.body()
        return {name: rendered(text, body) for name, text in templates.items()}
    found = {}
    for name, value in payload(message).items():
        if name == "window":
            window = value or {}
            found["MMON_WINDOW_START"] = window.get("start") or ""
            found["MMON_WINDOW_END"] = window.get("end") or ""
        else:
            is_text = isinstance(value, str)
            text = value if is_text else "" if value is None else json.dumps(value)
            found[f"MMON_{name.upper()}"] = text
    return found
