"""Windows that differ by nature raise no alarm, one that changed does, and little power is lost."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from tests.statistics.windows_by_themselves import (
    HOUR,
    Values,
    alarms,
    daily_cycle,
    day_effects,
    frame,
    moved,
    results,
)

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Case:
    """Windows by nature: how long, how many in the reference, how many rows each."""

    values: Values
    every: str
    length: dt.timedelta
    blocks: int
    rows: int

    def alarms(self, windows: int, values: Values | None = None, **keys: object) -> list[set[str]]:
        reference = frame(self.values, 0, self.blocks, self.rows, self.length)
        used = self.values if values is None else values
        production = frame(used, self.blocks, windows, self.rows, self.length)
        return alarms(results(reference, production, self.every, **keys))


def hours(seed: int, rows: int = 60, size: float = 1.0) -> Case:
    rng = np.random.default_rng(seed)
    return Case(daily_cycle(rng, size=size), "1h", HOUR, 21 * 24, rows)


def days(seed: int, rows: int = 300, size: float = 0.3) -> Case:
    return Case(day_effects(np.random.default_rng(seed), size=size), "1d", DAY, 60, rows)


def test_a_daily_cycle_raises_no_alarm_in_hours():
    found = dataclasses.replace(hours(1, rows=20), blocks=5 * 24).alarms(24)
    assert len(found) >= 23
    assert sum(map(bool, found)) <= 1


def test_days_that_differ_raise_no_alarm_and_a_day_that_changed_does():
    case = days(2, rows=200)
    assert sum(map(bool, case.alarms(15))) <= 1
    found = case.alarms(10, moved(case.values, 3, 2.0))
    assert np.mean(["x3" in one for one in found]) >= 0.7


@pytest.mark.simulation
def test_blocks_that_differ_by_chance_alone_take_hardly_any_power():
    case = days(3, rows=500, size=0.0)
    # A total variation distance of 0.3 from the reference.
    found = case.alarms(60, moved(case.values, 3, 0.77))
    assert np.mean(["x3" in one for one in found]) >= 0.95


@pytest.mark.simulation
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("case", [hours, days])
def test_a_year_of_windows_that_differ_by_nature_has_at_most_two_alarms(case, seed):
    assert sum(map(bool, case(seed).alarms(365))) <= 2
