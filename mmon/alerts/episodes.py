"""From which window to which an alert was active: a replay over all of them, in their order."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Sequence

from mmon.config.alerts import Alert
from mmon.windows.durations import length_us


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """A judged window as an alert sees it.

    Attributes
    ----------
    key : int
        Its place among windows: they ascend.
    end_us : int or None
        When it ended, in microseconds since 1970-01-01 UTC; None for windows of rows.
    start_us : int or None
        When it began.
    is_match : bool
        Whether what the alert waits for was found in it.
    is_telling : bool
        Whether anything that the alert looks at was conclusive: what is not known yet, as before
        labels have come, ends nothing.
    """

    key: int
    end_us: int | None
    is_match: bool
    is_telling: bool = True
    start_us: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Episode:
    """One time that an alert was active.

    Attributes
    ----------
    fired : Seen
        The window in which it became active.
    cleared : Seen or None
        The one in which it ended; None while it is active, and where it was reset by hand.
    matched : int
        Windows that matched while it was active.
    is_over : bool
        Whether it has ended, in a window or by hand.
    """

    fired: Seen
    cleared: Seen | None = None
    matched: int = 1
    is_over: bool = False
    last: int = 0
    """The key of the last window of it."""
    began: Seen | None = None
    """The first of the windows that count together, where it took more than one."""

    def covers(self, key: int) -> bool:
        """Whether the alert was active after a window."""
        return self.fired.key <= key <= self.last


def episodes(alert: Alert, windows: Sequence[Seen], resets: Collection[int] = ()) -> list[Episode]:
    """Every episode of an alert, in order.

    Parameters
    ----------
    windows : sequence of Seen
        The windows that are complete and judged, in order.
    resets : collection of int
        The keys of the windows after which it was reset by hand.
    """
    return list(_replayed(alert, windows, sorted(resets)))


def _replayed(alert: Alert, windows: Sequence[Seen], resets: list[int]) -> Iterator[Episode]:
    active: Episode | None = None
    matched: list[Seen] = []  # and what is in a row, where there is no period
    quiet_until: int | None = None
    for window in windows:
        while resets and resets[0] < window.key:
            del resets[0]
            matched = []
            if active is not None:
                yield dataclasses.replace(active, is_over=True)
                active = None
        if window.is_match:
            matched = [*_near(alert, matched, window), window]
        elif window.is_telling and alert.criteria.period is None:
            matched = []
        if active is not None:
            if window.is_match:
                active = dataclasses.replace(active, matched=active.matched + 1, last=window.key)
            elif window.is_telling and alert.reset == "auto":
                yield dataclasses.replace(active, cleared=window, is_over=True)
                active = None
            else:
                active = dataclasses.replace(active, last=window.key)
        elif window.is_match and len(matched) >= alert.criteria.count:
            if _is_quiet(window, quiet_until):
                continue
            began = matched[0] if len(matched) > 1 else None
            active = Episode(window, matched=len(matched), last=window.key, began=began)
            quiet_until = _quiet_until(alert, window)
    if active is not None:
        is_reset = any(key >= active.last for key in resets)
        yield dataclasses.replace(active, is_over=is_reset)


def _near(alert: Alert, matched: Sequence[Seen], window: Seen) -> list[Seen]:
    """Those of earlier matches that count together with a window, no more than are needed."""
    most = alert.criteria.count - 1
    some = list(matched[-most:]) if most else []
    if alert.criteria.period is None or window.end_us is None:
        return some
    since = window.end_us - length_us(alert.criteria.period)
    return [one for one in some if one.end_us is not None and one.end_us > since]


def _is_quiet(window: Seen, until: int | None) -> bool:
    return until is not None and window.end_us is not None and window.end_us < until


def _quiet_until(alert: Alert, window: Seen) -> int | None:
    if alert.cooldown is None or window.end_us is None:
        return None
    return window.end_us + length_us(alert.cooldown)
