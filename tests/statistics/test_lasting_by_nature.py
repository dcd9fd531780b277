"""Windows that differ by nature are no change that lasts; where they do not, little is lost."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from mmon import config_file
from mmon.analyses import data_drift
from mmon.comparison.assessment import contexts_of
from mmon.comparison.reference import read_reference
from mmon.comparison.sides import Inputs, read_production
from mmon.sources import Data
from mmon.verdict import judge
from mmon.verdict.finding import Rule
from tests.statistics.windows_by_themselves import (
    ALARMS,
    HOUR,
    Values,
    daily_cycle,
    day_effects,
    frame,
    moved,
)

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)
OTHERS = ("multivariate_drift", "concept_drift", "change_points", "system_performance")


def alarmed(
    values: Values, length: dt.timedelta, blocks: int, sizes: tuple[int, int], after: Values
) -> list[set[str | None]]:
    """The columns with a change that lasts, window by window, after so many of the reference.

    ``sizes`` are production's windows, and the rows of each of them all.
    """
    windows, rows = sizes
    config = config_file.validate(
        {
            "reference": "-",
            "production": "x",
            "columns": {"timestamp": "at"},
            "windows": {"every": "1d" if length == DAY else "1h"},
            "analyses": {
                **dict.fromkeys(OTHERS),
                "data_drift": {"metrics": ["total_variation"]},
                "data_quality": None,
            },
        }
    )
    sides = (
        frame(values, 0, blocks, rows, length),
        frame(after, blocks, windows, rows, length),
    )
    inputs = Inputs(*(Data(one.lazy(), "data") for one in sides))
    reference = read_reference(config, inputs, None)
    production = read_production(config, reference, inputs, None, now_us=0)
    state, found = None, []
    for context in contexts_of(config, reference, production, 0):
        if context.is_complete:
            told, state = data_drift.advance(context, state)
            judged = judge(told.findings, Rule.of_budget(config))
            found.append({one.column for one in judged if one.status in ALARMS})
    return found


@pytest.mark.simulation
def test_a_daily_cycle_is_no_change_that_lasts():
    values = daily_cycle(np.random.default_rng(1))
    assert sum(map(bool, alarmed(values, HOUR, 504, (365, 60), values))) <= 2


@pytest.mark.parametrize("windows", [20, pytest.param(365, marks=pytest.mark.simulation)])
def test_days_that_differ_are_no_change_that_lasts(windows):
    values = day_effects(np.random.default_rng(2))
    assert sum(map(bool, alarmed(values, DAY, 60, (windows, 300), values))) <= 2


def test_a_change_that_lasts_is_found_beside_what_days_do():
    values = day_effects(np.random.default_rng(3), size=0.1)
    found = alarmed(values, DAY, 30, (30, 300), moved(values, 3, 0.4))
    assert "x3" in found[-1]
    assert not any(one - {"x3"} for one in found)
