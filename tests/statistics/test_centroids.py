"""The shift of a centroid: its test where nothing changed, its levels, its interval, its power."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mmon.analyses.multivariate_drift.centroids import Moved
from mmon.chance.centroids import Centroids, centroids
from mmon.profiles.distributions.vector_sums import VectorSums
from tests.statistics.sequential import Claim, broken_claims
from tests.statistics.vector_samples import vectors

SIMULATION = pytest.mark.simulation
SIZE = (Claim(0.055, 0.085), Claim(0.04, 0.02))


def compared(ref, cur) -> Centroids:
    found = centroids(VectorSums.of(ref), VectorSums.of(cur))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("width", "n", "m", "sort", "claims"),
    [
        (8, 300, 300, "correlated", (Claim(0.05, 0.3),)),
        *(
            pytest.param(*case, SIZE, marks=SIMULATION)
            for case in [
                (1, 300, 300, "normal"),
                (8, 300, 300, "correlated"),
                (8, 2000, 300, "heavy"),
                (8, 40, 40, "skewed"),
                (64, 300, 2000, "correlated"),
                (64, 300, 300, "skewed"),
                (384, 300, 300, "normal"),
                (384, 300, 300, "heavy"),
                (384, 2000, 300, "correlated"),
            ]
        ),
    ],
)
def test_centroids_that_did_not_move_are_called_so_at_the_rate_of_chance(width, n, m, sort, claims):
    rng = np.random.default_rng([width, n, m])

    def draw(_):
        sides = (vectors(rng, rows, width, sort) for rows in (n, m))
        return {"size": compared(*sides).p_value() <= 0.05}

    assert not broken_claims({"size": claims}, draw)


@SIMULATION
@pytest.mark.parametrize(("width", "rows", "sort"), [(8, 600, "correlated"), (384, 300, "normal")])
def test_levels_hold_intervals_cover_and_twice_the_level_is_found(width, rows, sort):
    rng = np.random.default_rng([width, rows])
    claims = {
        "at 0.2 detected": (Claim(0.055, 0.085),),
        "covered": (Claim(0.93, 0.88),),
        "0.4 found": (Claim(0.8, 0.7),),
        "surely below": (Claim(0.03, 0.06),),
    }

    def draw(_):
        ref = vectors(rng, rows, width, sort)
        at, twice = (compared(ref, vectors(rng, rows, width, sort, s)) for s in (0.2, 0.4))
        low, high = at.interval()
        is_found = Moved(rows=rows, found=twice).is_found(0.2, 0.05, None)
        return {
            "at 0.2 detected": at.p_value_against(0.2) <= 0.05,
            "covered": low <= 0.2 <= high,
            "0.4 found": twice.p_value_against(0.2) <= 0.05 if is_found else np.nan,
            "surely below": at.p_value_against(0.2) >= 0.975,
        }

    assert not broken_claims(claims, draw)


def test_of_single_numbers_it_is_the_t_test():
    rng = np.random.default_rng(0)
    for shift in (0.0, 0.05, 0.1, 0.2):
        ref, cur = rng.normal(size=(2000, 1)), rng.normal(shift, 1.0, size=(1500, 1))
        expected = stats.ttest_ind(ref, cur, equal_var=False).pvalue[0]
        found = compared(ref, cur)
        # The variance is that of 128 groups, in the place of 3,500 rows.
        assert stats.norm.isf(found.p_value() / 2) == pytest.approx(
            stats.norm.isf(expected / 2), rel=0.2, abs=0.2
        )


@pytest.mark.slow
def test_the_squared_distance_is_unbiased_however_long_vectors_are():
    rng = np.random.default_rng(1)
    for width in (2, 200):
        for shift in (0.0, 0.5):
            squares = [
                compared(
                    vectors(rng, 40, width), vectors(rng, 60, width, shift=shift)
                ).squared / width
                for _ in range(200)
            ]  # fmt: skip
            error = np.std(squares) / np.sqrt(len(squares))
            assert np.mean(squares) == pytest.approx(shift**2, abs=4 * error)


def test_turned_and_stretched_vectors_have_the_same_shift():
    rng = np.random.default_rng(2)
    ref, cur = vectors(rng, 200, 6, "correlated"), vectors(rng, 150, 6, "correlated", 0.3)
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    one, other = compared(ref, cur), compared(*(17.0 * side @ turn + 5.0 for side in (ref, cur)))
    assert other.shift == pytest.approx(one.shift, rel=1e-5)
    assert other.p_value() == pytest.approx(one.p_value(), rel=1e-3)
    assert other.interval() == pytest.approx(one.interval(), rel=1e-4)


def test_a_shift_of_one_number_among_384_is_found():
    rng = np.random.default_rng(3)
    found = compared(vectors(rng, 2000, 384), vectors(rng, 2000, 384, shift=0.1))
    assert found.p_value() < 1e-6
    assert found.shift == pytest.approx(0.1, abs=0.02)


def test_vectors_that_do_not_vary_measure_nothing():
    constant, other = np.ones((50, 3)), np.random.default_rng(4).normal(size=(50, 3))
    assert centroids(VectorSums.of(constant), VectorSums.of(other)) is None
    assert compared(other, constant).p_value() < 1e-3
    huge = np.full((50, 3), 1e160) * np.random.default_rng(5).normal(size=(50, 3))
    assert centroids(VectorSums.of(huge), VectorSums.of(huge)) is None
