"""Makes the tables of a history, and brings those of an earlier mmon up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, insert, inspect, select, text, update

from mmon.errors import HistoryError
from mmon.history import tables
from mmon.history.tables import VERSION

Step = Callable[[Connection], None]

STEPS: Mapping[int, Step] = {}
"""What brings tables of a version to the next one; run in one transaction."""

_LOCK = 0x6D6D6F6E  # "mmon": of everybody who makes tables on one server


def prepare(connection: Connection, name: str, *, is_new: bool = True) -> None:
    """See that the tables are there, in the version that this mmon writes.

    Raises
    ------
    HistoryError
        When they are of a newer mmon, or are not there and are not to be made.
    """
    with connection.begin():
        found = _version(connection)
    if found == VERSION:
        return
    if found is None and not is_new:
        raise HistoryError(f"{name} holds no history", hint="`mmon run` with a history makes it")
    with connection.begin():
        _lock(connection)
        found = _version(connection)  # another process may have been faster
        if found is None:
            tables.metadata.create_all(connection)
            connection.execute(insert(tables.schema).values(version=VERSION))
            return
        if found > VERSION:
            raise HistoryError(
                f"the history {name} is of version {found}; this mmon reads up to {VERSION}",
                hint="upgrade mmon, or name another history",
            )
        for version in range(found, VERSION):
            STEPS[version](connection)
        connection.execute(update(tables.schema).values(version=VERSION))


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(tables.schema.name):
        return None
    found: int | None = connection.execute(select(tables.schema.c.version)).scalar()
    return found


def _lock(connection: Connection) -> None:
    """Nobody else makes tables until the transaction ends."""
    if connection.dialect.name == "postgresql":  # of a file only one transaction writes
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
