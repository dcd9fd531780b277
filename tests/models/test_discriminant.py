"""The linear score of vectors: what it finds, its size, and what is no error."""

from __future__ import annotations

import numpy as np
import pytest

from mmon.models import discriminant
from mmon.models.discriminant import vectors_apart
from tests.statistics.sequential import Claim, broken_claims
from tests.statistics.vector_samples import vectors

pytestmark = pytest.mark.models

SIZE = (Claim(0.05, 0.075), Claim(0.045, 0.025))


def test_normal_vectors_are_told_apart_as_well_as_they_can_be() -> None:
    rng = np.random.default_rng(0)
    # Two standard deviations along one number: the best score has an area of 0.921.
    told = vectors_apart(vectors(rng, 3000, 64), vectors(rng, 2000, 64, shift=0.25))
    assert told.area.value == pytest.approx(0.921, abs=0.02)
    assert (told.n, told.m) == (3000, 2000)


def test_fewer_rows_than_numbers_suffice_for_what_is_far() -> None:
    rng = np.random.default_rng(1)
    told = vectors_apart(vectors(rng, 200, 384), vectors(rng, 200, 384, shift=0.2))
    assert told.area.p_value < 1e-4


def test_a_wider_spread_is_seen_and_turned_vectors_are_not_another_thing() -> None:
    rng = np.random.default_rng(2)
    ref, cur = vectors(rng, 800, 8), 1.5 * vectors(rng, 800, 8)
    assert vectors_apart(ref, cur).area.value > 0.8


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_vectors_that_are_all_one_are_not_told_apart(value: float) -> None:
    same = np.full((60, 5), value, dtype=np.float32)
    assert vectors_apart(same, same).area.value == 0.5


def test_of_very_many_numbers_fewer_rows_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discriminant, "_MOST_VALUES", 10_000)
    rng = np.random.default_rng(3)
    told = vectors_apart(vectors(rng, 900, 50), vectors(rng, 300, 50))
    assert (told.n, told.m) == (100, 100)


@pytest.mark.parametrize(
    ("n", "m", "width", "claims"),
    [
        (60, 60, 8, (Claim(0.05, 0.3),)),
        *(
            pytest.param(*case, SIZE, marks=pytest.mark.simulation)
            for case in [(200, 200, 8), (300, 100, 64)]
        ),
    ],
)
def test_sides_that_did_not_change_are_told_apart_at_the_rate_of_chance(n, m, width, claims):
    rng = np.random.default_rng([n, m, width])

    def draw(_):
        sides = (vectors(rng, rows, width, "correlated") for rows in (n, m))
        return {"size": vectors_apart(*sides).area.p_value <= 0.05}

    assert not broken_claims({"size": claims}, draw)
