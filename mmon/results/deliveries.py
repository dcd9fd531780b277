"""What was sent to whom, and how that ended: rows of the result document."""

from __future__ import annotations

import dataclasses
from typing import Literal

from mmon.records import Count


@dataclasses.dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one destination, with all attempts.

    Attributes
    ----------
    name, kind : str
        Of the destination, as the configuration has them.
    reason : str
        What it was sent for: ``breach``, ``error``, ``recovered``, ``alert``, ``resolved``, …
    alert : str or None
        The alert's name.
    window : int or None
        The window that it was about, where it was one.
    outcome : {"sent", "failed", "planned"}
        ``planned`` is what a dry run would have sent.
    detail : str
        What the other side answered, why it failed, or the request that would be sent.
    at : str
        When it ended, ISO 8601 in UTC.
    """

    name: str
    kind: str
    what: Literal["notification", "action"]
    reason: str
    alert: str | None
    window: Count | None
    outcome: Literal["sent", "failed", "planned"]
    attempts: Count
    detail: str
    at: str
