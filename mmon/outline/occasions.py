"""What happened, and when: since which window, and whether the newest one is affected."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mmon.outline.wording import begin_word
from mmon.results import Window


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """A thing in words, and the windows in which it happened."""

    text: str
    windows: frozenset[int] = frozenset()


def joined(told: Sequence[Told], windows: Sequence[Window]) -> str:
    """All things, with when each happened; once at the end where that is the same."""
    whens = [when(one.windows, windows) for one in told]
    texts = [
        # Said once of all that follow each other.
        one.text if own == after else one.text + own
        for one, own, after in zip(told, whens, [*whens[1:], ""], strict=True)
    ]
    return "; ".join(texts)


def shortened(groups: Sequence[Sequence[Told]], *, most: int) -> list[Told]:
    """At most so many things, the first of each group before the second of any, in their order."""
    placed = [(rank, at) for at, group in enumerate(groups) for rank in range(len(group))]
    chosen = sorted(placed)[:most]
    told = [groups[at][rank] for at, rank in sorted((at, rank) for rank, at in chosen)]
    more = len(placed) - len(chosen)
    return [*told, *([Told(f"and {more} more")] if more else [])]


def when(hit: frozenset[int], windows: Sequence[Window]) -> str:
    """Since when, after a blank; empty where there is nothing to tell apart.

    >>> week = [Window(index, 10, f"2024-01-0{index + 1}T00:00:00Z") for index in range(4)]
    >>> [when(frozenset(hit), week) for hit in ({3}, {2, 3}, {1}, {0, 2}, {0, 3})]
    ... # doctest: +NORMALIZE_WHITESPACE
    [' in the newest of 4 windows (2024-01-04)', ' since 2024-01-03',
     ' in window 2 of 4 (2024-01-02)', ' in 2 of 4 windows, not in the newest',
     ' in 2 of 4 windows, the newest too']
    >>> when(frozenset({1}), week[1:])
    ' in window 2 (2024-01-02)'
    """
    filled = [window for window in windows if window.rows]
    places = [at for at, window in enumerate(filled) if window.index in hit]
    count = len(filled)
    if count < 2 or not places:
        return ""
    if len(places) == count:
        return f" in all {count} windows"
    first = filled[places[0]]
    since = begin_word(first)
    is_ongoing = places[-1] == count - 1
    if len(places) == 1:
        # Numbers are those of all windows, among which some may be empty or not judged.
        one = f"window {first.index + 1}" + (f" of {count}" if filled[-1].index < count else "")
        which = f"the newest of {count} windows" if is_ongoing else one
        return f" in {which}" + (f" ({since})" if first.start else "")
    if is_ongoing and len(places) == count - places[0]:
        return f" since {since}"
    newest = "the newest too" if is_ongoing else "not in the newest"
    return f" in {len(places)} of {count} windows, {newest}"
