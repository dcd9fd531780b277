"""Which of production's windows are there, which are complete, and which take part in the verdict.

A window is incomplete at an edge of the data: the last one where the clock has not reached its end,
or where the data ends before it, and the first one where the data begins after its start. Data
hardly ever reaches a boundary to the second; it is taken to where the silence at the boundary is no
longer than a twentieth of the window, than the longest one between its own rows, or than twice what
is usual at the boundaries of the other windows.
"""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from mmon.comparison.stray_windows import MOST_EMPTY, stray_keys
from mmon.config.sections import Config
from mmon.config.windows import Windows
from mmon.profiles.activity.activity import Activity
from mmon.profiles.folding.build import Profiled
from mmon.profiles.folding.keys import WHOLE
from mmon.profiles.table import Profile
from mmon.results import Window
from mmon.sources import TimeRange
from mmon.windows.cut import RowCut, WindowCut
from mmon.windows.durations import length_us
from mmon.windows.timestamps import iso, to_us, to_utc

Cut = WindowCut | RowCut | None
Span = tuple[int | None, int | None]
"""Start and end of a window, in microseconds since 1970-01-01 UTC."""

_USUAL = 2
# As much of a window may be missing as of the rows that are expected in one.
_MISSING = 0.05


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """The windows of a run, in the order of time or of rows."""

    keys: list[int]
    spans: list[Span]
    is_complete: list[bool]
    is_judged: list[bool]
    strays: frozenset[int]
    """The keys of windows that are none, for a few wrong times alone would make them."""


def cut_of(windows: Windows | None) -> Cut:
    """How production is cut; None where it is one window."""
    if windows is None or not (windows.rows or windows.every or windows.start or windows.end):
        return None
    return RowCut(windows.rows) if windows.rows else WindowCut.of(windows)


def time_range(config: Config, cut: Cut, timestamp: str | None) -> TimeRange | None:
    """When rows in windows happened; None where that is any time, or all rows have to be seen.

    They have to where labels without a prediction have levels.
    """
    if not isinstance(cut, WindowCut) or (cut.start_us is None and cut.end_us is None):
        return None
    settings = config.analyses.model_performance
    levels = {} if settings is None or config.labels is None else settings.thresholds
    if "labels_without_prediction" in levels:
        return None
    late = None if config.windows is None else config.windows.allowed_lateness
    return TimeRange(
        cut.start_us,
        cut.end_us,
        timestamp,
        cut.timezone,
        lateness_us=0 if late is None else length_us(late),
    )


def kept_windows(
    config: Config, cut: Cut, found: Profiled, now_us: int, *, is_followed: bool = False
) -> Kept:
    """The windows that production fills, and those in which nothing arrived.

    The clock, in microseconds since 1970-01-01 UTC, tells which ones are over, as does whether
    production goes on after the last one.
    """
    windows, system = config.windows or Windows(), config.analyses.system_performance
    keys, newest_us = list(found.profiles), found.newest_us
    if is_followed and isinstance(cut, WindowCut) and cut.end_us is not None:
        newest_us = max(newest_us or cut.end_us, cut.end_us)
    strays: frozenset[int] = frozenset()
    if isinstance(cut, WindowCut):
        rows = {key: profile.rows for key, profile in found.profiles.items()}
        strays = stray_keys(cut, rows, now_us)
        if strays:
            keys = [key for key in keys if key not in strays]
            times = (found.profiles[key].activity for key in keys)
            newest_us = max((one.newest_us or 0 for one in times if one), default=newest_us)
        keys = cut.every(keys, most=MOST_EMPTY + 2 * len(keys))
    if not keys and system is not None and system.expected_rows is not None:
        # Nothing at all arrived, and that is what there is to tell.
        keys, cut = [WHOLE], None
    profiles = [found.profiles.get(key, found.empty) for key in keys]
    spans = [_span(cut, key) for key in keys]
    full = complete(cut, profiles, spans, newest_us=newest_us, now_us=now_us)
    if windows.incomplete == "drop":
        stays = [at for at, is_full in enumerate(full) if is_full]
        keys, spans = [keys[at] for at in stays], [spans[at] for at in stays]
        profiles, full = [profiles[at] for at in stays], [True] * len(stays)
    chosen = judged(windows.judge, full, [profile.rows for profile in profiles])
    return Kept(keys, spans, full, chosen, strays)


