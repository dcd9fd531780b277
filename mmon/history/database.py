"""Opens the database of a history: an SQLite file, or one on a PostgreSQL server."""

from __future__ import annotations

import contextlib
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.engine import URL

from mmon.errors import ConfigError, HistoryError, MissingExtraError
from mmon.history import failures
from mmon.texts.redaction import mask_uri

# What `mmon init` proposes: mmon makes this folder, and no other one.
_OWN_FOLDER = ".mmon"
_CONNECT_S = 10
_FORMS = (
    "write the path of a file, or postgresql+psycopg://HOST/DATABASE, with USER:PASSWORD@ before"
    " the HOST"
)
# A connection as PostgreSQL's own programs take it; its password would be the name of a file.
_NO_PATH = re.compile(r"\b(host|hostaddr|dbname|user|password)\s*=")


@contextlib.contextmanager
def connected(
    url: str, wait_s: float, *, is_writer: bool = True, is_new: bool = True
) -> Iterator[Connection]:
    """A connection to the database of a history, until the block ends.

    Parameters
    ----------
    url : str
        A path is that of an SQLite file.
    wait_s : float
        How long to wait for a transaction of another process to end.
    is_writer : bool
        Whether every transaction may write.
    is_new : bool
        Whether the file may be made.

    Raises
    ------
    ConfigError
        When the address is none of a history.
    HistoryError
        When it cannot be opened; also what SQLAlchemy raises inside.
    """
    where, name = _address(url), shown(url)
    if where.get_backend_name() == "sqlite":
        _check_file(Path(where.database or ""), name, is_new=is_new and is_writer)
    with failures.told(name):
        engine = _engine(where, wait_s, is_writer=is_writer)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


@contextlib.contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """Undo at the end of the block what its transactions do: they are parts of one."""
    whole = connection.begin()
    connection.begin = connection.begin_nested  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        del connection.begin
        whole.rollback()


def shown(url: str) -> str:
    """What messages call a history: without users and passwords."""
    return mask_uri(url)


def file_of(url: str) -> Path | None:
    """The file of a history; None where it is on a server."""
    where = _address(url)
    is_file = where.get_backend_name() == "sqlite" and where.database
    return Path(where.database or "") if is_file else None


def _address(url: str) -> URL:
    if "://" not in url:
        if _NO_PATH.search(url):
            raise ConfigError("history: that is no path of a file", hint=_FORMS)
        return URL.create("sqlite", database=str(Path(url).expanduser()))
    try:
        found = make_url(url)
        backend, port = found.get_backend_name(), found.port
    except (exc.ArgumentError, ValueError):
        raise ConfigError(f"history: {shown(url)} is no address", hint=_FORMS) from None
    del port
    if backend == "sqlite":
        if found.database in (None, "", ":memory:"):
            raise ConfigError("history: memory keeps nothing", hint=_FORMS)
        return found
    if backend not in ("postgresql", "postgres"):
        raise ConfigError(f"history: {backend} is no database that mmon keeps one in", hint=_FORMS)
    if importlib.util.find_spec("psycopg") is None:
        raise MissingExtraError(
            f"the history {shown(url)} is read through psycopg",
            hint='pip install "mmon[postgres]"',
        )
    return found.set(drivername="postgresql+psycopg")


def _check_file(path: Path, name: str, *, is_new: bool) -> None:
    """See that a file can be there, or is."""
    if path.is_dir():
        raise HistoryError(f"the history {name} is a folder", hint="name a file")
    folder = path.parent
    if folder.name == _OWN_FOLDER and folder.parent.is_dir():
        with contextlib.suppress(OSError):  # SQLite says what is wrong with it
            folder.mkdir(exist_ok=True)
    if not folder.is_dir():
        raise HistoryError(
            f"the history {name} cannot be opened: there is no folder {str(folder)!r}",
            hint="make the folder, or name another one",
        )
    if not is_new and not path.exists():
        raise HistoryError(f"there is no history {name}", hint="`mmon run` with a history makes it")


def _engine(where: URL, wait_s: float, *, is_writer: bool) -> Engine:
    if where.get_backend_name() != "sqlite":
        return create_engine(where, connect_args={"connect_timeout": _CONNECT_S})
    engine = create_engine(where, connect_args={"timeout": wait_s})

    # Python's module begins transactions on its own, and not before everything: SQLAlchemy's manual
    # has these two handlers against it.
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes then would not wait for one that writes.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")

    return engine
