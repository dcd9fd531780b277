"""The results of a document as one flat table, with the times of their windows."""

from __future__ import annotations

from typing import Any

from mmon.reports.json import schema
from mmon.results import Document

_TIMES = ("start", "end")
_ENDS = ("low", "high")


def types() -> dict[str, str]:
    """The type, as JSON Schema names it, of each column; an interval is two of numbers."""
    fields = schema()["properties"]["results"]["items"]["properties"]
    found = dict.fromkeys(_TIMES, "string")
    for name, rule in fields.items():
        kinds = rule.get("type", "string")
        kind = kinds if isinstance(kinds, str) else kinds[0]
        own = {name: kind} if kind != "array" else {f"{name}_{end}": "number" for end in _ENDS}
        found |= own
    return found


def rows(document: Document) -> list[dict[str, Any]]:
    """Each result, by the names of the columns: texts, numbers, truth values, or None."""
    times = {one.index: (one.start, one.end) for one in document.windows}
    pairs = [name.removesuffix("_low") for name in types() if name.endswith("_low")]
    found = []
    for row in document.to_dict()["results"]:
        flat = dict(zip(_TIMES, times.get(row["window"], (None, None)), strict=True)) | row
        for name in pairs:
            ends = flat.pop(name) or (None, None)
            flat |= {f"{name}_{end}": at for end, at in zip(_ENDS, ends, strict=True)}
        found.append(flat)
    return found
