"""Tries an application on the demo's data or a user's: what it gives of each window, and shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mmon import api
from mmon.analyses import names
from mmon.applications.loading import name_in
from mmon.cli import demo
from mmon.config_file import load
from mmon.outline.shown import artifact_lines
from mmon.outline.units import value_word
from mmon.outline.wording import number
from mmon.results import Document
from mmon.results.quantity import APP_FAILED
from mmon.texts.screen import safe

_COLUMNS = {
    "id": "request_id",
    "timestamp": "event_time",
    "target": "defaulted",
    "score": "p_default",
}


def on_demo(place: str) -> tuple[Document, str]:
    """The document of a run of one application, and a line for each of its numbers.

    `ConfigError` where there is no such application.
    """
    reference, production = demo.datasets()
    body = {
        "project": "lending",
        "endpoint": "credit-risk",
        "reference": reference,
        "production": production,
        "columns": _COLUMNS,
        "task": "binary",
        "windows": {"every": "1w", "start": "2024-03-04"},
        "analyses": dict.fromkeys(names()),
        "applications": [{"class": place}],
    }
    document = api.run(body).document
    return document, "\n".join(_lines(document, "week"))


def on_data(place: str, config_path: str) -> tuple[Document, str]:
    """The same of the data of a configuration; nothing is remembered, and nobody is told.

    Where the configuration has the application, it is as configured.
    """
    config = load(config_path)
    own = [
        one.model_dump(by_alias=True)
        for one in config.applications
        if one.class_ is not None and name_in(one.class_) == name_in(place)
    ]
    body = config.model_dump(by_alias=True)
    if body["windows"] is not None:
        body["windows"]["incomplete"] = "keep"
    nothing: dict[str, Any] = {"by_column": {}, "alerts": [], "notifications": [], "actions": []}
    nothing |= {"segments": None, "history": None, "analyses": dict.fromkeys(names())}
    document = api.run({**body, **nothing, "applications": own or [{"class": place}]}).document
    return document, "\n".join(_lines(document, "window"))


def _lines(document: Document, window: str) -> Iterator[str]:
    for week in range(len(document.windows) or 1):
        which = f"{window} {week + 1}" if document.windows else "production"
        for one in document.results:
            if one.window == week and one.application != "mmon" and one.name != APP_FAILED:
                about = "" if one.column is None else f" of {safe(one.column, unicode=True)}"
                status = one.status.replace("_", " ")
                reason = f": {safe(one.reason, unicode=True)}" if one.reason else ""
                told = f"{safe(one.name, unicode=True)}{about}  {value_word(one)}"
                yield f"{which}  {told}  {status}{reason}"
        for metric in document.metrics:
            if metric.window == week and metric.application not in ("mmon", "system-performance"):
                yield f"{which}  {metric.name}  {number(metric.value)}"
    yield from (f"shown: {safe(line, unicode=True)}" for line in artifact_lines(document))
    yield from document.errors
