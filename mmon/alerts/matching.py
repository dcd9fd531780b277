"""Whether a result is what an alert waits for."""

from __future__ import annotations

import fnmatch
import functools
from collections.abc import Iterable, Sequence
from typing import Protocol

from mmon.config.alerts import APP_FAILED, EVENTS, Alert, On
from mmon.results import ResultKind, Status
from mmon.results.quantity import APP_FAILED as FAILURE

_WARNING = (Status.POTENTIAL_DETECTION, Status.DETECTED)


Known = tuple[str, str, ResultKind, bool]
"""Application, name and kind of conclusive results of a window, and whether they decide."""

CONCLUSIVE = (Status.NO_DETECTION, *_WARNING)
"""The statuses of results that say something."""


class Found(Protocol):
    """What an alert looks at of a result, of a document or of a history."""

    @property
    def application(self) -> str: ...
    @property
    def kind(self) -> ResultKind: ...
    @property
    def name(self) -> str: ...
    @property
    def column(self) -> str | None: ...
    @property
    def segment(self) -> str | None: ...
    @property
    def gating(self) -> bool: ...
    @property
    def status(self) -> Status: ...


def matches(on: On, result: Found) -> bool:
    """Whether all of what an alert waits for holds of a result."""
    decides = not on.segments if on.decides is None else on.decides
    return (
        (result.gating or not decides or _is_failure(on, result))
        and _is_event(on, result)
        and (not on.kinds or result.kind in on.kinds)
        and _is_any(f"{result.application}.{result.name}", on.results)
        and _is_any(result.column, on.columns)
        and _is_any(result.segment, on.segments)
    )


def covers(on: On, known: Known) -> bool:
    """Whether an alert looks at some results, which came to a conclusion.

    Not at estimates: they stand in for labels that have not come, and end nothing.
    """
    application, name, kind, is_gating = known
    decides = not on.segments if on.decides is None else on.decides
    kinds = {*on.kinds, *(EVENTS[event][0] for event in on.events if event in EVENTS)}
    return (
        (is_gating or not decides)
        and (not kinds or kind in kinds)
        and _is_any(f"{application}.{name}", on.results)
        and (application, name) not in estimates()
    )


@functools.cache
def estimates() -> frozenset[tuple[str, str]]:
    """Application and name of all that is estimated while labels are missing."""
    from mmon.comparison.assessment import quantities

    return frozenset(one.key for one in quantities() if one.estimates is not None)


def statuses(alerts: Iterable[Alert]) -> list[Status]:
    """The statuses that any of some alerts waits for."""
    found = {status for alert in alerts for status in _statuses(alert.on)}
    if any(APP_FAILED in alert.on.events for alert in alerts):
        found |= {*_WARNING}
    return sorted(found)


def _is_event(on: On, result: Found) -> bool:
    pairs = [EVENTS[event] for event in on.events if event in EVENTS]
    if _is_failure(on, result):
        return True
    if on.statuses:
        is_kind = not on.events or result.kind in {kind for kind, _ in pairs}
        return is_kind and result.status in on.statuses
    return (result.kind, result.status) in pairs if on.events else result.status in _WARNING


def _is_failure(on: On, result: Found) -> bool:
    is_failure = result.name == FAILURE and result.status in _WARNING
    return is_failure and APP_FAILED in on.events


def _statuses(on: On) -> Sequence[Status]:
    if on.statuses:
        return [Status(one) for one in on.statuses]
    of_events = [EVENTS[event][1] for event in on.events if event in EVENTS]
    return of_events or ([] if on.events else _WARNING)


def _is_any(name: str | None, patterns: Sequence[str]) -> bool:
    if not patterns:
        return True
    return name is not None and any(
        name == pattern or fnmatch.fnmatchcase(name, pattern) for pattern in patterns
    )
