"""What a run with a history tells: remembered before it is sent, so that it is sent once."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from mmon.alerts.matching import CONCLUSIVE, statuses
from mmon.alerts.occasions import FAILED
from mmon.alerts.planning import Occasion, Planned, Told, after_failure, planned
from mmon.alerts.standing import of_history, standings
from mmon.comparison.document import now
from mmon.comparison.judged_windows import cut_of
from mmon.config.destination import Destination
from mmon.config.sections import Config
from mmon.delivery.message import Message
from mmon.errors import HistoryError, MmonError
from mmon.history import rows, store
from mmon.history.records import AGAIN, Activation, StoredWindow
from mmon.history.store import History
from mmon.monitoring import beside
from mmon.monitoring.telling import Telling, alarms, listens, placed, row
from mmon.monitoring.together import Part
from mmon.outline.seen import undrawn
from mmon.records import MisfitError
from mmon.results import Alarm, Delivery, Document
from mmon.windows.timestamps import iso

_RUN = "run"
"""What is remembered of a run that failed, until one does not."""


@dataclasses.dataclass(frozen=True, slots=True)
class Outgoing:
    """What a run is to tell, and how its alerts stand."""

    planned: Sequence[Planned] = ()
    alarms: Sequence[Alarm] = ()
    places: Mapping[int, int] = dataclasses.field(default_factory=dict)
    at: str = ""

    def activations(self, telling: Telling) -> list[Activation]:
        """As they are remembered, if they are to be sent."""
        some = self.planned if telling.how == "deliver" else ()
        return [row(one, self.at, packed(one.message)) for one in some]


def outgoing(
    config: Config,
    history: History,
    document: Document,
    parts: Sequence[Part],
    whole: Callable[[Part], Document],
) -> Outgoing:
    """What a run over some windows is to tell; ``whole`` gives a window's document as drawn."""
    if not listens(config):
        return Outgoing()
    stored = history.windows()
    known, found = history.outbox.all(), history.found(statuses(config.alerts), CONCLUSIVE)
    standing = standings(config.alerts, of_history(stored, *found), known)
    by_key = {one.key: place for place, one in enumerate(stored)}
    told = [_told(part, stored, by_key[part.key], whole) for part in parts if part.key in by_key]
    run = Occasion(config, document, told, standing, known, _before(history, known))
    places = {part.key: place for place, part in enumerate(parts)}
    return Outgoing(planned(run), alarms(run, places), places, iso(now()))


def _told(
    part: Part, stored: Sequence[StoredWindow], place: int, whole: Callable[[Part], Document]
) -> Told:
    window, before = stored[place], stored[place - 1].verdict if place else None
    # A run shows drawings of a few windows, a message those of its own.
    document = part.document if not part.is_bare else whole(part)
    return Told(part.key, window.end_us, document, before, part.is_known)


def _before(history: History, known: Sequence[Activation]) -> str | None:
    """How the run before ended."""
    if any(one.what == _RUN for one in known):
        return FAILED
    return history.last_run()[1]


def told(
    config: Config, history: History, telling: Telling, going: Outgoing, document: Document
) -> Document:
    """The document of a run that told of what it found, with its deliveries."""
    telling.decided(document)
    try:
        found = _sent(config, history, telling, going, document)
    except MmonError as error:
        # Its verdict stands, whatever becomes of the history.
        found = [_lost(error)]
        telling.ended(found[0])
    return dataclasses.replace(document, deliveries=found)


def _lost(error: MmonError) -> Delivery:
    return Delivery(
        name="history",
        kind="history",
        what="notification",
        reason=FAILED,
        alert=None,
        window=None,
        outcome="failed",
        attempts=1,
        detail=str(error),
        at=iso(now()),
    )


def _sent(
    config: Config, history: History, telling: Telling, going: Outgoing, run: Document
) -> list[Delivery]:
    """Send what earlier runs left, which were killed, and what this one tells."""
    if telling.is_dry:
        return [
            placed(telling.send(config, one.destination, one.message), one.windows, going.places)
            for one in going.planned
        ]
    known: dict[tuple[str, str], Destination] = {
        **{("notification", one.name): one for one in config.notifications},
        **{("action", one.name): one for one in config.actions},
    }
    own = {(one.message.key, one.what, one.destination.name): one for one in going.planned}
    places = {key: place for place, key in enumerate(own)}
    waiting = [one for one in history.outbox.all() if one.state == "pending"]
    found = []
    for one in sorted(waiting, key=lambda one: places.get((one.key, one.what, one.name), -1)):
        mine = own.get((one.key, one.what, one.name))
        message = mine.message if mine else unpacked(history.outbox.message(one), run)
        if message is None or (one.what, one.name) not in known:
            history.outbox.settle(one, "failed", 0, "it is no longer configured", iso(now()))
            continue
        delivery = telling.send(config, known[one.what, one.name], message)
        _settle(history, one, delivery)
        found.append(placed(delivery, one.windows, going.places))
    return found


def _settle(history: History, one: Activation, how: Delivery) -> None:
    history.outbox.settle(one, how.outcome, how.attempts, how.detail, how.at)


def tell_failure(config: Config, words: str, telling: Telling, started: dt.datetime) -> None:
    """Tell of a run that failed, and remember it until one does not; `MmonError` where not."""
    settings, cut = config.history, cut_of(config.windows)
    if settings is None or cut is None:
        raise TypeError("there is no history")
    at = iso(started)
    with store.opened(settings.url, config.project, config.endpoint, 1.0) as history:
        since = history.last_run()[0] or ""
        known = [one for one in history.outbox.all() if one.made_at > since]
        failures = 1 + sum(one.what == _RUN for one in known)
        found = after_failure(config, words, at, known, failures)
        if not telling.is_dry:
            history.enrol(beside.kind_of(cut))
            failure = Activation(at, _RUN, "", FAILED, at, state="kept", detail=words)
            history.outbox.keep([failure, *(row(one, at, packed(one.message)) for one in found)])
        for one in found:
            delivery = telling.send(config, one.destination, one.message)
            if not telling.is_dry:
                _settle(history, row(one, at, None), delivery)


def packed(message: Message) -> bytes:
    """A message as it waits to be sent; without drawings."""
    own = {
        field.name: getattr(message, field.name)
        for field in dataclasses.fields(message)
        if field.name != "document"
    }
    document = None if message.document is None else undrawn(message.document).to_dict()
    return rows.packed({"message": own, "document": document})


def unpacked(data: bytes | None, run: Document) -> Message | None:
    """The message that waits; None where another mmon wrote it."""
    if data is None:
        return None
    try:
        body = rows.unpacked(data)
    except MisfitError as error:
        raise HistoryError("a message that waits in the history is damaged", hint=AGAIN) from error
    try:
        known = body["document"]
        document = known and Document.from_dict({**run.to_dict(), **known}, may_lack=True)
        return Message(**body["message"], document=document)
    except (KeyError, TypeError, MisfitError):
        return None
