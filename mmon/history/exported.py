"""The tables of an endpoint that other programs can use, as plain rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select

from mmon.history import tables

_TABLES: Mapping[str, Table] = {"runs": tables.runs, "windows": tables.windows, **tables.LONG}
# Which endpoint it is need not be said, and a document is no plain value.
_LEFT_OUT = "endpoint_id", "document"


@dataclasses.dataclass(frozen=True, slots=True)
class Long:
    """A table: the Python type of each column, and the values of each row in their order."""

    types: Mapping[str, type]
    rows: Sequence[tuple[Any, ...]]


def long(connection: Connection, endpoint_id: int | None) -> dict[str, Long]:
    """The runs, windows, results and metrics of an endpoint, in one transaction."""
    found = {}
    with connection.begin():
        for name, table in _TABLES.items():
            columns = [one for one in table.c if one.name not in _LEFT_OUT]
            asked = select(*columns).where(table.c.endpoint_id == endpoint_id)
            every = connection.execute(asked.order_by(*table.primary_key.columns))
            types = {one.name: one.type.python_type for one in columns}
            found[name] = Long(types, [tuple(row) for row in every])
    return found
