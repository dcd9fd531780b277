"""Histories for tests: an SQLite file, or a database of a PostgreSQL server."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.monitoring.days import Watched
from tests.services import Postgres, postgres

__all__ = ["postgres"]

NewHistory = Callable[[], str]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def new_history(request: pytest.FixtureRequest, tmp_path: Path) -> NewHistory:
    """Gives the address of a history that is not there yet, on either kind of database."""
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        return server.new_database
    number = itertools.count()
    return lambda: str(tmp_path / f"history{next(number)}.db")


@pytest.fixture
def watched(new_history: NewHistory, tmp_path: Path) -> Watched:
    """A watched model without any day yet."""
    return Watched(tmp_path, new_history())
