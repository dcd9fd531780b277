"""What applications show in reports besides numbers: tables, pictures and pages."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

from mmon.records import Count, require


@dataclasses.dataclass(frozen=True, slots=True)
class Artifact:
    """One thing that an application shows of a window.

    Attributes
    ----------
    name : str
    kind : {"table", "png", "svg", "html"}
    content : str
        The text of SVG or HTML, which is nobody's but the application's; of a PNG, in base64.
    columns : sequence of str
        Of a table.
    rows : sequence of sequence of str
        The first rows of a table.
    total_rows : int
        How many rows the table has.
    application : str
        Whose it is.
    window : int
    """

    name: str
    kind: Literal["table", "png", "svg", "html"]
    content: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    total_rows: Count = 0
    application: str = ""
    window: Count = 0

    def check(self) -> None:
        """Raise `MisfitError` when what was read back is no table."""
        width = len(self.columns)
        require(all(len(row) == width for row in self.rows), "has rows of other columns")
        require(self.total_rows >= len(self.rows), "has more rows than it says")
