"""Makes what a report shows of what an application logs: tables, pictures and pages, of a limit."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

from mmon.errors import DataError
from mmon.results.artifacts import Artifact

MOST_BYTES = 1 << 20
"""Of one artifact: a document is read by people and kept in a history."""
MOST_ROWS = 200
"""Rows of a table that are shown: who needs more of them writes a file."""
MOST_COLUMNS = 50

_PNG = b"\x89PNG\r\n\x1a\n"
_TAKES = "a Polars frame, the bytes of a PNG, a text of SVG or HTML, or a figure of matplotlib"


def artifact_of(name: object, body: object) -> Artifact:
    """What is shown under a name; `DataError` where it cannot be shown."""
    if not isinstance(name, str) or not name.strip() or len(name) > 100:
        raise DataError("log_artifact: its name must be a text of at most 100 characters")
    made = _made(name, body)
    size = len(made.content) + sum(len(cell) for row in made.rows for cell in row)
    if size > MOST_BYTES:
        raise DataError(
            f"log_artifact: {name!r} takes {size / 2**20:.1f} MB, more than the 1 MB that a report"
            " keeps of one artifact",
            hint="show less of it, or write it to a file",
        )
    return made


def _made(name: str, body: object) -> Artifact:
    import polars as pl

    if isinstance(body, pl.DataFrame | pl.LazyFrame):
        return _table(name, body.lazy())
    if callable(save := getattr(body, "savefig", None)):
        file = io.BytesIO()
        save(file, format="png")
        body = file.getvalue()
    if isinstance(body, bytes | bytearray):
        if not body.startswith(_PNG):
            raise DataError(f"log_artifact: the bytes of {name!r} are no PNG")
        return Artifact(name, "png", base64.b64encode(body).decode())
    if isinstance(body, str):
        is_svg = re.match(r"\s*(<\?xml[^>]*>\s*|<!DOCTYPE[^>]*>\s*|<!--.*?-->\s*)*<svg\b", body, 16)
        if not is_svg and "<" not in body:
            raise DataError(
                f"log_artifact: {name!r} is a text without markup", hint=f"it takes {_TAKES}"
            )
        return Artifact(name, "svg" if is_svg else "html", body)
    kind = type(body).__name__
    hint = "pl.from_pandas(frame) makes a Polars frame" if kind == "DataFrame" else None
    raise DataError(f"log_artifact: {name!r} is a {kind}; it takes {_TAKES}", hint=hint)


def _table(name: str, frame: Any) -> Artifact:
    import polars as pl

    names = frame.collect_schema().names()
    if len(names) > MOST_COLUMNS:
        raise DataError(
            f"log_artifact: the table {name!r} has {len(names)} columns, more than the"
            f" {MOST_COLUMNS} that a report shows",
            hint="select some of them",
        )
    total = int(frame.select(pl.len()).collect().item())
    head = frame.head(MOST_ROWS).collect()
    rows = tuple(tuple("" if cell is None else _cell(cell) for cell in row) for row in head.rows())
    return Artifact(name, "table", columns=tuple(names), rows=rows, total_rows=total)


def _cell(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
