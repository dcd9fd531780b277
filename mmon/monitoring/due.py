"""Which windows a run analyses: what has closed and is not in the history, and what to redo."""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Mapping, Sequence

from mmon.comparison.judged_windows import Span
from mmon.comparison.stray_windows import MOST_EMPTY, stray_keys
from mmon.config.windows import Windows
from mmon.errors import DataError
from mmon.history.records import StoredWindow
from mmon.monitoring.asked import Range
from mmon.outline.wording import counted
from mmon.windows.cut import RowCut, WindowCut
from mmon.windows.durations import length_us
from mmon.windows.timestamps import to_us


@dataclasses.dataclass(frozen=True, slots=True)
class Due:
    """A window to analyse.

    Attributes
    ----------
    key : int
    span : (int or None, int or None)
        Start and end, in microseconds since 1970-01-01 UTC.
    rows : int
        How many it has.
    has_later : bool
        Whether there is data after it.
    known : StoredWindow or None
        What an earlier analysis found.
    """

    key: int
    span: Span
    rows: int
    has_later: bool
    known: StoredWindow | None = None


def look_from(
    cut: WindowCut, stored: Sequence[StoredWindow], windows: Windows, until_us: int | None
) -> int | None:
    """From when on there may be rows that are not analysed; None is from the first row on.

    ``until_us`` is the latest moment up to which a run has looked.
    """
    if not stored:
        return None
    again = [one.start_us for one in stored if _may_fill(one, stored[-1], windows, until_us)]
    if _is_cut_off(cut, stored[-1]):
        again.append(stored[-1].start_us)
    starts = [one for one in (*again, stored[-1].end_us) if one is not None]
    return min(starts, default=None)


def _is_cut_off(cut: WindowCut, newest: StoredWindow) -> bool:
    """Whether a window ended where ``windows.end`` was, which is further by now."""
    return newest.end_us is not None and newest.end_us < _end(cut, newest.key)


def _may_fill(
    one: StoredWindow, newest: StoredWindow, windows: Windows, until_us: int | None
) -> bool:
    """Whether rows of a window may have come since it was analysed, and count."""
    is_open, allowed = False, windows.allowed_lateness
    if allowed is not None and one.end_us is not None:
        # A run that was killed has not noted up to when it had looked.
        is_open = until_us is None or one.end_us + length_us(allowed) > until_us
    return is_open or (one is newest and not one.is_complete)


def due_windows(
    cut: WindowCut,
    rows: Mapping[int, int],
    stored: Sequence[StoredWindow],
    asked: Range,
    windows: Windows,
    *,
    until_us: int | None,
    tells_nothing: bool,
) -> list[Due]:
    """What a run over windows of time analyses, in order.

    Parameters
    ----------
    rows : mapping of int to int
        Rows of each window that has some, as far as the run looked.
    stored : sequence of StoredWindow
        The history.
    until_us : int or None
        The latest moment up to which a run has looked.
    tells_nothing : bool
        Whether windows after the last row are due, too: that nothing arrived is what they tell.
    """
    known = {one.key: one for one in stored}
    closed = {key: n for key, n in rows.items() if _end(cut, key) <= asked.end_us}
    every = {one.key: one.rows for one in stored} | closed
    strays = stray_keys(cut, every, asked.until_us)
    closed = {key: n for key, n in closed.items() if key not in strays}
    last = max(closed, default=None)
    keys = _every(cut, closed, stored, asked, tells_nothing=tells_nothing)
    found = []
    for key in keys:
        one = known.get(key)
        has_later = (last is not None and last > key) or (bool(stored) and stored[-1].key > key)
        due = Due(key, _span(cut, key), closed.get(key, 0), has_later, one)
        is_asked = asked.since_us is not None or asked.to_us is not None
        if one is None or (
            _is_of(due, asked) if is_asked else _is_other(due, stored, windows, until_us)
        ):
            found.append(due)
    return [one for one in found if _is_of(one, asked)]


def due_rows(cut: RowCut, rows: Mapping[int, int], stored: Sequence[StoredWindow]) -> list[Due]:
    """What a run over windows of rows analyses: those that are full and not in the history.

    Raises
    ------
    DataError
        When rows of analysed windows are gone, so that all others would be numbered anew.
    """
    first = stored[-1].key + 1 if stored else 0
    every = sum(rows.values())
    if every < first * cut.rows:
        raise DataError(
            f"production has {every:,} rows, and {first * cut.rows:,} of them are analysed already",
            hint="windows of rows are counted from the first one on: keep them all, or cut by time",
        )
    return [
        Due(key, (None, None), n, has_later=True)
        for key, n in rows.items()
        if key >= first and n == cut.rows
    ]


def _every(
    cut: WindowCut,
    closed: Mapping[int, int],
    stored: Sequence[StoredWindow],
    asked: Range,
    *,
    tells_nothing: bool,
) -> list[int]:
    """The keys of closed windows in order, with those in which nothing arrived.

    Not those of a gap of very many: whichever run looks at it, and whatever else that looks at.
    """
    keys = sorted(closed)
    ends = [one.end_us for one in stored[-1:] if one.end_us is not None]
    at = min([*ends, *keys[:1]], default=None)
    if at is None:
        return keys
    found = set(keys)
    for target in [*keys, *([asked.end_us] if tells_nothing else [])]:
        gap = _between(cut, at, target, asked.end_us)
        found.update(gap if len(gap) <= MOST_EMPTY else ())
        at = max(at, _end(cut, target) if target in closed else target)
    return sorted(found)


def empty_since(
    cut: WindowCut | RowCut, rows: Container[int], stored: Sequence[StoredWindow], end_us: int
) -> str:
    """How many windows have closed after the newest one of a history, in words, where none has
    rows."""
    at = stored[-1].end_us if stored else None
    if isinstance(cut, RowCut) or at is None:
        return ""
    closed = _between(cut, at, end_us, end_us)
    if not closed or any(key in rows for key in closed):
        return ""
    if len(closed) > MOST_EMPTY:
        return f"more than {MOST_EMPTY} windows without a row"
    return f"{counted(len(closed), 'window')} without a row"


def _between(cut: WindowCut, first: int, past: int, end_us: int) -> list[int]:
    """The windows from one on that begin before another and are over, of very many only some."""
    found: list[int] = []
    while first < past and len(found) <= MOST_EMPTY and _end(cut, first) <= end_us:
        found.append(first)
        end = _end(cut, first)
        if end in (first, cut.end_us):
            break
        first = end
    return found


def _is_of(one: Due, asked: Range) -> bool:
    """Whether a window lies in the range that is asked for."""
    start = one.span[0] if one.span[0] is not None else one.key
    return asked.since_us is None or start >= asked.since_us


def _is_other(
    one: Due, stored: Sequence[StoredWindow], windows: Windows, until_us: int | None
) -> bool:
    """Whether an analysed window has rows that came later and count, or is filled by now."""
    known = one.known
    if known is None:
        return False
    if one.span != (known.start_us, known.end_us):
        return True
    if not _may_fill(known, stored[-1], windows, until_us):
        return False
    return one.rows > known.rows or (
        known is stored[-1] and not known.is_complete and one.has_later
    )


def _span(cut: WindowCut, key: int) -> Span:
    start, end = cut.bounds(key)
    return None if start is None else to_us(start), None if end is None else to_us(end)


def _end(cut: WindowCut, key: int) -> int:
    end = _span(cut, key)[1]
    if end is None:
        raise TypeError("windows of a history end")
    return end
