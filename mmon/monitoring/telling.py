"""Tells people of what a run found, and starts what is to be started: after it, and once."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from mmon.alerts.messages import found_by
from mmon.alerts.planning import Occasion, Planned, Told, after_failure, planned
from mmon.alerts.standing import Standing, of_document, standings
from mmon.config.destination import Destination
from mmon.config.sections import Config
from mmon.delivery.message import Message
from mmon.delivery.sending import deliver
from mmon.errors import HistoryError, MmonError
from mmon.history.records import Activation
from mmon.outline.seen import alone
from mmon.results import Alarm, Delivery, Document
from mmon.texts.redaction import masked
from mmon.windows.timestamps import iso, to_utc


@dataclasses.dataclass(frozen=True, slots=True)
class Telling:
    """How what a run finds is told.

    Attributes
    ----------
    how : {"deliver", "dry", "off"}
        Whether messages are sent, only written down, or not even made.
    decided : callable
        Called with the document before anything is sent.
    ended : callable
        Called with each delivery, once it has ended.
    """

    how: Literal["deliver", "dry", "off"] = "deliver"
    decided: Callable[[Document], object] = lambda _document: None
    ended: Callable[[Delivery], object] = lambda _delivery: None

    @property
    def is_dry(self) -> bool:
        """Whether messages are only written down."""
        return self.how == "dry"

    def send(self, config: Config, to: Destination, message: Message) -> Delivery:
        """Send one message."""
        found = deliver(to, message, is_dry=self.is_dry, dead_letters=config.dead_letters)
        self.ended(found)
        return found


def listens(config: Config) -> bool:
    """Whether there is anybody to tell, or any alert to watch."""
    return bool(config.notifications or config.actions or config.alerts)


def told_alone(config: Config, document: Document, telling: Telling) -> Document:
    """Tell of a run without a history; its document with the alerts and the deliveries."""
    if not listens(config):
        return document
    judged = of_document(document)
    standing = standings(config.alerts, judged)
    whole = not document.windows
    told = [
        Told(one.key, one.end_us, document if whole else alone(document, one.key)) for one in judged
    ]
    run = Occasion(config, document, told, standing, has_history=False)
    places = {one.key: one.key for one in judged}
    document = dataclasses.replace(document, alerts=alarms(run, places))
    if telling.how == "off":
        return document
    telling.decided(document)
    found = [
        placed(telling.send(config, one.destination, one.message), one.windows, places)
        for one in planned(run)
    ]
    return dataclasses.replace(document, deliveries=found)


def alarms(run: Occasion, places: Mapping[int, int]) -> list[Alarm]:
    """The alerts that are active after a run, and those that ended in it, in the report's words.

    ``places`` are those of windows in the document, by key.
    """
    documents = {one.key: one.document for one in run.told}
    return [one for each in run.standings for one in _alarms(each, documents, places)]


def _alarms(
    standing: Standing, documents: Mapping[int, Document], places: Mapping[int, int]
) -> Iterable[Alarm]:
    for one in standing.episodes:
        ended = None if one.cleared is None else one.cleared.key
        if one.is_over and ended not in places and one.fired.key not in places:
            continue
        seen = documents.get(one.fired.key)
        since = to_utc(one.fired.end_us)
        yield Alarm(
            alert=standing.alert.name,
            severity=standing.alert.severity,
            state="resolved" if one.is_over else "active",
            window=places.get(one.fired.key) if ended is None else places.get(ended),
            since=None if since is None else iso(since),
            matched=one.matched,
            summary="" if seen is None else masked(found_by(standing.alert, seen)),
        )


def placed(delivery: Delivery, keys: Sequence[int], places: Mapping[int, int]) -> Delivery:
    """A delivery with the place of its window in the run's document."""
    place = places.get(keys[0]) if len(keys) == 1 else None
    return dataclasses.replace(delivery, window=place)


def told_failure(config: Config, error: Exception, telling: Telling, started: dt.datetime) -> None:
    """Tell that a run ended before it had a verdict, as the terminal does.

    With a history that is remembered, so that it is told once until a run succeeds.
    """
    if telling.how == "off" or not listens(config):
        return
    words = str(error) if isinstance(error, MmonError) else f"internal error: {error}"
    if config.history is not None and not isinstance(error, HistoryError):
        from mmon.monitoring import outbox

        # Where it cannot be remembered, it is told all the same.
        with contextlib.suppress(MmonError):
            outbox.tell_failure(config, words, telling, started)
            return
    for one in after_failure(config, words, iso(started)):
        telling.send(config, one.destination, one.message)


def row(one: Planned, at: str, message: bytes | None) -> Activation:
    """What is remembered of a message before it is sent."""
    return Activation(
        key=one.message.key,
        what=one.what,
        name=one.destination.name,
        reason=one.message.reason,
        made_at=at,
        alert=one.message.alert,
        windows=one.windows,
        end_us=one.end_us,
        message=message,
    )
