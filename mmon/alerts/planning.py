"""What is to be told and done after a run: nothing that was before, by any run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from mmon.alerts import messages
from mmon.alerts.episodes import Episode
from mmon.alerts.occasions import FAILED, reason_of, reasons
from mmon.alerts.standing import Standing
from mmon.config.alerts import Alert
from mmon.config.destination import Action, Destination
from mmon.config.sections import Config
from mmon.delivery.message import Message
from mmon.delivery.sending import is_wanted
from mmon.history.records import Activation
from mmon.results import Document, Verdict
from mmon.windows.durations import length_us


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """A window that a run tells of.

    Attributes
    ----------
    key : int
    end_us : int or None
    document : Document
        Of the window alone.
    before : str or None
        The verdict of the window before it.
    is_known : bool
        Whether all that fails in it failed before.
    """

    key: int
    end_us: int | None
    document: Document
    before: str | None = None
    is_known: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Planned:
    """One message that is to go to one destination, and the windows that it is about."""

    destination: Destination
    message: Message
    windows: tuple[int, ...] = ()
    end_us: int | None = None

    @property
    def what(self) -> str:
        """A notification or an action."""
        return "action" if isinstance(self.destination, Action) else "notification"


@dataclasses.dataclass(frozen=True, slots=True)
class Occasion:
    """A run with a verdict.

    Attributes
    ----------
    config : Config
    document : Document
        Of the whole run.
    told : sequence of Told
        Its windows, in order.
    standings : sequence of Standing
        Of every alert, over all windows that there are.
    known : sequence of Activation
        What was told and done before.
    before : str or None
        How the run before ended: its verdict, or "error".
    has_history : bool
    """

    config: Config
    document: Document
    told: Sequence[Told]
    standings: Sequence[Standing]
    known: Sequence[Activation] = ()
    before: str | None = None
    has_history: bool = True


def planned(run: Occasion) -> list[Planned]:
    """All that a run tells and starts, alerts first."""
    found: list[Planned] = []
    for one in (*_of_alerts(run), *_of_failures(run), *_of_run(run)):
        if _was_told(one, run.known) or _is_quiet(one, [*_of_known(run.known), *_times(found)]):
            continue
        if is_wanted(one.destination, one.message):
            found.append(one)
    return found


def after_failure(
    config: Config, words: str, run_id: str, known: Sequence[Activation] = (), failures: int = 1
) -> list[Planned]:
    """All that is told and started after a run that failed, the ``failures``-th on end."""
    every = (*config.notifications, *config.actions)
    found = [
        Planned(one, messages.of_failure(config, words, run_id))
        for one in every
        if {"error", "always"} & {*reasons(one, config.alerts)}
    ]
    for alert in config.alerts:
        is_new = not any(_is_of(alert, one) for one in known)
        if alert.on.is_of_runs and failures >= alert.criteria.count and is_new:
            message = messages.of_failure(config, words, run_id, alert)
            found += [Planned(one, message) for one in listeners(config, alert)]
    return [one for one in found if is_wanted(one.destination, one.message)]


def listeners(config: Config, alert: Alert) -> list[Destination]:
    """What an alert tells and starts."""
    notify, act = alert.notify, alert.act
    told = [one for one in config.notifications if notify is None or one.name in notify]
    return [*told, *(one for one in config.actions if one.name in act)]


def _of_alerts(run: Occasion) -> Iterator[Planned]:
    of_run = {one.key: one for one in run.told}
    for standing in run.standings:
        alert = standing.alert
        for place, episode in enumerate(standing.episodes):
            was_fired = _was_fired(alert, episode, run.known)
            fired = None if was_fired else of_run.get(episode.fired.key)
            if fired is not None:
                yield from _of_alert(run, alert, episode, fired, is_over=False)
            if alert.resolved and episode.cleared is not None:
                # Where labels came in another order its end may have been analysed before.
                shown = of_run.get(episode.cleared.key, fired)
                # What labels split later began twice, and was told once: it goes on.
                goes_on = any(
                    one.fired.key not in of_run and not _was_fired(alert, one, run.known)
                    for one in standing.episodes[place + 1 : place + 2]
                )
                was_ended = goes_on or _was_ended(standing, episode, run.known)
                if shown is not None and not was_ended:
                    yield from _of_alert(run, alert, episode, shown, is_over=True)


def _of_alert(
    run: Occasion, alert: Alert, episode: Episode, told: Told, *, is_over: bool
) -> Iterator[Planned]:
    window = episode.cleared if is_over and episode.cleared is not None else episode.fired
    about = window.key if run.has_history else (window.end_us or run.document.run_id)
    message = messages.of_alert(
        run.config, alert, told.document, about, is_over=is_over, episode=episode
    )
    for one in listeners(run.config, alert):
        if not (is_over and isinstance(one, Action)):
            yield Planned(one, message, (window.key,), window.end_us)


def _of_failures(run: Occasion) -> Iterator[Planned]:
    """Alerts of failed runs, which this run has ended."""
    for alert in run.config.alerts:
        was_told = any(_is_of(alert, one) for one in run.known)
        if run.before == FAILED and alert.on.is_of_runs and alert.resolved and was_told:
            message = messages.of_success(run.config, alert, run.document)
            for one in listeners(run.config, alert):
                if not isinstance(one, Action):
                    yield Planned(one, message)


def _of_run(run: Occasion) -> Iterator[Planned]:
    config = run.config
    for one in config.notifications if run.told else ():
        yield from _about_run(run, one)
    for action in config.actions if run.told else ():
        if not run.has_history:
            yield from _about_run(run, action)
            continue
        for told in run.told:
            when = reasons(action, config.alerts)
            reason = None if told.is_known else reason_of(when, told.document, told.before)
            if reason is not None:
                message = messages.of_run(config, told.document, reason, [told.key])
                yield Planned(action, message, (told.key,), told.end_us)


def _about_run(run: Occasion, one: Destination) -> Iterator[Planned]:
    document, new = run.document, [told for told in run.told if not told.is_known]
    reason = reason_of(reasons(one, run.config.alerts), document, run.before)
    if reason is None or not new:
        return
    if reason == "breach":
        new = [told for told in new if told.document.verdict is Verdict.BREACH] or new
    keys = tuple(told.key for told in new)
    about = keys if run.has_history else [document.run_id]
    message = messages.of_run(run.config, document, reason, list(about))
    yield Planned(one, message, keys, new[-1].end_us)


def _was_told(one: Planned, known: Sequence[Activation]) -> bool:
    """Whether a destination was told all that a message says."""
    own = one.what, one.destination.name, one.message.reason, one.message.alert
    same = [each for each in known if (each.what, each.name, each.reason, each.alert) == own]
    if any(each.key == one.message.key for each in same):
        return True
    covered = {key for each in same for key in each.windows}
    return bool(one.windows) and one.message.alert is None and covered.issuperset(one.windows)


def _was_fired(alert: Alert, episode: Episode, known: Sequence[Activation]) -> bool:
    """Whether it was told that an alert is active, in any window of an episode.

    Labels that come later may let it begin in an earlier window than the one that was told.
    """
    return any(_is_of(alert, one) and any(map(episode.covers, one.windows)) for one in known)


def _was_ended(standing: Standing, episode: Episode, known: Iterable[Activation]) -> bool:
    """Whether the end of an episode was told, in its window or in a later one before the next.

    Labels that come later may let it end in an earlier window than the one that was told.
    """
    first = episode.fired.key if episode.cleared is None else episode.cleared.key
    later = [one.fired.key for one in standing.episodes if one.fired.key > first]
    return any(
        (one.alert, one.reason) == (standing.alert.name, "resolved")
        and any(first <= key < min(later, default=key + 1) for key in one.windows)
        for one in known
    )


def _is_of(alert: Alert, one: Activation) -> bool:
    return (one.alert, one.reason) == (alert.name, "alert")


_Time = tuple[str, int | None]


def _of_known(known: Iterable[Activation]) -> list[_Time]:
    started = ("pending", "sent")
    return [(x.name, x.end_us) for x in known if x.what == "action" and x.state in started]


def _times(found: Iterable[Planned]) -> list[_Time]:
    return [(one.destination.name, one.end_us) for one in found if one.what == "action"]


def _is_quiet(one: Planned, others: Iterable[_Time]) -> bool:
    """Whether an action was started too short a while ago, by the ends of windows."""
    cooldown = one.destination.cooldown if isinstance(one.destination, Action) else None
    if cooldown is None or one.end_us is None:
        return False
    since = one.end_us - length_us(cooldown)
    return any(
        name == one.destination.name and end is not None and since < end <= one.end_us
        for name, end in others
    )
