"""What a reference's own windows do is measured once, and kept in the history while it is right."""

from __future__ import annotations

import dataclasses
import zlib
from typing import Any

import polars as pl
import pytest
import yaml
from sqlalchemy import delete, inspect, text, update

from mmon import monitoring
from mmon.cli.app import execute
from mmon.comparison import blocks
from mmon.config_file import validate
from mmon.history import database, store, tables
from mmon.monitoring import known_noise
from mmon.monitoring.rejudged import rejudged
from mmon.results import Result
from tests.monitoring.conftest import NewHistory
from tests.monitoring.days import Watched, date, rows

pytestmark = pytest.mark.slow

_DAYS = 16


@pytest.fixture
def watched(watched: Watched) -> Watched:
    """A model of which three days have come, with a reference that is a folder of daily files."""
    (watched.folder / "before").mkdir()
    for day in range(-_DAYS, 0):
        path = watched.folder / "before" / f"{date(day)}.parquet"
        rows(day, 80, shift=0.2 * (day % 3)).write_parquet(path)
    watched.write(*range(3))
    return dataclasses.replace(watched, settings={"reference": str(watched.folder / "before")})


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Grows with every pass over the reference that cuts it into windows."""
    passes: list[object] = []
    read = blocks.read_production

    def counted(*sides: Any) -> Any:
        passes.append(sides[0])
        return read(*sides)

    monkeypatch.setattr(blocks, "read_production", counted)
    return passes


def kept(watched: Watched) -> list[tuple[Any, ...]]:
    return watched.kept()["mmon_noise"]


def test_it_is_measured_once_and_results_are_as_if_it_always_was(
    watched: Watched, new_history: NewHistory, measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [watched.run(until=day).document.results for day in (1, 2, 3)]
    assert len(measured) == 1
    assert len(kept(watched)) == 1
    monkeypatch.setattr(known_noise.Known, "__call__", lambda _, digest, measure: measure())
    always = dataclasses.replace(watched, url=new_history())
    assert [always.run(until=day).document.results for day in (1, 2, 3)] == told
    assert len(measured) == 4
    assert always.kept() == {**watched.kept(), "mmon_noise": []}


def test_a_run_with_it_reads_the_reference_no_more_window_by_window(watched: Watched) -> None:
    def steps(day: int) -> list[str]:
        found: list[str] = []
        asked = monitoring.Asked(until=date(day))
        config = validate(watched.config)
        monitoring.run(config, progress=lambda step, _: found.append(step), asked=asked)
        return found

    step = "the reference, window by window"
    assert [step in steps(day) for day in (1, 2, 3)] == [True, False, False]


def test_windows_are_judged_again_by_what_the_history_knows_of_it(
    watched: Watched, measured
) -> None:
    def judged() -> list[Result]:
        return rejudged(validate(watched.config)).after.results

    watched.run(until=3)
    found, before = judged(), watched.kept()
    assert len(measured) == 1
    with database.connected(watched.url, 10.0) as connection, connection.begin():
        connection.execute(delete(tables.noise))
    assert judged() == found
    assert len(measured) == 2
    assert watched.kept() == {**before, "mmon_noise": []}


def test_a_changed_file_replaces_it(watched: Watched, measured) -> None:
    watched.run(until=1)
    before = kept(watched)
    path = watched.folder / "before" / f"{date(-3)}.parquet"
    pl.read_parquet(path).with_columns(pl.col("x0") + 1.0).write_parquet(path)
    watched.run(until=2)
    (after,) = kept(watched)
    assert len(measured) == 2
    assert after not in before


def test_every_endpoint_has_its_own(watched: Watched, measured) -> None:
    for name in ("one", "other", "one"):
        watched.run(1, endpoint=name, points=100 + len(name))
    assert len(measured) == 2
    assert len({digest for _, digest, _ in kept(watched)}) == 2


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", zlib.compress(b"[1, 2]"), zlib.compress(b'[{"length": "1d"}, []]'), None],
    ids=["empty", "damaged", "something else", "of another mmon", "cut off"],
)
def test_one_that_cannot_be_read_is_measured_anew_without_a_word(
    watched: Watched, measured, data: bytes | None
) -> None:
    watched.run(until=1)
    ((_, digest, whole),) = kept(watched)
    with database.connected(watched.url, 10.0) as connection, connection.begin():
        damaged = whole[: len(whole) // 2] if data is None else data
        connection.execute(update(tables.noise).values(data=damaged))
    assert watched.run(until=2).windows.height == 1
    assert len(measured) == 2
    assert kept(watched)[0][1:] == (digest, whole)


def test_a_dry_run_keeps_nothing(watched: Watched, measured) -> None:
    telling, asked = monitoring.Telling("dry"), monitoring.Asked(until=date(1))
    for _ in range(2):
        monitoring.run(validate(watched.config), asked=asked, telling=telling)
    assert len(measured) == 2
    assert not any(watched.kept().values())


def test_it_goes_with_the_history(watched: Watched, measured) -> None:
    watched.run(until=1)
    path = watched.folder / "watched.yaml"
    path.write_text(yaml.safe_dump(watched.config))
    assert execute(["history", "purge", str(path), "--before", date(1)]) == 0
    assert len(kept(watched)) == 1
    assert execute(["history", "purge", str(path)]) == 0
    assert kept(watched) == []
    watched.run(1, windows={"every": "12h"})
    assert len(measured) == 2


def test_a_history_of_before_has_a_place_for_it_like_a_new_one(watched: Watched, measured) -> None:
    def shape() -> list[tuple[str, str, bool]]:
        with database.connected(watched.url, 10.0) as connection, connection.begin():
            found = inspect(connection)
            assert found.get_pk_constraint("mmon_noise")["constrained_columns"] == ["endpoint_id"]
            columns = found.get_columns("mmon_noise")
            return [(one["name"], str(one["type"]), one["nullable"]) for one in columns]

    watched.run(until=1)
    new = shape()
    with database.connected(watched.url, 10.0) as connection, connection.begin():
        connection.execute(text("DROP TABLE mmon_noise"))
        connection.execute(text("UPDATE mmon_schema SET version = 2"))
    for day in (2, 3):
        watched.run(until=day)
    assert shape() == new
    assert len(measured) == 2
    with store.opened(watched.url, None, None, 10.0) as history:
        history.purge()
    assert not any(watched.kept().values())
