"""What a history keeps of a window and of a run, as plain data; no database is needed for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

AGAIN = "analyse it again, with --from and --to"
"""What to do about a window that cannot be read."""


@dataclasses.dataclass(frozen=True, slots=True)
class StoredWindow:
    """What is known of an analysed window without its results.

    Attributes
    ----------
    key : int
        Its start in microseconds since 1970-01-01 UTC, or its number where windows are of rows.
    start_us, end_us : int or None
    oldest_us, newest_us : int or None
        Times of its first and its last row.
    rows, late_rows, labelled : int
        Rows when it was analysed, those among them that came after an earlier analysis of it, and
        those with a label.
    status, verdict : str
    is_complete : bool
    config_digest, reference_digest : str
        What it was analysed with.
    is_told : bool
        Whether a run that ended has told of it: one that was killed has not.
    """

    key: int
    start_us: int | None
    end_us: int | None
    oldest_us: int | None
    newest_us: int | None
    rows: int
    late_rows: int
    labelled: int
    status: str
    verdict: str
    is_complete: bool
    config_digest: str
    reference_digest: str
    is_told: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Analysed:
    """A window with all that is kept of it.

    Attributes
    ----------
    document : mapping
        The result document of the window alone, as plain JSON data.
    profile : bytes
    states : mapping of str to bytes
    """

    window: StoredWindow
    document: Mapping[str, Any]
    profile: bytes
    states: Mapping[str, bytes]


@dataclasses.dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known of a run when it begins."""

    run_id: str
    started_at: str
    mmon_version: str
    config_digest: str
    reference_digest: str


@dataclasses.dataclass(frozen=True, slots=True)
class Activation:
    """Something that is told or done because of windows, or was.

    Attributes
    ----------
    key : str
        The same for the same thing, whichever run tells it.
    what, name : str
        A notification or an action, and which; empty for what is only remembered.
    reason : str
    alert : str or None
        The alert that it is for.
    windows : tuple of int
        The keys of the windows that it is about.
    end_us : int or None
        When the last of them ended.
    state : str
        "pending", "sent" or "failed", or "kept" for what is only remembered.
    made_at, done_at : str
    message : bytes or None
        What is to be sent.
    """

    key: str
    what: str
    name: str
    reason: str
    made_at: str
    alert: str | None = None
    windows: tuple[int, ...] = ()
    end_us: int | None = None
    state: str = "pending"
    attempts: int = 0
    detail: str = ""
    done_at: str | None = None
    message: bytes | None = None


def is_over(one: StoredWindow, newest: StoredWindow, keep_us: int) -> bool:
    """Whether a window is too old to be kept beside another one."""
    if one.end_us is None or newest.end_us is None:
        return False
    return one.end_us <= newest.end_us - keep_us
