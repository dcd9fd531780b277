"""`ks` against scipy, against exact counting, and against its own limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mmon.chance.ranks import largest_gap as null
from mmon.metrics import load
from mmon.profiles.distributions.ecdf import Ecdf
from tests.metrics.rank_samples import continuous, ecdfs, tied

KS = load("ks")


@pytest.mark.parametrize("draw", [continuous, tied])
@pytest.mark.parametrize("seed", range(10))
def test_the_value_is_scipys(draw, seed):
    pair = draw(seed)
    assert KS.score(*ecdfs(pair)).value == pytest.approx(
        stats.ks_2samp(*pair, method="asymp").statistic, rel=1e-12
    )


@pytest.mark.parametrize("seed", range(20))
def test_the_p_value_without_ties_is_the_exact_one_where_values_are_few(seed):
    rng = np.random.default_rng(seed)
    ref, cur = rng.normal(size=70), rng.normal(size=40) + rng.choice([0.0, 0.5, 1.5])
    expected = stats.ks_2samp(ref, cur, method="exact").pvalue
    assert KS.score(Ecdf.of(ref), Ecdf.of(cur)).p_value == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("n", "m"), [(300, 300), (500, 120), (1000, 300), (900, 37)])
@pytest.mark.parametrize("p", [0.2, 0.05, 0.01])
def test_the_bridge_agrees_with_exact_counting_without_ties(n, m, p):
    distance = float(stats.kstwo.isf(p, round(n * m / (n + m))))
    steps = math.lcm(n, m)
    distance = round(distance * steps) / steps
    below = np.arange(1, n + m + 1)
    exact = null._exact(round(distance * n * m), below, m)
    assert null._bridge(distance, below, n, m) == pytest.approx(exact, rel=0.08)


@pytest.mark.parametrize("zero_share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("p", [0.1, 0.01, 1e-4])
def test_the_bridge_agrees_with_exact_counting_beside_a_large_tie(zero_share, p):
    n, m = 1500, 400
    zeros = round(zero_share * (n + m))
    below = np.append(zeros, np.arange(zeros + 1, n + m + 1))
    distances = np.linspace(0.02, 0.2, 300)
    found = np.array([null._bridge(d, below, n, m) for d in distances])
    distance = float(distances[np.argmin(np.abs(np.log(found / p)))])
    exact = null._exact(math.ceil(distance * n * m), below, m)
    assert null._bridge(distance, below, n, m) == pytest.approx(exact, rel=0.2)


def test_two_values_give_the_hypergeometric_probability():
    ref = Ecdf.of(np.repeat([0.0, 1.0], [480, 20]))
    cur = Ecdf.of(np.repeat([0.0, 1.0], [90, 10]))
    score = KS.score(ref, cur)
    ones = np.arange(31)
    gap = np.abs(ones / 100 - (30 - ones) / 500)
    law = stats.hypergeom(600, 30, 100).pmf(ones)
    assert score.p_value == pytest.approx(law[gap >= score.value - 1e-12].sum(), rel=1e-9)


def test_p_values_keep_falling_far_below_any_resolution():
    rng = np.random.default_rng(0)
    ref, cur = Ecdf.of(rng.normal(size=3000)), Ecdf.of(rng.normal(size=3000))
    found = [KS.p_value(value, ref, cur) for value in (0.05, 0.1, 0.2, 0.3, 0.4)]
    assert np.all(np.diff(np.log(found)) < 0)
    assert found[2] < 1e-40
    assert 1e-300 < found[4] < 1e-180


def test_the_p_value_of_a_compressed_value_is_never_too_small():
    rng = np.random.default_rng(3)
    ref, cur = rng.normal(size=40_000), rng.normal(size=30_000)
    exact = KS.score(Ecdf.of(ref, points=None), Ecdf.of(cur, points=None))
    rough = KS.score(Ecdf.of(ref, points=256), Ecdf.of(cur, points=256))
    assert rough.error > 0
    assert rough.p_value >= exact.p_value * 0.99


def test_an_outlier_neither_hides_a_shift_nor_raises_an_alarm():
    rng = np.random.default_rng(4)
    ref = np.append(rng.normal(size=2000), 1e6)
    assert KS.score(Ecdf.of(ref), Ecdf.of(ref)).value == 0.0
    assert KS.score(Ecdf.of(ref), Ecdf.of(rng.normal(size=500) + 1.0)).value > 0.3


def test_integers_beyond_doubles_are_told_apart():
    ref = Ecdf.of(np.full(50, 2**53))
    cur = Ecdf.of(np.full(50, 2**53 + 1))
    assert KS.score(ref, cur).value == 1.0
