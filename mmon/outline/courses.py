"""How each judged result went over the windows: its values, statuses, and when it was worst."""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Iterable, Sequence

from mmon.outline import severity
from mmon.outline.phrases import column_word
from mmon.results import Document, Result, Status, Window, grouped
from mmon.results.quantity import Quantity


@dataclasses.dataclass(frozen=True, slots=True)
class Course:
    """One judged quantity of one column, segment, or of everything, over (W,) windows.

    ``heights`` are how high its values are drawn, its threshold being 1, and ``statuses`` those of
    the windows; None where it was not measured. ``is_below`` says where it surely changed, by less
    than any level. ``worst`` is its gravest result, ``newest`` that of the last window which has
    one; ``about`` is the column and the segment, empty where it is about everything, or about parts
    that are others in each window.
    """

    about: str
    worst: Result
    newest: Result
    heights: tuple[float | None, ...]
    statuses: tuple[Status | None, ...]
    is_below: tuple[bool, ...]

    @property
    def name(self) -> str:
        """What is measured, as tables call it."""
        one = self.worst
        return one.quantity.words + (f" {one.aspect}" if one.aspect in ("drop", "rise") else "")


def courses(document: Document, names: Iterable[str] = ()) -> list[Course]:
    """Everything that is judged in windows, worst first.

    Parameters
    ----------
    document : Document
    names : iterable of str
        Only results of which the name, the column, the segment or the application is one of these,
        or of one of these patterns; everything where there are none.
    """
    judged = (
        result
        for result in narrowed(document, names).results
        if result.has_levels and result.quantity.about != "run"
    )
    segments = {one.name for one in document.segments}

    def line(one: Result) -> tuple[Quantity, str, bool, str | None, str | None]:
        # Rules, such as "age > 40", are found anew in each window.
        segment = one.segment if one.segment in segments else None
        return one.quantity, one.aspect, one.relative, one.column, segment

    found = [
        _course(rows, document.windows, about=_about(column, segment))
        for (*_, column, segment), rows in grouped(judged, line).items()
    ]
    return sorted(found, key=lambda one: severity.badness(one.worst), reverse=True)


def narrowed(document: Document, names: Iterable[str]) -> Document:
    """A document with the results that are wanted, as `courses` takes their names."""
    wanted = list(names)
    if not wanted:
        return document
    return dataclasses.replace(
        document, results=[one for one in document.results if _is_wanted(one, wanted)]
    )


def _about(column: str | None, segment: str | None) -> str:
    name = "" if column is None else column_word(column)
    return ", ".join(filter(None, (name, segment)))


def _is_wanted(result: Result, names: Sequence[str]) -> bool:
    texts = (result.name, result.column, result.segment, result.application)
    shown = [text for text in texts if text is not None]
    return any(fnmatch.fnmatchcase(text, one) for text in shown for one in names)


def _course(rows: Sequence[Result], windows: Sequence[Window], about: str) -> Course:
    by_window = {at: severity.worst(r) for at, r in grouped(rows, lambda r: r.window).items()}
    line = [by_window.get(window.index) for window in windows]
    worst = severity.worst(rows)
    return Course(
        about=about,
        worst=worst,
        newest=by_window[max(by_window)],
        heights=severity.heights(worst, (None if row is None else row.value for row in line)),
        statuses=tuple(None if row is None else row.status for row in line),
        is_below=tuple(row is not None and row.is_below for row in line),
    )
