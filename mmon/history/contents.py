"""What is kept of one window, read back; one of which that cannot be done is named."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, and_, select

from mmon.errors import HistoryError
from mmon.history import rows, tables
from mmon.history.records import AGAIN
from mmon.records import MisfitError
from mmon.windows.timestamps import iso, to_utc


class Contents:
    """What the history of an endpoint, which messages call by a name, holds of each window."""

    def __init__(self, connection: Connection, endpoint_id: int | None, name: str) -> None:
        self._connection = connection
        self._id = endpoint_id
        self._name = name

    def document(self, key: int) -> dict[str, Any]:
        """Its result document, without what is a run's own; `HistoryError` where damaged."""
        with self._connection.begin():
            try:
                found = rows.unpacked(self._value(tables.windows, "document", key))
            except MisfitError as error:
                raise self._damage(key) from error
            for name, table in tables.LONG.items():
                asked = select(table).where(self._is(table, key)).order_by(table.c.place)
                own = self._connection.execute(asked).mappings()
                found[name] = [rows.deep(dict(row)) for row in own]
        return found

    def profile(self, key: int) -> bytes:
        """Its stored profile; `HistoryError` where there is none."""
        with self._connection.begin():
            return self._value(tables.profiles, "data", key)

    def _value(self, table: Table, column: str, key: int) -> bytes:
        found = self._connection.execute(select(table.c[column]).where(self._is(table, key)))
        value = found.scalar()
        if value is None:
            raise self._damage(key)
        return bytes(value)

    def _damage(self, key: int) -> HistoryError:
        own = tables.windows
        asked = select(own.c.start_us).where(self._is(own, key))
        start = to_utc(self._connection.execute(asked).scalar())
        window = f"window {key}" if start is None else f"the window from {iso(start)}"
        return HistoryError(f"{window} in the history {self._name} is damaged", hint=AGAIN)

    def _is(self, table: Table, key: int) -> Any:
        return and_(table.c.endpoint_id == self._id, table.c.window_key == key)
