"""Writes lines of a terminal report: safe text, wrapped paragraphs, rows with a sign."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mmon.reports.terminal import signs, spark
from mmon.reports.terminal.lines import Strip, fit, table, wrap
from mmon.results import Status
from mmon.texts.screen import safe

if TYPE_CHECKING:
    from rich.text import Text

INDENT = "   "
_COLOURED = 2
_STRIP_CELLS = 60


@dataclasses.dataclass(frozen=True, slots=True)
class Pen:
    """What is written with: cells of a line, and whether a terminal shows more than ASCII."""

    width: int
    unicode: bool

    @property
    def signs(self) -> signs.Signs:
        """The characters that the terminal can show."""
        return signs.UNICODE if self.unicode else signs.ASCII

    def text(self, text: str, *, style: str = "") -> Text:
        """A line, or the beginning of one."""
        from rich.text import Text

        return Text(text, style=style, end="")

    def safe(self, text: str) -> str:
        """Text that cannot disturb the terminal."""
        return safe(text, unicode=self.unicode)

    def fitted(self, text: str) -> str:
        """A text in one line."""
        return fit(self.safe(text), self.width, ellipsis=self.signs.ellipsis)

    def paragraph(self, text: str, *, indent: str = INDENT, style: str = "") -> Iterator[Text]:
        """A text in as many lines as it takes."""
        first, *later = self._wrapped(text, indent)
        yield self.text(indent + first, style=style)
        yield from (self.text(line, style=style) for line in later)

    def signed(self, status: Status, text: str) -> Iterator[Text]:
        """A text behind the sign of a status."""
        first, *later = self._wrapped(text, INDENT)
        line = self.text(" ")
        line.append(self.signs.statuses[status], style=signs.STYLES[status])
        line.append(" " + first)
        yield line
        yield from (self.text(line) for line in later)

    def strip(self, statuses: Sequence[Status]) -> Text:
        """The statuses of windows, each by its sign; of many neighbours that of the worst."""
        label = INDENT + "windows  "
        line = self.text(label)
        for group in spark.chunks(statuses, min(_STRIP_CELLS, self.width - len(label))):
            status = max(group, key=lambda status: status.severity)
            # One that is not judged leaves no hole in the strip.
            line.append(self.signs.statuses[status].strip() or "-", style=signs.STYLES[status])
        return line

    def table(
        self,
        strips: Sequence[Strip],
        statuses: Sequence[Status],
        remarks: Sequence[Sequence[str]] = (),
    ) -> Iterator[Text]:
        """A table with the sign of (R,) statuses before each row, and its remarks below it.

        The first column is bold, and the third has the colour of the status.
        """
        shown = [dataclasses.replace(one, cells=[*map(self.safe, one.cells)]) for one in strips]
        head, *rows = table(shown, self.width - len(INDENT), ellipsis=self.signs.ellipsis)
        yield self.text(INDENT + "".join(head), style="dim")
        for status, cells, below in zip(statuses, rows, remarks or [()] * len(rows), strict=True):
            style = signs.STYLES[status]
            line = self.text(" ")
            line.append(self.signs.statuses[status] + " ", style=style)
            for place, cell in enumerate(cells):
                line.append(cell, style={0: "bold", _COLOURED: style}.get(place, ""))
            yield line
            for remark in below:
                yield from self.paragraph(remark, indent=INDENT + "  ")

    def _wrapped(self, text: str, indent: str) -> list[str]:
        """Lines of which all but the first begin with the indent."""
        room = self.width - len(indent)
        words = [fit(w, room, ellipsis=self.signs.ellipsis) for w in self.safe(text).split()]
        first, *later = wrap(words, room, between=" ") or [""]
        return [first, *(indent + line for line in later)]
