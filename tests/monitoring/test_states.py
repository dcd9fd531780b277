"""What an analysis carries from window to window follows from the windows before, in any order."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from mmon.analyses import Analysis, Context, Findings
from mmon.history import database, tables
from mmon.monitoring import states
from mmon.profiles.codec import from_bytes
from mmon.records.arrays import IntArray
from mmon.results import Metric
from mmon.results.quantity import Quantity, ResultKind
from tests.monitoring.days import Watched, date, rows

pytestmark = pytest.mark.slow

SEEN = Quantity("counting", ResultKind.DATA_DRIFT, "seen", "rows of all windows so far")


@dataclasses.dataclass(frozen=True, slots=True)
class Counted:
    """Rows of each window so far."""

    rows: IntArray


def advance(context: Context, state: Counted | None) -> tuple[Findings, Counted]:
    before = np.zeros(0, dtype=np.int64) if state is None else state.rows
    new = Counted(np.append(before, context.production.rows))
    return Findings(metrics=[Metric(SEEN, float(new.rows.sum()))]), new


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    own = Analysis(
        "counting", "counting", lambda: [SEEN], None, None, None, advance, lambda: Counted
    )
    monkeypatch.setattr(states, "configured", lambda _: [own])
    made = Watched(tmp_path, str(tmp_path / "history.db"))
    made.write(*range(5))
    return made


def carried(watched: Watched) -> list[list[int]]:
    kept = watched.kept()["mmon_state"]
    blobs = [row[-1] for row in kept if row[-2] == "counting"]
    return [from_bytes(one, Counted).rows.tolist() for one in blobs]


def test_each_window_goes_on_from_the_one_before(watched: Watched) -> None:
    watched.run(until=3)
    watched.run(until=4)
    assert carried(watched) == [[300] * n for n in (1, 2, 3, 4)]
    told = [row for row in watched.kept()["mmon_metrics"] if "seen" in row]
    assert [row[-3] for row in told] == [300.0, 600.0, 900.0, 1200.0]


def test_a_window_analysed_again_counts_once_and_later_ones_go_on_from_it(
    watched: Watched,
) -> None:
    watched.run(until=5)
    results = watched.kept()["mmon_metrics"]
    path = watched.folder / "days" / f"{date(1)}.parquet"
    rows(1, 400).write_parquet(path)
    watched.run(5, since=date(1), to=date(2))
    assert carried(watched)[-1] == [300, 400, 300, 300, 300]
    assert carried(watched)[1] == [300, 400]
    now = watched.kept()["mmon_metrics"]
    assert [row for row in now if row[1] > results[-1][1]] == []
    later = [row for row in results if "seen" in row][2:]
    assert [row for row in now if "seen" in row][2:] == later


def test_states_are_the_same_in_whatever_order_windows_are_analysed(
    watched: Watched, tmp_path: Path
) -> None:
    watched.run(until=5)
    other = Watched(tmp_path, str(tmp_path / "other.db"))
    other.run(5, since=date(2))
    other.run(5, since=date(0), to=date(2))
    assert carried(other) == carried(watched)


def test_states_that_cannot_be_read_are_made_again(watched: Watched) -> None:
    watched.run(until=3)
    with database.connected(watched.url, 10.0) as connection, connection.begin():
        connection.execute(update(tables.state).values(data=b"of another mmon"))
    watched.run(until=4)
    assert carried(watched) == [[300] * n for n in (1, 2, 3, 4)]


def test_another_reference_begins_anew(watched: Watched) -> None:
    watched.run(until=3)
    rows(-9, 900).write_parquet(watched.folder / "reference.parquet")
    watched.run(until=5)
    assert carried(watched)[-2:] == [[300], [300, 300]]


def test_an_empty_window_leaves_the_state_as_it_is(watched: Watched) -> None:
    (watched.folder / "days" / f"{date(2)}.parquet").unlink()
    watched.run(until=5)
    assert carried(watched) == [[300], [300] * 2, [300] * 2, [300] * 3, [300] * 4]
