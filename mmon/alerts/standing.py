"""How the alerts of a configuration stand after some windows."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence

from mmon.alerts.episodes import Episode, Seen, episodes
from mmon.alerts.matching import CONCLUSIVE, Found, Known, covers, matches
from mmon.config.alerts import Alert
from mmon.history.records import Activation, StoredWindow
from mmon.results import Document
from mmon.windows.timestamps import to_us

RESET = "reset"
"""What is remembered of an alert that was reset by hand."""


@dataclasses.dataclass(frozen=True, slots=True)
class Judged:
    """A complete, judged window with the results that an alert may wait for."""

    key: int
    end_us: int | None
    results: Sequence[Found]
    known: Collection[Known]
    start_us: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """An alert, and every time that it was active, in order."""

    alert: Alert
    episodes: Sequence[Episode]

    @property
    def active(self) -> Episode | None:
        """The episode that goes on."""
        last = next(iter(self.episodes[-1:]), None)
        return None if last is None or last.is_over else last


def standings(
    alerts: Iterable[Alert], windows: Sequence[Judged], known: Collection[Activation] = ()
) -> list[Standing]:
    """How every alert stands that waits for results, after windows in order."""
    found = []
    for alert in alerts:
        if alert.on.is_of_runs:
            continue
        seen = [
            Seen(
                one.key,
                one.end_us,
                any(matches(alert.on, result) for result in one.results),
                is_telling=any(covers(alert.on, known) for known in one.known),
                start_us=one.start_us,
            )
            for one in windows
        ]
        resets = [
            key
            for one in known
            if (one.what, one.alert) == (RESET, alert.name)
            for key in one.windows
        ]
        found.append(Standing(alert, episodes(alert, seen, resets)))
    return found


def of_history(
    stored: Iterable[StoredWindow],
    found: Mapping[int, Sequence[Found]],
    known: Mapping[int, Collection[Known]],
) -> list[Judged]:
    """The windows of a history, with what was found in each, and of what it says anything."""
    return [
        Judged(one.key, one.end_us, found.get(one.key, ()), known.get(one.key, ()), one.start_us)
        for one in stored
        if one.is_complete
    ]


def of_document(document: Document) -> list[Judged]:
    """The windows of a run without a history, by their places; its whole where it has none."""
    if not document.windows:
        return [Judged(0, None, document.results, _known(document.results))]
    by_window: dict[int, list[Found]] = {}
    for result in document.results:
        by_window.setdefault(result.window, []).append(result)
    return [
        Judged(one.index, _us(one.end), results, _known(results), _us(one.start))
        for one in document.windows
        for results in [by_window.get(one.index, ())]
        if one.is_complete and one.is_judged
    ]


def _known(results: Iterable[Found]) -> set[Known]:
    return {(r.application, r.name, r.kind, r.gating) for r in results if r.status in CONCLUSIVE}


def _us(moment: str | None) -> int | None:
    if moment is None:
        return None
    return to_us(dt.datetime.fromisoformat(moment).astimezone(dt.UTC))
