"""The history of one endpoint: what is read from it, and how a window gets into it as a whole."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, func, insert, select, update

from mmon.history import database, exported, findings, lock, migration, rows, runs, tables
from mmon.history.contents import Contents
from mmon.history.outbox import Outbox
from mmon.history.records import Activation, Analysed, RunFacts, StoredWindow


@contextlib.contextmanager
def looked_at(
    url: str, project: str | None, endpoint: str | None, wait_s: float
) -> Iterator[History]:
    """The history of an endpoint, to read it while runs may write it.

    Raises
    ------
    ConfigError
        When ``url`` is no address of a history.
    HistoryError
        When there is none, or it cannot be read.
    """
    name = database.shown(url)
    with database.connected(url, wait_s, is_writer=False, is_new=False) as connection:
        migration.prepare(connection, name, is_new=False)
        yield History(connection, name, project or "", endpoint or "")


@contextlib.contextmanager
def opened(
    url: str,
    project: str | None,
    endpoint: str | None,
    wait_s: float,
    *,
    is_new: bool = True,
    is_kept: bool = True,
) -> Iterator[History]:
    """The history of an endpoint, which no other run writes until the block ends.

    It is made where there is none, if it may be new. What is not kept is undone at the end.

    Raises
    ------
    ConfigError
        When ``url`` is no address of a history.
    HistoryError
        When it cannot be opened or locked; also when it fails inside the block.
    """
    owner = "/".join(filter(None, (project, endpoint))) or "this configuration"
    name = database.shown(url)
    with (
        database.connected(url, wait_s, is_new=is_new) as connection,
        lock.held(connection, url, owner, wait_s),
    ):
        migration.prepare(connection, name, is_new=is_new)
        with contextlib.nullcontext() if is_kept else database.undone(connection):
            yield History(connection, name, project or "", endpoint or "")


class History:
    """What is kept of the windows of one endpoint; each method is one transaction."""

    def __init__(self, connection: Connection, name: str, project: str, endpoint: str) -> None:
        self._connection = connection
        self._name = name
        self._names = {"project": project, "endpoint": endpoint}
        own = tables.endpoints
        with connection.begin():
            asked = select(own).where(own.c.project == project, own.c.endpoint == endpoint)
            found = connection.execute(asked).mappings().first()
        self._id: int | None = None if found is None else found["id"]
        self.cut: str | None = None if found is None else found["cut"]
        """How production was cut; None before the first window."""
        self.until_us: int | None = None if found is None else found["until_us"]
        """The latest moment up to which a run has looked, in microseconds since 1970-01-01 UTC."""

    @property
    def outbox(self) -> Outbox:
        """What is told and done because of windows."""
        return Outbox(*self._of)

    @property
    def _of(self) -> tuple[Connection, int | None]:
        return self._connection, self._id

    def enrol(self, cut: str) -> None:
        """See that the endpoint is known, with windows that are cut in that way."""
        if self._id is None:
            values = {**self._names, "cut": cut}
            place = tables.endpoints
            made = insert(place).values(values).returning(place.c.id)
            with self._connection.begin():
                self._id, self.cut = self._connection.execute(made).scalar_one(), cut

    def begin(self, run: RunFacts, cut: str) -> None:
        """Note that a run has begun, of windows that are cut in that way."""
        self.enrol(cut)
        with self._connection.begin():
            runs.begin(*self._of, run)

    def finish(
        self, run_id: str, at: str, verdict: str, until_us: int | None, *told: Activation
    ) -> None:
        """Note how a run has ended, up to when it has looked, and what is to be told.

        All windows count as told from then on.
        """
        with self._connection.begin():
            runs.finish(*self._of, run_id, at, verdict)
            windows = tables.windows
            untold = and_(windows.c.endpoint_id == self._id, ~windows.c.is_told)
            self._connection.execute(update(windows).where(untold).values(is_told=True))
            self._look(until_us)
            self.outbox.succeed()
            self.outbox.put(told)

    def last_run(self) -> tuple[str | None, str | None]:
        """When the newest run that ended did, and how; None twice where none has."""
        return runs.last(*self._of)

    def windows(
        self, first: int | None = None, keys: Collection[int] | None = None
    ) -> list[StoredWindow]:
        """The analysed windows in order, from the key ``first`` on, or of some keys."""
        own = tables.windows.c
        names = [field.name for field in dataclasses.fields(StoredWindow)]
        asked = select(*(own["window_key" if one == "key" else one] for one in names))
        asked = asked.where(own.endpoint_id == self._id).order_by(own.window_key)
        if first is not None:
            asked = asked.where(own.window_key >= first)
        if keys is not None:
            asked = asked.where(own.window_key.in_(list(keys)))
        with self._connection.begin():
            return [StoredWindow(*row) for row in self._connection.execute(asked)]

    def newest(self, before: int | None = None) -> int | None:
        """The key of the newest analysed window, or of the newest one before a key."""
        own = tables.windows.c
        asked = select(func.max(own.window_key)).where(own.endpoint_id == self._id)
        if before is not None:
            asked = asked.where(own.window_key < before)
        with self._connection.begin():
            found: int | None = self._connection.execute(asked).scalar()
        return found

    def document(self, key: int) -> dict[str, Any]:
        """The result document of one window, without what is a run's own."""
        return Contents(*self._of, self._name).document(key)

    def profile(self, key: int) -> bytes:
        """The stored profile of a window."""
        return Contents(*self._of, self._name).profile(key)

    def states(self, key: int) -> dict[str, bytes]:
        """What analyses carry on from a window, by name."""
        own = tables.state
        asked = select(own.c.name, own.c.data).where(self._is(own, key))
        with self._connection.begin():
            return {name: bytes(data) for name, data in self._connection.execute(asked) if name}

    def without_states(self, before: int | None = None) -> list[int]:
        """The windows, before a key, whose states were dropped, since an earlier one changed."""
        own, there = tables.windows.c, tables.state.c
        kept = and_(there.endpoint_id == own.endpoint_id, there.window_key == own.window_key)
        asked = select(own.window_key).where(
            own.endpoint_id == self._id, ~select(there.name).where(kept).exists()
        )
        if before is not None:
            asked = asked.where(own.window_key < before)
        with self._connection.begin():
            return list(self._connection.execute(asked.order_by(own.window_key)).scalars())

    def values(
        self, names: Collection[str], first: int | None, before: int
    ) -> list[tuple[Any, ...]]:
        """As `findings.values`."""
        return findings.values(*self._of, names, first, before)

    def found(self, statuses: Collection[str], conclusive: Collection[str]) -> findings.Every:
        """Results with some statuses, as `findings.found`, and `findings.known` of others."""
        return findings.found(*self._of, statuses), findings.known(*self._of, conclusive)

    def long(self) -> dict[str, exported.Long]:
        """As `exported.long`."""
        return exported.long(*self._of)

    def noise(self, digest: str) -> bytes | None:
        """What the reference's own windows do, as kept under that digest; None under another."""
        own = tables.noise.c
        asked = select(own.data).where(own.endpoint_id == self._id, own.digest == digest)
        with self._connection.begin():
            found: bytes | None = self._connection.execute(asked).scalar()
        return None if found is None else bytes(found)

    def keep_noise(self, digest: str, data: bytes) -> None:
        """Keep that under a digest of what it follows from, in the place of what was kept."""
        own = tables.noise
        with self._connection.begin():
            self._connection.execute(delete(own).where(own.c.endpoint_id == self._id))
            row = {"endpoint_id": self._id, "digest": digest, "data": data}
            self._connection.execute(insert(own).values(row))

    def keep_states(self, key: int, states: Mapping[str, bytes]) -> None:
        """Keep the states of a window that has lost them."""
        with self._connection.begin():
            self._put_states(key, states)

    def commit(self, one: Analysed, run_id: str, *, keep_us: int | None) -> None:
        """Keep a window, with its results, profile and states: all of it, or nothing.

        What was kept of it is replaced, but for what was done because of it; states of later
        windows, which followed from it, are dropped. Windows that ended ``keep_us`` before its end
        or earlier are dropped as well.
        """
        key, packed = one.window.key, dict(one.document)
        window = self._window(key)
        long = {name: rows.numbered(packed.pop(name), window) for name in tables.LONG}
        values = {k: v for k, v in dataclasses.asdict(one.window).items() if k != "key"}
        values["document"] = rows.packed(packed)
        with self._connection.begin():
            own = tables.windows
            changed = update(own).where(self._is(own, key)).values(values)
            if not self._connection.execute(changed).rowcount:
                self._connection.execute(insert(own).values({**window, **values}))
            for name, table in tables.LONG.items():
                self._put(table, key, long[name])
            self._put(tables.profiles, key, [{**window, "data": one.profile}])
            self._put_states(key, one.states)
            later = tables.state.c
            outdated = and_(later.endpoint_id == self._id, later.window_key > key)
            self._connection.execute(delete(tables.state).where(outdated))
            runs.count(*self._of, run_id)
            if keep_us is not None and one.window.end_us is not None:
                self._drop(one.window.end_us - keep_us)

    def purge(self, *, before_us: int | None = None) -> int:
        """Drop the windows that ended by then, or everything; how many there were."""
        with self._connection.begin():
            if before_us is not None:
                return self._drop(before_us)
            found = self._drop()
            is_it = tables.endpoints.c.id == self._id
            self._connection.execute(delete(tables.endpoints).where(is_it))
        self._id = self.cut = self.until_us = None
        return found

    def _look(self, until_us: int | None) -> None:
        latest = max((one for one in (until_us, self.until_us) if one is not None), default=None)
        own = tables.endpoints
        changed = update(own).where(own.c.id == self._id).values(until_us=latest)
        self._connection.execute(changed)
        self.until_us = latest

    def _drop(self, before_us: int | None = None) -> int:
        """Drop windows, or those that ended by then, with all that hangs on them."""
        own = tables.windows
        gone = delete(own).where(own.c.endpoint_id == self._id)
        if before_us is not None:
            gone = gone.where(own.c.end_us <= before_us)
            self.outbox.drop(before_us)
        return self._connection.execute(gone).rowcount

    def _window(self, key: int) -> dict[str, Any]:
        return {"endpoint_id": self._id, "window_key": key}

    def _is(self, table: Table, key: int) -> Any:
        return and_(table.c.endpoint_id == self._id, table.c.window_key == key)

    def _put(self, table: Table, key: int, values: Sequence[Mapping[str, Any]]) -> None:
        self._connection.execute(delete(table).where(self._is(table, key)))
        if values:
            self._connection.execute(insert(table), values)

    def _put_states(self, key: int, states: Mapping[str, bytes]) -> None:
        window = self._window(key)
        # One without a name says that there is no other.
        every = {"": b"", **states}
        own = [{**window, "name": name, "data": data} for name, data in sorted(every.items())]
        self._put(tables.state, key, own)
