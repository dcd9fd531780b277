"""Pieces of Markdown in which no name and no text is taken for markup."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mmon.reports._lines import safe
from mmon.results import Status

_LONGEST_NAME = 80

STATUS_SIGNS = {
    Status.DETECTED: "🔴",
    Status.POTENTIAL_DETECTION: "🟡",
    Status.INCONCLUSIVE: "❔",
}
"""One for each status that calls for attention."""


def row(cells: Sequence[str]) -> str:
    """One line of a table."""
    return "| " + " | ".join(cells) + " |"


def code(text: str) -> str:
    """A name in code quotes that nothing in it can leave."""
    text = safe(text, unicode=True)
    if len(text) > _LONGEST_NAME:
        text = text[: _LONGEST_NAME - 1] + "…"
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    # Code quotes that begin or end with a backtick or a space need a space that is not shown.
    edge = " " if not text.strip(" ") or text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{edge}{text or ' '}{edge}{fence}"


def in_cell(text: str) -> str:
    """A piece that does not end the cell of a table."""
    return text.replace("|", r"\|")


def escaped(text: str) -> str:
    """Text in which no character is markup, mentions nobody and links nowhere."""
    marked = re.sub(r"([\\`*_{}\[\]()#+!|~])", r"\\\1", safe(text, unicode=True))
    marked = marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return marked.replace("@", "@<!-- -->").replace("://", ":<!-- -->//")
