"""Rows of the result document as rows of the long tables, and back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from mmon.history.tables import INTERVALS
from mmon.records import MisfitError


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the document's ``results`` or ``metrics`` as one of the table's.

    PostgreSQL keeps neither NUL in a text nor what is no Unicode: names of columns may hold both.
    """
    found = {name: _text(value) for name, value in row.items() if name != "window"}
    for name in INTERVALS:
        if name in found:
            found[f"{name}_low"], found[f"{name}_high"] = found.pop(name) or (None, None)
    return found


def deep(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of the document, of its window 0, that stands in a row of the table."""
    found = {name: row[name] for name in row if name not in _OF_TABLE}
    for name in INTERVALS:
        if f"{name}_low" in found:
            ends = [found.pop(f"{name}_low"), found.pop(f"{name}_high")]
            found[name] = None if ends == [None, None] else ends
    return {**found, "window": 0}


def numbered(rows: Sequence[Mapping[str, Any]], window: Mapping[str, int]) -> list[dict[str, Any]]:
    """Rows of the table, in their places in a window."""
    return [{**window, "place": place, **flat(row)} for place, row in enumerate(rows)]


_OF_TABLE = ("endpoint_id", "window_key", "place")


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return value.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace").decode()


def unpacked(data: bytes) -> dict[str, Any]:
    """A document that `packed` made bytes of; `MisfitError` where they are damaged."""
    try:
        found: dict[str, Any] = json.loads(zlib.decompress(data))
    except (zlib.error, ValueError) as error:
        raise MisfitError("is damaged") from error
    return found


def packed(document: Mapping[str, Any]) -> bytes:
    """Plain JSON data, compressed by zlib."""
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return zlib.compress(text.encode(), 6)
