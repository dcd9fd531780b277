"""The runs of an endpoint: when each began and ended, how, and how many windows it analysed."""

from __future__ import annotations

import dataclasses

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from mmon.history import tables
from mmon.history.records import RunFacts


def begin(connection: Connection, endpoint_id: int | None, run: RunFacts) -> None:
    """Note, in a transaction that has begun, that a run has."""
    connection.execute(delete(tables.runs).where(_is(endpoint_id, run.run_id)))
    new = {**dataclasses.asdict(run), "endpoint_id": endpoint_id, "windows": 0}
    connection.execute(insert(tables.runs).values(new))


def count(connection: Connection, endpoint_id: int | None, run_id: str) -> None:
    """Note, in a transaction that has begun, that a run has analysed one more window."""
    changed = update(tables.runs).where(_is(endpoint_id, run_id))
    connection.execute(changed.values(windows=tables.runs.c.windows + 1))


def finish(
    connection: Connection, endpoint_id: int | None, run_id: str, at: str, verdict: str
) -> None:
    """Note, in a transaction that has begun, how a run has ended."""
    changed = update(tables.runs).where(_is(endpoint_id, run_id))
    connection.execute(changed.values(finished_at=at, verdict=verdict))


def last(connection: Connection, endpoint_id: int | None) -> tuple[str | None, str | None]:
    """When the newest run that ended did, and how; None twice where none has."""
    own = tables.runs.c
    asked = select(own.finished_at, own.verdict).where(own.endpoint_id == endpoint_id)
    asked = asked.where(own.finished_at.is_not(None)).order_by(own.finished_at.desc()).limit(1)
    with connection.begin():
        found = connection.execute(asked).first()
    return (None, None) if found is None else (found[0], found[1])


def _is(endpoint_id: int | None, run_id: str) -> ColumnElement[bool]:
    own = tables.runs.c
    return and_(own.endpoint_id == endpoint_id, own.run_id == run_id)
