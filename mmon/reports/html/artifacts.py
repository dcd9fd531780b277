"""What applications show: a table as it is, a picture as an image, a page in a sandbox.

An image runs no script and loads nothing. A page stands in a frame without any right, whose text is
escaped; the policy of the report holds in it, too.
"""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Sequence

from mmon.outline.wording import counted, window_name
from mmon.results import Document
from mmon.results.artifacts import Artifact


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """One artifact, written out; either an image, a page or a table."""

    name: str
    about: str
    image: str
    page: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    left_out: str


def shown(document: Document, one: Artifact) -> Shown:
    """An artifact as the page shows it."""
    several = len(document.windows) > 1
    when = f", {window_name(document.windows, one.window)}" if several else ""
    more = one.total_rows - len(one.rows)
    return Shown(
        one.name,
        f"{one.application}{when}",
        _image(one),
        one.content if one.kind == "html" else "",
        one.columns,
        one.rows,
        f"The table has {counted(more, 'more row')}." if more else "",
    )


def _image(one: Artifact) -> str:
    if one.kind == "png":
        return f"data:image/png;base64,{one.content}"
    if one.kind == "svg":
        text = base64.b64encode(one.content.encode()).decode()
        return f"data:image/svg+xml;base64,{text}"
    return ""
