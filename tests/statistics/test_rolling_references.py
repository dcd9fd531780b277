"""A window that is judged against windows before it, of which nothing changed, is no alarm."""

from __future__ import annotations

import numpy as np
import pytest

from mmon.comparison.assessment import assess
from mmon.profiles.rolled import rolled
from mmon.verdict.finding import Rule
from tests.statistics.sequential import Claim, broken_claims
from tests.statistics.service import AT_ZERO, alarms, config, drawn, one_window

SIMULATION = pytest.mark.simulation
BUDGET = 1.0 / 365.0
POINTS, LABELS = 1024, 10_000


@pytest.mark.slow
@pytest.mark.parametrize("windows", [1, 7])
@pytest.mark.parametrize("rows", [500, 3_000])
@pytest.mark.parametrize(
    ("levels", "claim"),
    [
        (None, Claim(BUDGET, 0.5)),
        (AT_ZERO, Claim(BUDGET, 0.5)),
        pytest.param(None, Claim(BUDGET, 0.02), marks=SIMULATION),
        pytest.param(AT_ZERO, Claim(BUDGET, 0.012), marks=SIMULATION),
    ],
)
def test_one_window_in_a_year_of_them_raises_a_false_alarm(windows, rows, levels, claim):
    """Of twenty columns; the fixed reference is of another mean, and has no say."""
    rng = np.random.default_rng([windows, rows, levels is None])
    of = config(levels)
    fixed, rule = drawn(rng, 100, 3.0), Rule.of_budget(of)

    def draw(_):
        parts = [drawn(rng, rows).compress(POINTS, LABELS) for _ in range(windows)]
        reference = rolled(fixed, parts).compress(of.points, of.labels_kept)
        found = assess(of, reference, one_window(drawn(rng, rows), 0), rule=rule, now_us=0)
        return {"any": bool(alarms(found.results))}

    assert not broken_claims({"any": (claim,)}, draw)


def test_a_change_since_the_windows_before_is_an_alarm():
    rng = np.random.default_rng(0)
    of = config(None)
    fixed, rule = drawn(rng, 100, 3.0), Rule.of_budget(of)
    parts = [drawn(rng, 3_000).compress(POINTS, LABELS) for _ in range(7)]
    found = assess(
        of, rolled(fixed, parts), one_window(drawn(rng, 3_000, 1.0), 0), rule=rule, now_us=0
    )
    normal = {f"column {place}" for place in range(4)}
    assert {one.column for one in alarms(found.results)} == normal
