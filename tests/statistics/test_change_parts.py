"""The parts of a change of performance: right on average, and their intervals hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from tests.models.test_shared_inputs import TERMS, known, shifted, split_of, values
from tests.statistics.sequential import Claim, broken_claims

pytestmark = [pytest.mark.models, pytest.mark.simulation]

NAMES = ("inputs", "concept", "unseen")


def test_intervals_of_the_parts_hold_what_is_true() -> None:
    rng = np.random.default_rng(11)

    def draw(_):
        parts = split_of(*known(rng, 1_500)).parts
        held = [
            one.interval[0] <= true <= one.interval[1]
            for one, true in zip(parts, TERMS, strict=True)
        ]
        return dict(zip(NAMES, held, strict=True))

    assert not broken_claims(dict.fromkeys(NAMES, (Claim(0.9, 0.84),)), draw)


def test_parts_are_right_on_average_and_close() -> None:
    rng = np.random.default_rng(12)
    found = np.array([values(split_of(*known(rng, 20_000))) for _ in range(12)])
    assert np.abs(found.mean(axis=0) - TERMS).max() <= 0.006
    # The labels alone let the second part vary by 0.007.
    assert np.all(np.abs(found - TERMS).max(axis=0) <= [0.012, 0.022, 0.006])


def test_where_only_inputs_moved_the_same_input_costs_the_same() -> None:
    rng = np.random.default_rng(13)
    found = np.array([values(split_of(*shifted(rng, 20_000, 0.5)))[1] for _ in range(16)])
    assert abs(found.mean()) <= 0.005
    assert found.std(ddof=1) <= 0.009
