"""How many windows of a year raise an alarm though nothing changed: the budget is kept."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from tests.statistics.lasting_samples import SIZES
from tests.statistics.sequential import Claim, broken_claims
from tests.statistics.service import AT_ZERO, alarms, config, days, lasting_days

SIMULATION = pytest.mark.simulation
BUDGET = 1.0 / 365.0


@pytest.mark.slow
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(
    ("levels", "claim"),
    [
        (None, Claim(BUDGET, 0.5)),
        (AT_ZERO, Claim(BUDGET, 0.5)),
        pytest.param(None, Claim(BUDGET, 0.03), marks=SIMULATION),
        pytest.param(AT_ZERO, Claim(BUDGET, 0.015), marks=SIMULATION),
    ],
)
def test_one_window_in_a_year_of_them_raises_a_false_alarm(sizes, levels, claim):
    """Each with a reference of its own, so that windows are independent draws."""
    rng = np.random.default_rng([*sizes, levels is None])
    of = config(levels)

    def draw(_):
        return {"any": bool(alarms(days(rng, sizes, of, [0.0])[0]))}

    assert not broken_claims({"any": (claim,)}, draw)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(("years", "length"), [(1, 5), pytest.param(2, 365, marks=SIMULATION)])
def test_what_adds_up_over_a_year_is_a_false_alarm_in_half_a_window(sizes, years, length):
    rng = np.random.default_rng([*sizes, 1])
    of = config(AT_ZERO)
    found = [
        sum(bool(alarms(one)) for one in lasting_days(rng, sizes, of, [0.0] * length))
        for _ in range(years)
    ]
    sys.stdout.write(f"windows with an alarm, by year: {found}\n")
    assert np.mean(found) <= 0.5 + 2.0 * float(np.std(found)) / np.sqrt(years)