def complete(
    cut: Cut,
    profiles: Sequence[Profile],
    spans: Sequence[Span],
    *,
    newest_us: int | None,
    now_us: int,
) -> list[bool]:
    """Whether each window is complete.

    Parameters
    ----------
    cut : WindowCut, RowCut or None
    profiles, spans : sequence
        Of each window, in order.
    newest_us : int or None
        The latest event time of all rows, in a window or not.
    now_us : int
        When the run began.
    """
    if isinstance(cut, RowCut):
        return [profile.rows == cut.rows for profile in profiles]
    known = {at: one.activity for at, one in enumerate(profiles) if one.activity and one.rows}
    if cut is None or not known:
        return [True] * len(profiles)
    before, after = {}, {}
    for at, activity in known.items():
        start, end = spans[at]
        before[at] = 0 if start is None else (activity.oldest_us or 0) - start
        after[at] = 0 if end is None else end - (activity.newest_us or 0)
    first, last = min(known), max(known)
    is_begun = before.pop(first) <= longest_silence(known[first], spans[first], before.values())
    is_filled = after.pop(last) <= longest_silence(known[last], spans[last], after.values())
    end, newest = spans[last][1], newest_us or 0
    if end is not None:
        # Times after now are of another clock, which says nothing of what is over.
        is_open = newest <= now_us < end
        is_filled = newest >= end or (is_filled and not is_open)
    return [
        first <= at <= last and (at != first or is_begun) and (at != last or is_filled)
        for at in range(len(profiles))
    ]


def judged(judge: str | int, full: Sequence[bool], rows: Sequence[int]) -> list[bool]:
    """Which windows take part: all complete ones, or so many of the newest.

    Where none is complete it is the one with the most rows: something has to be judged.
    """
    known = [at for at, is_full in enumerate(full) if is_full]
    if not known and rows:
        known = [max(range(len(rows)), key=rows.__getitem__)]
    if judge != "all":
        known = known[-(1 if judge == "last" else int(judge)) :]
    chosen = frozenset(known)
    return [at in chosen for at in range(len(rows))]


def windows_of(kept: Kept, profiles: Sequence[Profile], timezone: str) -> Iterator[Window]:
    """The windows as reports tell them, before anything is found in them."""
    for index, (profile, span) in enumerate(zip(profiles, kept.spans, strict=True)):
        yield window_of(
            index,
            profile,
            span,
            timezone=timezone,
            is_complete=kept.is_complete[index],
            is_judged=kept.is_judged[index],
        )


def window_of(
    index: int,
    profile: Profile,
    span: Span,
    *,
    timezone: str,
    is_complete: bool = True,
    is_judged: bool = True,
) -> Window:
    """One of them."""
    start, end = map(to_utc, span)
    return Window(
        index,
        rows=profile.rows,
        start=None if start is None else iso(start),
        end=None if end is None else iso(end),
        late_rows=profile.activity.late_rows or 0 if profile.activity else 0,
        rank_error=profile.rank_error,
        is_complete=is_complete,
        is_judged=is_judged,
        timezone=timezone,
    )


def _span(cut: Cut, key: int) -> Span:
    start, end = cut.bounds(key) if isinstance(cut, WindowCut) else (None, None)
    return None if start is None else to_us(start), None if end is None else to_us(end)


def longest_silence(activity: Activity, span: Span, others: Collection[int]) -> float:
    """For how long nothing may come at a boundary of a window that is complete."""
    start, end = span
    own = int(np.diff(activity.starts).max(initial=activity.step_us))
    usual = _USUAL * statistics.median(others) if others else 0.0
    return max(own, usual, 0.0 if start is None or end is None else _MISSING * (end - start))
