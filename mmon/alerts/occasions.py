"""What a notification or an action is used for in a run: which of its reasons holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mmon.config.alerts import Alert
from mmon.config.destination import Action, Destination, Reason
from mmon.results import Document, Status, Verdict

FAILED = "error"
_BAD = (Verdict.BREACH.value, FAILED)


def reasons(destination: Destination, alerts: Iterable[Alert]) -> Sequence[Reason]:
    """What it is used for besides alerts.

    Without a ``when`` of its own that is breaches and, of notifications, errors, but for what
    alerts tell it anyway: one that an alert names tells alerts alone, and of what an alert tells
    every notification it need not be told twice. Data that cannot be read starts nothing by itself.
    """
    if destination.when is not None:
        return destination.when
    some = list(alerts)
    is_action = isinstance(destination, Action)
    if any(destination.name in (one.act if is_action else one.notify or ()) for one in some):
        return ()
    if is_action:
        return ("breach",)
    found: list[Reason] = ["breach", "error"]
    for alert in some:
        told: Reason = "error" if alert.on.is_of_runs else "breach"
        if alert.notify is None and told in found:
            found.remove(told)
    return found


def reason_of(when: Sequence[Reason], document: Document, before: str | None) -> Reason | None:
    """Which of some reasons holds of a verdict, after the one ``before``; the gravest counts."""
    found: list[Reason] = []
    if document.verdict is Verdict.BREACH:
        found.append("breach")
    elif document.verdict is Verdict.INCONCLUSIVE:
        found.append("inconclusive")
    elif before in _BAD:
        found.append("recovered")
    if document.verdict is not Verdict.BREACH and _may_have_changed(document):
        found.append("potential")
    return next((one for one in (*found, "always") if one in when), None)


def _may_have_changed(document: Document) -> bool:
    return any(one.gating and one.status is Status.POTENTIAL_DETECTION for one in document.results)
