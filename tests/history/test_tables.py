"""The tables of a history hold what documents tell, and follow mmon from version to version."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from mmon.errors import HistoryError
from mmon.history import database, migration, tables
from mmon.history.records import StoredWindow
from mmon.results import Metric, Result

NEXT = tables.VERSION + 1
_KEYS = {"endpoint_id", "window_key", "place"}


@pytest.mark.parametrize(("record", "table"), [(Result, tables.results), (Metric, tables.metrics)])
def test_the_long_tables_have_the_columns_of_the_document(record: type, table) -> None:
    fields = {one.name for one in dataclasses.fields(record)} - {"quantity", "window"}
    ends = {name for name in tables.INTERVALS if name in fields}
    fields |= {"application", "kind", "name"} | {f"{n}_{end}" for n in ends for end in _ENDS}
    assert {*table.c.keys()} == (fields - ends) | _KEYS


_ENDS = ("low", "high")


def test_what_is_known_of_a_window_has_a_column_each() -> None:
    fields = {one.name for one in dataclasses.fields(StoredWindow)} - {"key"}
    assert {*tables.windows.c.keys()} == fields | {"endpoint_id", "window_key", "document"}


def test_tables_of_an_earlier_version_are_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = str(tmp_path / "history.db")
    with database.connected(url, 1.0) as connection:
        migration.prepare(connection, url)

        def add(connection: Connection) -> None:
            connection.execute(text("ALTER TABLE mmon_windows ADD COLUMN note TEXT"))

        monkeypatch.setattr(migration, "VERSION", NEXT)
        monkeypatch.setattr(migration, "STEPS", {NEXT - 1: add})
        for _ in range(2):
            migration.prepare(connection, url)
        with connection.begin():
            columns = {one["name"] for one in inspect(connection).get_columns("mmon_windows")}
            assert "note" in columns
            assert connection.execute(text("SELECT version FROM mmon_schema")).scalar() == NEXT


def test_a_step_that_fails_leaves_the_tables_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = str(tmp_path / "history.db")
    with database.connected(url, 1.0) as connection:
        migration.prepare(connection, url)

    def fail(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE mmon_windows ADD COLUMN note TEXT"))
        connection.execute(text("ALTER TABLE mmon_nothing ADD COLUMN note TEXT"))

    monkeypatch.setattr(migration, "VERSION", NEXT)
    monkeypatch.setattr(migration, "STEPS", {NEXT - 1: fail})
    with pytest.raises(HistoryError), database.connected(url, 1.0) as connection:
        migration.prepare(connection, url)
    with database.connected(url, 1.0) as connection:
        columns = {one["name"] for one in inspect(connection).get_columns("mmon_windows")}
        assert "note" not in columns


def test_a_history_is_made_only_where_that_is_asked(tmp_path: Path) -> None:
    url = str(tmp_path / "history.db")
    with (
        pytest.raises(HistoryError, match="there is no history"),
        database.connected(url, 1.0, is_new=False),
    ):
        pass
    assert not (tmp_path / "history.db").exists()
    own = str(tmp_path / ".mmon" / "history.db")
    with database.connected(own, 1.0) as connection:
        migration.prepare(connection, own)
    assert (tmp_path / ".mmon" / "history.db").exists()


def test_an_old_table_of_activations_is_replaced_by_one_like_a_new_one(tmp_path: Path) -> None:
    def shape(connection: Connection) -> list[tuple[str, str, bool]]:
        with connection.begin():
            found = inspect(connection).get_columns("mmon_activations")
        return sorted((one["name"], str(one["type"]), one["nullable"]) for one in found)

    url = str(tmp_path / "history.db")
    with database.connected(url, 1.0) as connection:
        migration.prepare(connection, url)
        new = shape(connection)
        with connection.begin():
            connection.execute(text("DROP TABLE mmon_activations"))
            connection.execute(text("DROP TABLE mmon_noise"))
            connection.execute(text("CREATE TABLE mmon_activations (name TEXT)"))
            connection.execute(text("UPDATE mmon_schema SET version = 1"))
        migration.prepare(connection, url)
        assert shape(connection) == new
