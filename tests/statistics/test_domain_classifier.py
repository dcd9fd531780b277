"""The domain classifier: its size where nothing changed, and how often it finds what did."""

from __future__ import annotations

import numpy as np
import pytest

from mmon.models.domain import separation
from mmon.models.rows import rows_of
from tests.statistics.domain_samples import frames
from tests.statistics.sequential import Claim, broken_claims

pytestmark = pytest.mark.models

SIMULATION = pytest.mark.simulation
SIZE = (Claim(0.055, 0.085), Claim(0.04, 0.02))


@pytest.mark.parametrize(
    ("n", "m", "claims"),
    [
        (60, 60, (Claim(0.05, 0.3),)),
        *(pytest.param(n, m, SIZE, marks=SIMULATION) for n, m in [(80, 80), (400, 100)]),
    ],
)
def test_sides_that_did_not_change_are_told_apart_at_the_rate_of_chance(n, m, claims):
    rng = np.random.default_rng([n, m])

    def draw(_):
        # Without drivers, which a false alarm would ask for.
        return {"size": separation(rows_of(*frames(rng, n, m)), most=0).area.p_value <= 0.05}

    assert not broken_claims({"size": claims}, draw)
