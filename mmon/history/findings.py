"""What the results of stored windows say, read without the rest of their documents."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, select

from mmon.history import tables
from mmon.results import ResultKind, Status

Known = tuple[str, str, ResultKind, bool]
"""Application, name and kind of results that a window has, and whether they decide."""


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A result of a stored window: what it is of, and its status."""

    application: str
    kind: ResultKind
    name: str
    column: str | None
    segment: str | None
    gating: bool
    status: Status


Every = tuple[dict[int, list[Found]], dict[int, set[Known]]]
"""Results, and of what there is any, by the keys of their windows."""


def found(
    connection: Connection, endpoint_id: int | None, statuses: Collection[str]
) -> dict[int, list[Found]]:
    """The results with some statuses, by the key of their window; none of what is no status."""
    own = tables.results.c
    names = [field.name for field in dataclasses.fields(Found)]
    asked = select(own.window_key, *(own[name] for name in names))
    asked = asked.where(own.endpoint_id == endpoint_id, own.status.in_(list(statuses)))
    every: dict[int, list[Found]] = {}
    with connection.begin():
        for key, *values in connection.execute(asked.order_by(own.window_key, own.place)):
            one = dict(zip(names, values, strict=True))
            kind, status = ResultKind(one.pop("kind")), Status(one.pop("status"))
            every.setdefault(key, []).append(Found(**one, kind=kind, status=status))
    return every


def known(
    connection: Connection, endpoint_id: int | None, statuses: Collection[str]
) -> dict[int, set[Known]]:
    """Of what there is a result with one of some statuses, by the key of a window."""
    own = tables.results.c
    asked = select(own.window_key, own.application, own.name, own.kind, own.gating).distinct()
    asked = asked.where(own.endpoint_id == endpoint_id, own.status.in_(list(statuses)))
    every: dict[int, set[Known]] = {}
    with connection.begin():
        for key, application, name, kind, gating in connection.execute(asked):
            one = application, name, ResultKind(kind), bool(gating)
            every.setdefault(key, set()).add(one)
    return every


def values(
    connection: Connection,
    endpoint_id: int | None,
    names: Collection[str],
    first: int | None,
    before: int,
) -> list[tuple[Any, ...]]:
    """Results of those names in windows from a key on and before another, in order.

    Each is the window's key, value and status, and application, name, aspect, column, segment.
    """
    own = tables.results.c
    wanted = [own.window_key, own.value, own.status]
    wanted += [own.application, own.name, own.aspect, own.column, own.segment]
    asked = select(*wanted).where(
        own.endpoint_id == endpoint_id, own.window_key < before, own.name.in_(list(names))
    )
    if first is not None:
        asked = asked.where(own.window_key >= first)
    with connection.begin():
        every = connection.execute(asked.order_by(own.window_key, own.place))
        return [tuple(row) for row in every]
