"""Tries an application on the demo's data: what it gives of each week, and what it shows."""

from __future__ import annotations

from collections.abc import Iterator

from mmon import api
from mmon.analyses import names
from mmon.cli import demo
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
    return document, "\n".join(_lines(document))


def _lines(document: Document) -> Iterator[str]:
    for week in range(len(document.windows)):
        for one in document.results:
            if one.window == week and one.application != "mmon" and one.name != APP_FAILED:
                about = "" if one.column is None else f" of {safe(one.column, unicode=True)}"
                status = one.status.replace("_", " ")
                reason = f": {safe(one.reason, unicode=True)}" if one.reason else ""
                told = f"{safe(one.name, unicode=True)}{about}  {value_word(one)}"
                yield f"week {week + 1}  {told}  {status}{reason}"
        for metric in document.metrics:
            if metric.window == week and metric.application not in ("mmon", "system-performance"):
                yield f"week {week + 1}  {metric.name}  {number(metric.value)}"
    yield from (f"shown: {safe(line, unicode=True)}" for line in artifact_lines(document))
    yield from document.errors
