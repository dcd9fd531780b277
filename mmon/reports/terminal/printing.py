"""Prints lines into a text, with or without colours."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text


def printed(lines: Iterable[Text], width: int, *, color: bool) -> str:
    """Lines as one text, in ANSI colours where wanted."""
    from rich.console import Console

    file = io.StringIO()
    console = Console(
        file=file,
        width=width,
        # All three, or Rich would look at the environment of the process.
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=not color,
        legacy_windows=False,
        highlight=False,
    )
    for line in lines:
        line.rstrip()
        console.print(line, soft_wrap=True)
    return file.getvalue()
