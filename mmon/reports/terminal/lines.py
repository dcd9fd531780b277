"""Lays out text in a given number of terminal cells, whatever characters it is made of."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

from mmon.results import grouped

_HEAD_SHARE = 2 / 3
_GAP = "  "


def width_of(text: str) -> int:
    """Cells that a text takes: wide characters take two, combining ones none."""
    from rich.cells import cell_len

    return cell_len(text)


def fit(text: str, width: int, *, ellipsis: str, head_cells: int | None = None) -> str:
    """A text in at most ``width`` cells; its middle gives way, since names differ at their ends.

    ``head_cells`` is how many cells stay before the ellipsis: most of them where it is not told.

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
    head = _prefix(text, round(room * _HEAD_SHARE) if head_cells is None else head_cells)
    tail = _prefix(text[::-1], room - width_of(head))[::-1]
    return head + ellipsis + tail


def fit_words(text: str, width: int, *, ellipsis: str) -> str:
    """A sentence in at most ``width`` cells; its end gives way, at a word where one fits.

    Examples
    --------
    >>> fit_words("27 rows are too few: it takes 42,000", 20, ellipsis="…")
    '27 rows are too few…'
    """
    if width_of(text) <= width:
        return text
    room = width - width_of(ellipsis)
    if room <= 0:
        return ellipsis[:width]
    head = _prefix(text, room)
    is_word_end = text[len(head) :].lstrip(",;:").startswith(" ")
    if not is_word_end and " " in head.strip():
        head = head[: head.rindex(" ")]
    return head.rstrip(" ,;:(") + ellipsis


def fit_apart(texts: Sequence[str], width: int, *, ellipsis: str) -> list[str] | None:
    """Texts in at most ``width`` cells each, different wherever they are different.

    Where shortening makes texts equal their ellipsis moves; None where no place tells them apart.

    Examples
    --------
    >>> fit_apart(["proba_highstreet_card", "proba_upmarket_card"], 12, ellipsis="…")
    ['proba_h…card', 'proba_u…card']
    >>> fit_apart(["aaaa_1_zzzz", "aaaa_2_zzzz"], 6, ellipsis="…") is None
    True
    """
    fitted = {text: fit(text, width, ellipsis=ellipsis) for text in texts}
    room = max(width - width_of(ellipsis), 0)
    usual = round(room * _HEAD_SHARE)
    for same in (group for group in grouped(fitted, fitted.__getitem__).values() if len(group) > 1):
        others = {shown for text, shown in fitted.items() if text not in same}
        for head in sorted(range(room + 1), key=lambda cells: abs(cells - usual)):
            apart = [fit(text, width, ellipsis=ellipsis, head_cells=head) for text in same]
            if len(set(apart)) == len(same) and others.isdisjoint(apart):
                fitted.update(zip(same, apart, strict=True))
                break
        else:
            return None
    return [fitted[text] for text in texts]


def pad(text: str, width: int, align: Literal["left", "right"]) -> str:
    """A text followed, or led, by the spaces that make it ``width`` cells."""
    space = " " * (width - width_of(text))
    return text + space if align == "left" else space + text


def wrap(pieces: Sequence[str], width: int, *, between: str) -> list[str]:
    """Pieces in lines of at most ``width`` cells, broken only between pieces.

    Examples
    --------
    >>> wrap(["one", "two", "three"], 9, between=", ")
    ['one, two,', 'three']
    """
    lines: list[str] = []
    for piece in pieces:
        longer = lines[-1] + between + piece if lines else piece
        if lines and width_of(longer) > width:
            lines[-1] = (lines[-1] + between).rstrip()
            lines.append(piece)
        else:
            lines[-1:] = [longer]
    return lines


@dataclasses.dataclass(frozen=True, slots=True)
class Strip:
    """One column of a table of text, with a cell for each of (R,) rows.

    Where room is short, the least important columns (the largest numbers) are left out together; 0
    never is. ``least`` is how many cells it can be shortened to; None where it must stay whole.
    ``is_prose`` tells that its cells are sentences, which are cut at their ends.
    """

    title: str
    cells: Sequence[str]
    align: Literal["left", "right"] = "left"
    importance: int = 0
    least: int | None = None
    is_prose: bool = False

    @property
    def width(self) -> int:
        return max(map(width_of, (self.title, *self.cells)))


def table(strips: Sequence[Strip], width: int, *, ellipsis: str) -> list[list[str]]:
    """A table's lines, each as padded cells with the gaps between them, titles first.

    Until a line takes at most ``width`` cells the first column is shortened, then others are left
    out, then the other ones that can be are shortened. Columns without anything in them are left
    out anyhow. The names in the first column stay different wherever there is room for that.
    """
    first = _kept_apart(strips[0], width, ellipsis=ellipsis)
    kept, widths = _layout([first, *strips[1:]], width)
    if _total(widths) > width:
        kept, widths = _layout(strips, width)
    columns = [
        _fitted(strip, room, ellipsis=ellipsis) for strip, room in zip(kept, widths, strict=True)
    ]
    columns[0] = _names(kept[0], widths[0], ellipsis=ellipsis)
    rows = zip(*columns, strict=True)
    return [
        [
            pad(cell, room, strip.align) + _GAP
            for cell, room, strip in zip(row, widths, kept, strict=True)
        ]
        for row in rows
    ]


def _kept_apart(strip: Strip, width: int, *, ellipsis: str) -> Strip:
    """The same column, not to be made so narrow that two of its names become one."""
    if strip.least is None:
        return strip
    for cells in range(strip.least, min(strip.width, width)):
        if fit_apart(strip.cells, cells, ellipsis=ellipsis) is not None:
            return dataclasses.replace(strip, least=cells)
    return dataclasses.replace(strip, least=strip.width)


def _names(strip: Strip, width: int, *, ellipsis: str) -> list[str]:
    apart = fit_apart(strip.cells, width, ellipsis=ellipsis)
    if apart is None:
        return _fitted(strip, width, ellipsis=ellipsis)
    return [fit(strip.title, width, ellipsis=ellipsis), *apart]


def _fitted(strip: Strip, width: int, *, ellipsis: str) -> list[str]:
    cut = fit_words if strip.is_prose else fit
    return [cut(cell, width, ellipsis=ellipsis) for cell in (strip.title, *strip.cells)]


def _layout(strips: Sequence[Strip], width: int) -> tuple[list[Strip], list[int]]:
    """The columns that there is room for, and their cells."""
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
    return kept, widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _prefix(text: str, width: int) -> str:
    taken = 0
    for position, char in enumerate(text):
        taken += width_of(char)
        if taken > width:
            return text[:position]
    return text
