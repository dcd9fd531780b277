"""Makes the tables of a history, and brings those of an earlier mmon up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, insert, inspect, select, text, update

from mmon.errors import HistoryError
from mmon.history import tables
from mmon.history.tables import VERSION

Step = Callable[[Connection], None]


def _with_outbox(connection: Connection) -> None:
    """Version 2 tells what is to be sent; before, nothing had ever been written there."""
    big = _bytes(connection)
    texts = ("reason", "state", "detail", "made_at", "windows")
    connection.execute(text("DROP TABLE mmon_activations"))
    connection.execute(
        text(
            "CREATE TABLE mmon_activations ("
            "endpoint_id INTEGER NOT NULL REFERENCES mmon_endpoints (id) ON DELETE CASCADE, "
            "key TEXT NOT NULL, what TEXT NOT NULL, name TEXT NOT NULL, "
            + "".join(f"{name} TEXT NOT NULL, " for name in texts)
            + "alert TEXT, done_at TEXT, end_us BIGINT, attempts INTEGER NOT NULL, "
            f"message {big}, PRIMARY KEY (endpoint_id, key, what, name))"
        )
    )


def _with_noise(connection: Connection) -> None:
    """Version 3 keeps what the reference's own windows do."""
    connection.execute(
        text(
            "CREATE TABLE mmon_noise ("
            "endpoint_id INTEGER NOT NULL REFERENCES mmon_endpoints (id) ON DELETE CASCADE, "
            f"digest TEXT NOT NULL, data {_bytes(connection)} NOT NULL, PRIMARY KEY (endpoint_id))"
        )
    )


def _bytes(connection: Connection) -> str:
    """The type of a column of bytes."""
    return "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"


STEPS: Mapping[int, Step] = {1: _with_outbox, 2: _with_noise}
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
