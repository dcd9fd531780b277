"""The strip of windows: one of them is shown, by keyboard or click, in the whole page."""

from __future__ import annotations

import dataclasses

from mmon.outline import severity, wording
from mmon.outline.seen import first_window, shown_windows
from mmon.results import Document, Window

_LABELLED = 14  # windows whose cells have room for a date


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """One window: ``place`` among those shown, ``day`` and ``period`` empty without times."""

    place: int
    index: int
    day: str
    period: str
    rows: str
    severity: int
    status: str
    is_worst: bool
    is_first: bool
    is_judged: bool

    @property
    def remarks(self) -> tuple[str, ...]:
        """What there is to say of it besides its status."""
        told = {
            "the newest one that is judged": self.is_first and self.is_judged,
            "most was found here": self.is_worst,
        }
        return tuple(text for text, holds in told.items() if holds)


@dataclasses.dataclass(frozen=True, slots=True)
class Strip:
    """The windows that the page can show, in the order of time; ``left_out`` are in tables only."""

    cells: tuple[Cell, ...]
    left_out: int

    @property
    def is_labelled(self) -> bool:
        """Whether there is room for words in the cells."""
        return len(self.cells) <= _LABELLED

    @property
    def days(self) -> tuple[str, ...]:
        """When the first and the last one begin."""
        return tuple(dict.fromkeys(cell.day for cell in (*self.cells[:1], *self.cells[-1:])))

    @property
    def first(self) -> int:
        """The place of the window that the page opens with."""
        return next((cell.place for cell in self.cells if cell.is_first), 0)


def strip(document: Document) -> Strip:
    """The windows of a document."""
    shown = sorted(shown_windows(document.windows, document.results, columns=len(document.columns)))
    first, worst = (
        first_window(document.windows),
        severity.worst_window(severity.deciding(document.results, document.windows)),
    )
    marked = worst.window if worst is not None and worst.findings else None
    windows = {window.index: window for window in document.windows}
    cells = (
        Cell(
            place=place,
            index=index,
            day=day_of(windows[index]),
            period=wording.period(windows[index]) if windows[index].start else "",
            rows=wording.counted(windows[index].rows, "row"),
            severity=windows[index].status.severity,
            status=wording.window_status(windows[index]),
            is_worst=index == marked,
            is_first=index == first,
            is_judged=windows[index].is_judged,
        )
        for place, index in enumerate(shown)
    )
    return Strip(tuple(cells), len(windows) - len(shown))


def day_of(window: Window) -> str:
    """When a window begins, without what its cell has no room for."""
    return wording.begin_word(window)[:16]
