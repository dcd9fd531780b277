"""Lays out text in a given number of terminal cells, whatever characters it is made of."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Sequence
from typing import Literal

_PLAIN = str.maketrans(
    {
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{RIGHTWARDS ARROW}": "->",
        "\N{INFINITY}": "inf",
        "\N{PLUS-MINUS SIGN}": "+/-",
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{MIDDLE DOT}": "-",
        "\N{LESS-THAN OR EQUAL TO}": "<=",
        "\N{GREATER-THAN OR EQUAL TO}": ">=",
    }
)
# Controls, formats (among them those that turn the direction of writing), surrogates, line ends.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_HEAD_SHARE = 2 / 3
_GAP = "  "


def safe(text: str, *, unicode: bool) -> str:
    r"""A text from data or files that cannot disturb a terminal; in ASCII where it must be.

    Examples
    --------
    >>> safe("line\nline\x1b[31m", unicode=True)
    'line\\nline\\x1b[31m'
    >>> safe("0 → 60 % größer", unicode=False)
    '0 -> 60 % gr\\xf6\\xdfer'
    """
    shown = "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in _UNSAFE else char
        for char in text
    )
    return (
        shown if unicode else shown.translate(_PLAIN).encode("ascii", "backslashreplace").decode()
    )


def width_of(text: str) -> int:
    """Cells that a text takes: wide characters take two, combining ones none."""
    from rich.cells import cell_len

    return cell_len(text)


def fit(text: str, width: int, *, ellipsis: str) -> str:
    """A text in at most ``width`` cells; its middle gives way, since names differ at their ends.

    Examples
    --------
    >>> fit("customer_lifetime_value_90d", 16, ellipsis="…")
    'customer_l…e_90d'
    >>> fit("価格の変化率", 7, ellipsis="…")
    '価格…率'
    """
    if width_of(text) <= width:
        return text
    room = width - width_of(ellipsis)
    if room <= 0:
        return ellipsis[:width]
    head = _prefix(text, round(room * _HEAD_SHARE))
    tail = _prefix(text[::-1], room - width_of(head))[::-1]
    return head + ellipsis + tail


def pad(text: str, width: int, align: Literal["left", "right"]) -> str:
    """A text followed, or led, by the spaces that make it ``width`` cells."""
    space = " " * (width - width_of(text))
    return text + space if align == "left" else space + text


def wrap(pieces: Sequence[str], width: int, *, between: str, indent: str = "") -> list[str]:
    """Pieces in lines of at most ``width`` cells, broken only between pieces.

    Examples
    --------
    >>> wrap(["one", "two", "three"], 9, between=", ", indent="  ")
    ['one, two,', '  three']
    """
    lines: list[str] = []
    for piece in pieces:
        longer = lines[-1] + between + piece if lines else piece
        if lines and width_of(longer) > width:
            lines[-1] = (lines[-1] + between).rstrip()
            lines.append(indent + piece)
        elif lines:
            lines[-1] = longer
        else:
            lines.append(piece)
    return lines


@dataclasses.dataclass(frozen=True, slots=True)
class Strip:
    """One column of a table of text.

    Attributes
    ----------
    title : str
    cells : tuple of str
        (R,) one for each row.
    align : "left" or "right"
    importance : int
        Where room is short, the least important columns (the largest numbers) are left out
        together; 0 never is.
    least : int or None
        Cells it can be shortened to; None where its cells must stay whole.
    """

    title: str
    cells: tuple[str, ...]
    align: Literal["left", "right"] = "left"
    importance: int = 0
    least: int | None = None

    @property
    def width(self) -> int:
        return max(map(width_of, (self.title, *self.cells)))


def table(strips: Sequence[Strip], width: int, *, ellipsis: str) -> list[list[str]]:
    """A table's lines, each as padded cells with the gaps between them, titles first.

    Until a line takes at most ``width`` cells the first column is shortened, then others are left
    out, then the other ones that can be are shortened. Columns without anything in them are left
    out anyhow.
    """
    kept = [strip for strip in strips if strip.importance == 0 or any(strip.cells)]
    first = strips[0]
    slack = max(0, first.width - (first.least or first.width))
    while _total([s.width for s in kept]) - slack > width and any(s.importance for s in kept):
        least = max(strip.importance for strip in kept)
        kept = [strip for strip in kept if strip.importance != least]
    widths = [strip.width for strip in kept]
    for index, strip in enumerate(kept):
        excess = _total(widths) - width
        if strip.least is not None and excess > 0:
            widths[index] = max(min(strip.least, widths[index]), widths[index] - excess)
    rows = zip(*((strip.title, *strip.cells) for strip in kept), strict=True)
    return [
        [
            pad(fit(cell, room, ellipsis=ellipsis), room, strip.align) + _GAP
            for cell, room, strip in zip(row, widths, kept, strict=True)
        ]
        for row in rows
    ]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _prefix(text: str, width: int) -> str:
    taken = 0
    for position, char in enumerate(text):
        taken += width_of(char)
        if taken > width:
            return text[:position]
    return text
