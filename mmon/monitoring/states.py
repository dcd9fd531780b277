"""What analyses carry from one window to the next: read, advanced, and made again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mmon.analyses import Analysis, Context, Findings, configured
from mmon.comparison.judged_windows import Span
from mmon.errors import BaselineError, HistoryError
from mmon.history.records import StoredWindow
from mmon.history.store import History
from mmon.monitoring.window import Given
from mmon.profiles import baseline
from mmon.profiles.codec import from_bytes, to_bytes
from mmon.profiles.rounding import at_one_precision
from mmon.profiles.table import Profile
from mmon.records import MisfitError
from mmon.verdict.own_noise import OwnNoise

States = Mapping[str, bytes]
"""By the name of the analysis."""


def before(given: Given, history: History, windows: Sequence[StoredWindow]) -> States:
    """The states that the newest of some analysed windows has left; none of another reference."""
    last = next(iter(windows[-1:]), None)
    if last is None or last.reference_digest != given.reference_digest:
        return {}
    return history.states(last.key)


def advanced(
    given: Given,
    profile: Profile,
    states: States,
    *,
    span: Span,
    is_complete: bool,
    is_begun: bool,
) -> tuple[Findings, States]:
    """What analyses find in a stored profile with what they carry, and carry on from it."""
    carrying = [(one, one.advance) for one in configured(given.config) if one.advance is not None]
    if not profile.rows or not is_complete or not carrying:
        return Findings(), states
    reference, (own,) = at_one_precision(given.reference, [profile])
    now_us = span[1] or 0
    context = Context(
        reference,
        own,
        given.config,
        bounds=span,
        now_us=now_us,
        is_begun=is_begun,
        noise=OwnNoise(reference.noise, span[0]),
    )
    found, left = [], {}
    for analysis, advance in carrying:
        findings, state = advance(context, _state(analysis, states))
        found.append(findings)
        left[analysis.name] = to_bytes(state)
    whole = Findings(
        [one for part in found for one in part.findings],
        [one for part in found for one in part.metrics],
        [one for part in found for one in part.drawings],
    )
    return whole, left


def _state(analysis: Analysis, states: States) -> Any:
    """What an analysis carried; None where there is nothing that this mmon can read."""
    if analysis.name not in states or analysis.state_type is None:
        return None
    try:
        return from_bytes(states[analysis.name], analysis.state_type())
    except MisfitError:
        return None


def _are_read(given: Given, states: States) -> bool:
    asked = [one for one in configured(given.config) if one.advance and one.name in states]
    return all(_state(one, states) is not None for one in asked)


def stored_profile(history: History, key: int) -> Profile | None:
    """A window's profile out of the history; None where it is damaged, or of another mmon."""
    try:
        return baseline.unpacked(history.profile(key), "a window's profile")
    except (BaselineError, HistoryError):
        return None


def rebuild(given: Given, history: History, before_key: int | None = None) -> None:
    """Make the states again that were dropped because a window before them changed.

    Of windows before a key alone, where one is given.

    They follow from the stored profiles. Results stay: they were right when they were found. Where
    the newest cannot be read, as after an upgrade or damage, all are made again.
    """
    lost = frozenset(history.without_states(before_key))
    newest = history.newest(before_key)
    if newest is not None and not _are_read(given, history.states(newest)):
        lost = frozenset(one.key for one in history.windows() if one.key <= newest)
    if not lost:
        return
    windows = history.windows()
    for place, window in enumerate(windows):
        if window.key not in lost:
            continue
        states: States = {}
        profile = stored_profile(history, window.key)
        if profile is not None and window.reference_digest == given.reference_digest:
            _, states = advanced(
                given,
                profile,
                before(given, history, windows[:place]),
                span=(window.start_us, window.end_us),
                is_complete=window.is_complete,
                is_begun=any(one.rows for one in windows[:place]),
            )
        history.keep_states(window.key, states)
