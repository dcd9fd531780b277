"""Keeps two runs of one endpoint apart, with a lock that the system takes from a dead process.

On a PostgreSQL server it is an advisory lock of the session that also writes; beside an SQLite file
it is an exclusive transaction on a file of its own, so that runs of other endpoints can write.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Connection, text

from mmon.errors import HistoryError
from mmon.history import database

_PAUSE_S = 0.1
_AGAIN = "wait until that one has ended, or give it longer with history.wait"


@contextlib.contextmanager
def held(connection: Connection, url: str, owner: str, wait_s: float) -> Iterator[None]:
    """Hold the lock of an endpoint, called ``owner``, until the block ends.

    Raises
    ------
    HistoryError
        When another process still holds it after so many seconds.
    """
    digest = hashlib.sha256(owner.encode("utf-8", "backslashreplace")).digest()
    path = database.file_of(url)
    name = database.shown(url)
    with contextlib.ExitStack() as stack:
        if path is None:
            number = int.from_bytes(digest[:8], "big", signed=True)
            attempt = _advisory(connection, number)
        else:
            beside = path.with_name(f"{path.name}.{digest[:4].hex()}.lock")
            attempt = _exclusive(stack, beside, name)
        deadline = time.monotonic() + wait_s
        while not attempt():
            if time.monotonic() >= deadline:
                raise HistoryError(
                    f"another run of {owner} is working with the history {name}", hint=_AGAIN
                )
            time.sleep(_PAUSE_S)
        yield


def _advisory(connection: Connection, number: int) -> Callable[[], bool]:
    """The session's lock outlives its transactions, and ends with it."""

    def attempt() -> bool:
        with connection.begin():
            asked = connection.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": number})
            return bool(asked.scalar())

    return attempt


def _exclusive(stack: contextlib.ExitStack, path: Path, name: str) -> Callable[[], bool]:
    try:
        file = sqlite3.connect(path, timeout=0, isolation_level=None)
    except sqlite3.Error as error:
        raise _unlockable(path, name) from error
    stack.callback(file.close)

    def attempt() -> bool:
        try:
            file.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                return False
            raise _unlockable(path, name) from error
        except sqlite3.DatabaseError as error:
            raise _unlockable(path, name) from error
        return True

    return attempt


def _unlockable(path: Path, name: str) -> HistoryError:
    return HistoryError(
        f"the history {name} cannot be locked: {path} may not be written",
        hint="check the permissions of the file and its folder",
    )
