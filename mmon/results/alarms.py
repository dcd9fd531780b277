"""What alerts are active after a run, or were: rows of the result document."""

from __future__ import annotations

import dataclasses
from typing import Literal

from mmon.records import Count, require
from mmon.results.rows import is_instant


@dataclasses.dataclass(frozen=True, slots=True)
class Alarm:
    """One alert that is active when the run ends, or that ended in it.

    Attributes
    ----------
    alert : str
        Its name.
    window : int or None
        The window of the document in which it became active, or ended; None where that is none of
        this document's.
    since : str or None
        When the window in which it became active ended, ISO 8601 in UTC.
    matched : int
        In how many windows what it waits for was found.
    summary : str
        What it says.
    """

    alert: str
    severity: Literal["low", "medium", "high"]
    state: Literal["active", "resolved"]
    window: Count | None
    since: str | None
    matched: Count
    summary: str

    def check(self) -> None:
        """Raise `MisfitError` when what was read back is none."""
        require(is_instant(self.since), "has a since that is no time")
