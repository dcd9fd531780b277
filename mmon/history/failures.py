"""Turns what databases say of a failure into one sentence for a person, without a secret."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping

from sqlalchemy import exc

from mmon.errors import HistoryError, MmonError, shortage

_AWAY = "restore a copy of it, or move it away and begin a new history"
_USER = "correct the user and the password in history.url"
_SERVER = "check the address in history.url, and that the server runs"

# What the message holds, what to say about the history, and what to do; the first match counts.
_KNOWN: Mapping[str, tuple[str, str | None]] = {
    r"file is not a database": ("is no SQLite database", "name another file"),
    r"malformed|database corruption|disk image": ("is damaged", _AWAY),
    r"readonly|read-only": (
        "may not be written",
        "check the permissions of the file and its folder",
    ),
    r"unable to open database file": (
        "cannot be opened",
        "check that its folder exists and may be written",
    ),
    r"database is locked|lock timeout": (
        "is in use by another process",
        "run again later, or set history.wait to a longer time",
    ),
    r"disk is full|No space left": ("cannot be written: the disk is full", "make room"),
    r"disk I/O error": ("cannot be read or written: the disk fails", None),
    r"password authentication failed|no password supplied|authentication failed": (
        "cannot be opened: the server does not accept the user or the password",
        _USER,
    ),
    r"role .* does not exist": ("cannot be opened: the server does not know the user", _USER),
    r"database .* does not exist": (
        "does not exist on the server",
        "create it, for example with: createdb NAME",
    ),
    r"permission denied|must be owner": (
        "may not be written by this user",
        "let the user create and write tables in it",
    ),
    r"(?i)refused|could not translate|not known|resolve|timeout expired|timed out|No route"
    r"|unreachable|connection timeout": ("cannot be opened: the server cannot be reached", _SERVER),
    r"(?i)server closed|terminating connection|connection .*(lost|closed)|SSL": (
        "cannot be written: the connection to the server was lost",
        "run again: what was analysed so far is kept",
    ),
}


@contextlib.contextmanager
def told(name: str) -> Iterator[None]:
    """Failures inside are errors that say what is wrong with the history of that name.

    Raises
    ------
    HistoryError
        In the place of whatever SQLAlchemy raises.
    """
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise _error(name, str(getattr(error, "orig", None) or error)) from error


def _error(name: str, said: str) -> MmonError:
    for pattern, (what, hint) in _KNOWN.items():
        if re.search(pattern, said):
            return HistoryError(f"the history {name} {what}", hint=hint)
    lacking = shortage(RuntimeError(said))
    if lacking is not None:
        return lacking
    first = next(iter(said.strip().splitlines()), "unknown trouble")
    return HistoryError(f"the history {name} failed: {first}")
