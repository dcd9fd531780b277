"""The intervals of distances hold the truth, and say what the p-values say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri
from statsmodels.stats.proportion import confint_proportions_2indep

from mmon.chance.levels import TAIL, critical
from mmon.chance.proportions import rise_interval
from mmon.metrics import load, names
from mmon.profiles.distributions.ecdf import Ecdf


def _sample(seed: int, shift: float, rows: int) -> Ecdf:
    return Ecdf.of(np.random.default_rng(seed).normal(shift, 1.0, rows))


@pytest.mark.parametrize("name", names())
def test_an_interval_ends_where_a_level_is_contradicted(name: str) -> None:
    metric, ref, cur = load(name), _sample(1, 0.0, 3_000), _sample(2, 0.4, 1_000)
    score = metric.score(ref, cur).value
    assert score is not None
    found = metric.interval(score, ref, cur)
    assert found is not None
    low, high = found
    assert low <= metric.corrected(score, ref, cur) <= high
    beyond = metric.p_value_against(score, 0.97 * low, ref, cur)
    within = metric.p_value_against(score, 1.03 * low, ref, cur)
    assert beyond is not None
    assert within is not None
    assert beyond <= TAIL <= within
    assert metric.is_below(score, 1.05 * high, ref, cur)
    assert not metric.is_below(score, 0.95 * high, ref, cur)


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_intervals_of_distances_hold_the_truth(name: str, shift: float) -> None:
    metric = load(name)
    # Of the population: ranks that lie evenly, which the reference's bins cut evenly.
    grid = (np.arange(40_000) + 0.5) / 40_000
    everyone = Ecdf.of(ndtri(grid), points=None)
    moved = Ecdf.of(ndtri(grid) + shift, points=None)
    truth = metric.score(everyone, moved, with_p_value=False).value
    assert truth is not None
    held = 0
    for seed in range(60):
        ref, cur = _sample(2 * seed, 0.0, 4_000), _sample(2 * seed + 1, shift, 500)
        score = metric.score(ref, cur, with_p_value=False).value
        assert score is not None
        found = metric.interval(score, ref, cur)
        assert found is not None
        held += found[0] <= truth + 1e-9 and truth <= found[1] + 1e-9
    # 60 draws of 95 % are below 52 once in five hundred times.
    assert held >= 52


def test_too_few_rows_have_no_bounds_but_those_of_the_metric() -> None:
    ref, cur = Ecdf.of(np.arange(3.0)), Ecdf.of(np.array([1.0, 2.0]))
    assert load("ks").interval(0.3, ref, cur) == (0.0, 1.0)
    assert load("wasserstein").interval(0.3, ref, cur) is None


def test_a_critical_size_is_where_a_p_value_crosses() -> None:
    assert critical(lambda size: np.exp(-size), 1.0) == pytest.approx(-np.log(TAIL), rel=0.011)
    assert critical(lambda size: np.exp(-size), 1e-6) == pytest.approx(-np.log(TAIL), rel=0.011)
    assert critical(lambda _: 0.0, 1.0) == 0.0
    assert critical(lambda _: 1.0, 0.1, 1.0) == 1.0
    assert critical(lambda _: 1.0, 0.1) is None
    assert critical(lambda _: None, 0.1, 1.0) is None


@pytest.mark.parametrize(
    ("k_ref", "n", "k_cur", "m"), [(0, 100, 3, 50), (40, 1_000, 90, 700), (5, 5, 5, 5)]
)
def test_the_interval_of_a_rise_is_as_wide_as_that_of_agresti_and_caffo(
    k_ref: int, n: int, k_cur: int, m: int
) -> None:
    low, high = confint_proportions_2indep(k_cur, m, k_ref, n, method="agresti-caffo")
    half, difference = (high - low) / 2, k_cur / m - k_ref / n
    expected = max(-1.0, difference - half), min(1.0, difference + half)
    assert rise_interval(k_ref, n, k_cur, m) == pytest.approx(expected, rel=1e-9)
