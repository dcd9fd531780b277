"""Sends one message to one destination, and tells how that ended, whatever a server does."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

from mmon.config.destination import Channel, Destination
from mmon.delivery.carrier import Carrier
from mmon.delivery.message import Message
from mmon.errors import MmonError
from mmon.results.deliveries import Delivery
from mmon.texts import templates
from mmon.texts.redaction import mask, masked

__all__ = ["Delivery", "deliver", "is_wanted"]


def is_wanted(destination: Destination, message: Message) -> bool:
    """Whether a destination's condition holds for a message, or cannot be evaluated for it.

    `deliver` then says why it cannot.
    """
    if destination.condition is None:
        return True
    try:
        return templates.holds(destination.condition, message.body())
    except templates.TemplateError:
        return True


def deliver(
    destination: Destination,
    message: Message,
    *,
    is_dry: bool = False,
    dead_letters: Path | None = None,
) -> Delivery:
    """Send a message, or, in a dry run, tell in ``detail`` what would be sent.

    What could not be sent is added to a file of dead letters. Nothing is raised: a delivery that
    fails is a row with its reason.
    """
    carrier = Carrier(
        key=message.key_for(destination.name),
        timeout_s=destination.timeout_s,
        retries=destination.retries,
        is_dry=is_dry,
    )
    try:
        if destination.condition is not None:
            templates.holds(destination.condition, message.body())
        detail = sys.modules[type(destination).__module__].send(destination, message, carrier)
        row = _row(destination, message, carrier, detail="\n\n".join(carrier.asked), how="planned")
        if not is_dry:
            row = _row(destination, message, carrier, detail=detail, how="sent")
    except Exception as error:  # of any channel, also of other packages: it is a row of the report
        row = _row(destination, message, carrier, detail=_said(error), how="failed")
        if dead_letters is not None and not is_dry:
            row = _buried(dead_letters, row, message, carrier)
    return row


def _said(error: Exception) -> str:
    if isinstance(error, MmonError):
        return str(error)
    if isinstance(error, templates.TemplateError):
        return masked(f"its template or condition does not fit: {error}")
    return masked(f"{type(error).__name__}: {error}")


def _row(
    destination: Destination, message: Message, carrier: Carrier, *, detail: str, how: Any
) -> Delivery:
    return Delivery(
        name=destination.name,
        kind=destination.kind,
        what="notification" if isinstance(destination, Channel) else "action",
        reason=message.reason,
        alert=message.alert,
        window=message.window,
        outcome=how,
        attempts=carrier.attempts,
        detail=masked(detail),
        at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )


def _buried(path: Path, row: Delivery, message: Message, carrier: Carrier) -> Delivery:
    """Add what was to be sent to the dead letters, a line of JSON each."""
    import dataclasses

    told = {
        **dataclasses.asdict(row),
        "key": carrier.key,
        **{
            name: getattr(message, name)
            for name in ("project", "endpoint", "severity", "title", "text", "link")
        },
        "asked": carrier.asked,
    }
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(mask(told), ensure_ascii=False) + "\n")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        words = f"{row.detail}; it could not be added to {path} either: {why}"
        return dataclasses.replace(row, detail=masked(words))
    return row
