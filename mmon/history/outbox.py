"""What is told and done because of windows: written before it is, so that nothing is lost."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from mmon.history import rows, tables
from mmon.history.records import Activation


class Outbox:
    """The activations of one endpoint; each method is one transaction, but for `put`."""

    def __init__(self, connection: Connection, endpoint_id: int | None) -> None:
        self._connection = connection
        self._id = endpoint_id

    def all(self) -> list[Activation]:
        """What was told or is to be, in the order in which it was made, without its messages."""
        own = tables.activations.c
        names = [one.name for one in dataclasses.fields(Activation) if one.name != "message"]
        asked = select(*(own[name] for name in names)).where(own.endpoint_id == self._id)
        with self._connection.begin():
            found = self._connection.execute(asked.order_by(own.made_at, own.key)).mappings()
            return [
                Activation(**{**one, "windows": tuple(json.loads(one["windows"]))}) for one in found
            ]

    def message(self, one: Activation) -> bytes | None:
        """What is to be sent; None once it was."""
        asked = select(tables.activations.c.message).where(self._is(one))
        with self._connection.begin():
            found = self._connection.execute(asked).scalar()
        return None if found is None else bytes(found)

    def keep(self, some: Iterable[Activation]) -> None:
        """Remember some, in the place of what was known of them."""
        with self._connection.begin():
            self.put(some)

    def put(self, some: Iterable[Activation]) -> None:
        """The same as `keep`, in a transaction that has begun."""
        for one in some:
            self._connection.execute(delete(tables.activations).where(self._is(one)))
            values = {**dataclasses.asdict(one), "windows": json.dumps(one.windows)}
            # Names of alerts and answers of servers may hold what PostgreSQL does not keep.
            self._connection.execute(
                insert(tables.activations).values({**rows.flat(values), "endpoint_id": self._id})
            )

    def settle(self, one: Activation, state: str, attempts: int, detail: str, at: str) -> None:
        """Note how it went; what was to be sent is forgotten."""
        values = {"state": state, "attempts": attempts, "detail": detail, "done_at": at}
        changed = update(tables.activations).where(self._is(one))
        with self._connection.begin():
            self._connection.execute(changed.values({**rows.flat(values), "message": None}))

    def succeed(self) -> None:
        """Forget, in a transaction that has begun, what failed runs have left."""
        own = tables.activations.c
        of_runs = and_(own.windows == "[]", own.state != "pending")
        gone = and_(own.endpoint_id == self._id, of_runs)
        self._connection.execute(delete(tables.activations).where(gone))

    def drop(self, before_us: int) -> None:
        """Forget, in a transaction that has begun, what windows were told that ended by then."""
        own = tables.activations.c
        gone = and_(own.endpoint_id == self._id, own.end_us <= before_us)
        self._connection.execute(delete(tables.activations).where(gone))

    def _is(self, one: Activation) -> Any:
        own = tables.activations.c
        return and_(
            own.endpoint_id == self._id,
            own.key == one.key,
            own.what == one.what,
            own.name == one.name,
        )
