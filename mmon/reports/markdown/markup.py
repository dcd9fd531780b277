"""Pieces of Markdown in which no name and no text is taken for markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from mmon.results import Status
from mmon.texts.screen import safe

T = TypeVar("T")

_LONGEST_NAME = 80

STATUS_SIGNS = {
    Status.DETECTED: "🔴",
    Status.POTENTIAL_DETECTION: "🟡",
    Status.INCONCLUSIVE: "❔",
}
"""One for each status that calls for attention."""


def table(rows: Iterable[T], *columns: tuple[str, str, Callable[[T], str]]) -> list[str]:
    """Lines of a table; a column is its title, how it is aligned, and what a row has in it."""
    titles, rules, words = zip(*columns, strict=True)
    cells = [titles, rules, *([word(row) for word in words] for row in rows)]
    return [f"| {' | '.join(line)} |" for line in cells]


def code(text: str) -> str:
    """A name in code quotes that nothing in it can leave, in a cell of a table too."""
    text = safe(text, unicode=True)
    if len(text) > _LONGEST_NAME:
        text = text[: _LONGEST_NAME - 1] + "…"
    if "|" in text:
        # In a cell, a quoted pipe needs a backslash, and one with a backslash before it has no way.
        return f"<code>{escaped(text)}</code>"
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    # Code quotes that begin or end with a backtick or a space need a space that is not shown.
    edge = " " if not text.strip(" ") or text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{edge}{text or ' '}{edge}{fence}"


def escaped(text: str) -> str:
    """Text in which no character is markup, mentions nobody and links nowhere."""
    marked = safe(text, unicode=True).lstrip(" ")
    for pattern, replacement in _ESCAPES:
        marked = pattern.sub(replacement, marked)
    return marked


# What GitHub looks for after it has read the Markdown, backslashes or not: a comment ends it.
_CALLS = r":(?=//)|www\.|@|#(?=[0-9])|GH-(?=[0-9])|:(?=[\w+-]{1,40}:)"
_ESCAPES = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        (r"\|", "&vert;"),
        (r"\$", "&dollar;"),
        (r"^([0-9]{1,9})\.(?= |$)", r"\1&period;"),
        (r"([\\`*_{}\[\]()+!~]|#(?![0-9])|^[-=])", r"\\\1"),
        (f"({_CALLS})", r"\1<!-- -->"),
    )
)
