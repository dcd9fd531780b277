"""What a window is judged against where the reference rolls: windows before it, taken together."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence

from mmon.comparison.judged_windows import Span
from mmon.config.data import Reference
from mmon.errors import BaselineError, HistoryError
from mmon.history.records import AGAIN, StoredWindow
from mmon.history.store import History
from mmon.monitoring.window import Given
from mmon.profiles import baseline
from mmon.profiles.rolled import rolled
from mmon.profiles.table import Profile
from mmon.windows.durations import length_us
from mmon.windows.timestamps import clock_us, time_zone, to_utc

# Profiles that are kept at hand: all that a run of daily windows asks for again.
_AT_HAND = 100


class Rolling:
    """The references of a run's windows, which are asked for in order."""

    def __init__(self, given: Given, history: History) -> None:
        self._given = given
        self._history = history
        self._stored = functools.lru_cache(_AT_HAND)(self._read)

    def reference(self, span: Span, before: Sequence[StoredWindow]) -> Profile:
        """What a window is judged against, with those that were analysed ``before`` it, in order.

        The fixed reference, where it does not roll, or there are too few of them.

        Raises
        ------
        HistoryError
            When what the history holds of one cannot be read.
        """
        given, settings = self._given, self._given.config.reference
        if settings.rolls is None:
            return given.reference
        words = _words(settings)
        chosen = self._chosen(span, before)
        if not chosen:
            source = f"{given.reference.source}, for want of {words}"
            return dataclasses.replace(given.reference, source=source)
        whole = rolled(given.reference, [self._stored(one.key) for one in chosen])
        # How windows of all hours or weekdays differ is not how those of one do.
        noise = whole.noise and whole.noise.against(len(chosen), settings.season)
        whole = dataclasses.replace(whole, noise=noise)
        points, labels = given.config.points, given.config.labels_kept
        return dataclasses.replace(whole.compress(points, labels), source=words)

    def _chosen(self, span: Span, before: Sequence[StoredWindow]) -> Sequence[StoredWindow]:
        """The windows that it is made of; none where they are too few."""
        settings, known = (
            self._given.config.reference,
            [
                one
                for one in before
                if one.is_complete
                and one.rows
                and one.reference_digest == self._given.reference_digest
            ],
        )
        if settings.season is not None:
            phase = self._phase(span[0], settings.season)
            same = [one for one in known if self._phase(one.start_us, settings.season) == phase]
            return same[-settings.same :]
        count = settings.previous or settings.trailing or 1
        if len(known) < count:
            return []
        return known[-count:][:1] if settings.previous else known[-count:]

    def _phase(self, start_us: int | None, season: str) -> int:
        """How far into the season a window begins, by the clock of the windows."""
        zone = time_zone(self._given.windows.timezone)
        return clock_us(start_us or 0, zone) % length_us(season)

    def _read(self, key: int) -> Profile:
        try:
            return baseline.unpacked(self._history.profile(key), "of a window")
        except BaselineError as error:
            what = f"the history's profile of the window {to_utc(key)} cannot be read"
            raise HistoryError(what, hint=AGAIN) from error


def _words(settings: Reference) -> str:
    """What a reference is made of."""
    back, season = settings.previous, settings.season
    if back is not None:
        return "the window before" if back == 1 else f"the window {back:,} before"
    many = "windows" if settings.trailing is None else f"{settings.trailing:,} windows"
    same = {None: "", "1d": " of the same hour", "1w": " of the same weekday and hour"}
    return f"the {many} before{same[season]}"
