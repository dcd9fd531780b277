"""The alerts of a run, and what was sent because of it, in words."""

from __future__ import annotations

import dataclasses

from mmon.outline import wording
from mmon.results import Alarm, Delivery, Document, Status

_SIGNS = {"low": Status.INCONCLUSIVE, "medium": Status.POTENTIAL_DETECTION}
_OUTCOMES = {"sent": "delivered", "failed": "failed", "planned": "would be sent"}
_LONGEST_DETAIL = 300


@dataclasses.dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert: its name, how it stands, since when and until when, and what it says."""

    sign: Status
    name: str
    state: str
    severity: str
    since: str
    until: str
    summary: str

    @property
    def sentence(self) -> str:
        """All of it as one line."""
        told = f": {self.summary}" if self.summary else ""
        over = "" if self.state == "active" else ", active"
        when = f" from {self.since} to {self.until}" if self.until else f" since {self.since}"
        return (
            f"alert {self.name} ({self.severity}) {self.state}"
            + (f"{over}{when}" if self.since else "")
            + told
        )


@dataclasses.dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One delivery: to whom, why, and how it ended."""

    sign: Status
    what: str
    why: str
    outcome: str
    attempts: int
    detail: str

    @property
    def sentence(self) -> str:
        """All of it as one line."""
        many = self.attempts > 1
        attempts = f" after {wording.counted(self.attempts, 'attempt')}" if many else ""
        detail = f": {self.detail}" if self.sign is Status.DETECTED and self.detail else ""
        return f"{self.what}, {self.why}: {self.outcome}{attempts}{detail}"


def alert_lines(document: Document) -> list[AlertLine]:
    """The alerts that are active after a run, and those that ended in it."""
    return [_alert(one, document) for one in document.alerts]


def delivery_lines(document: Document) -> list[DeliveryLine]:
    """What was sent, in the order in which it was."""
    return [_delivery(one, document) for one in document.deliveries]


def lines(document: Document) -> list[AlertLine | DeliveryLine]:
    """The alerts, and what was sent because of them and of the verdict."""
    return [*alert_lines(document), *delivery_lines(document)]


def _alert(one: Alarm, document: Document) -> AlertLine:
    is_active = one.state == "active"
    sign = _SIGNS.get(one.severity, Status.DETECTED) if is_active else Status.NO_DETECTION
    zone = document.windows[0].timezone if document.windows else "UTC"
    ended = [w.end for w in document.windows if w.index == one.window and not is_active]
    since, until = (
        "" if moment is None else wording.iso_moment(wording.on_clock(moment, zone))
        for moment in (one.since, next(iter(ended), None))
    )
    # One that was reset by hand ended in no window.
    until = "" if until == since else until
    state = "active" if is_active else "over"
    summary = one.summary.removeprefix(f"{one.alert}: ")
    return AlertLine(sign, one.alert, state, one.severity, since, until, summary)


def _delivery(one: Delivery, document: Document) -> DeliveryLine:
    is_one = one.window is not None and len(document.windows) > 1
    where = f", {wording.window_name(document.windows, one.window or 0)}" if is_one else ""
    why = one.reason if one.alert is None else f"{one.reason} {one.alert}"
    words = one.detail if one.outcome != "planned" else one.detail.partition("\n")[0]
    detail = words if len(words) <= _LONGEST_DETAIL else f"{words[: _LONGEST_DETAIL - 1]}…"
    return DeliveryLine(
        Status.DETECTED if one.outcome == "failed" else Status.NO_DETECTION,
        f"{one.what} {one.name}" + ("" if one.kind == one.name else f" ({one.kind})"),
        f"{why}{where}",
        _OUTCOMES[one.outcome],
        one.attempts,
        detail,
    )
