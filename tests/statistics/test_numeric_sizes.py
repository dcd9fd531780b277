"""The numeric metrics reject at their nominal level without change, and more often with one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mmon.metrics import load
from mmon.profiles.ecdf import Ecdf
from tests.statistics.simulate_numeric import METRICS, SHAPES, SIZES, rejections

REPETITIONS = 10_000
# Bernoulli(0.02) has few reachable p-values: with these rows an exact test attains 0.0297, as
# `attainable` counts, and more only if it tossed a coin at the edge of its rejection region.
LATTICE = {("bernoulli(0.02)", 500, 100): 0.029}


def standard_error(size: float, repetitions: int) -> float:
    return math.sqrt(size * (1 - size) / repetitions)


def attainable(share: float, n: int, m: int, level: float) -> float:
    """Size of the exact conditional test of two Bernoulli samples, over the pooled count."""
    total = n + m
    pooled = np.arange(0, 8 * round(total * share) + 10)
    attained = 0.0
    for count, chance in zip(pooled, stats.binom(total, share).pmf(pooled), strict=True):
        in_cur = np.arange(max(0, count - n), min(m, count) + 1)
        law = stats.hypergeom(total, count, m).pmf(in_cur)
        gap = np.abs(in_cur / m - (count - in_cur) / n)
        p_values = np.array([law[gap >= one - 1e-12].sum() for one in gap])
        attained += chance * law[p_values <= level].sum()
    return float(attained)


@pytest.mark.parametrize(
    ("shape", "n", "m"),
    [("cauchy", 500, 100), ("poisson(1)", 500, 100), ("90 % zeros", 1000, 300)],
)
def test_sizes_are_nominal_in_a_quick_look(shape, n, m):
    repetitions = 400
    for metric, size in rejections(METRICS, shape, n, m, repetitions).items():
        slack = 3.5 * standard_error(0.05, repetitions)
        assert 0.035 - slack < size < 0.055 + slack, metric


@pytest.mark.simulation
@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.parametrize("shape", SHAPES)
def test_sizes_are_nominal(shape, n, m):
    least = LATTICE.get((shape, n, m), 0.035)
    slack = 2.0 * standard_error(0.05, REPETITIONS)
    for metric, size in rejections(METRICS, shape, n, m, REPETITIONS).items():
        assert least - slack < size < 0.055 + slack, metric


@pytest.mark.parametrize(("n", "m"), SIZES[:2])
def test_two_values_attain_what_an_exact_test_can(n, m):
    repetitions = 800
    expected = attainable(0.02, n, m, 0.05)
    assert LATTICE.get(("bernoulli(0.02)", n, m), 0.035) < expected <= 0.05
    found = rejections(METRICS, "bernoulli(0.02)", n, m, repetitions)
    # All of them order two-valued samples alike: they are one test.
    assert len(set(found.values())) == 1
    assert found["ks"] == pytest.approx(expected, abs=4 * standard_error(expected, repetitions))


@pytest.mark.parametrize("name", METRICS)
def test_a_shift_of_a_fifth_of_a_deviation_is_found(name):
    rng = np.random.default_rng(1)
    metric = load(name)
    found = 0
    for _ in range(200):
        ref, cur = rng.normal(size=2000), rng.normal(size=500) + 0.2
        found += metric.score(Ecdf.of(ref), Ecdf.of(cur)).p_value <= 0.05
    # Welch's t has power 0.98 here, Kolmogorov-Smirnov's test 0.92.
    assert found / 200 >= 0.85


@pytest.mark.parametrize("name", METRICS)
def test_many_rows_make_an_immaterial_shift_significant_but_not_large(name):
    rng = np.random.default_rng(2)
    ref, cur = rng.normal(size=200_000), rng.normal(size=200_000) + 0.005
    score = load(name).score(Ecdf.of(ref), Ecdf.of(cur))
    assert abs(score.value) < 0.02


@pytest.mark.parametrize("name", METRICS)
def test_compressed_summaries_keep_their_size(name):
    rng = np.random.default_rng(3)
    metric = load(name)
    rejected = 0
    for _ in range(300):
        ref, cur = rng.normal(size=6000), rng.normal(size=3000)
        score = metric.score(Ecdf.of(ref, points=512), Ecdf.of(cur, points=512))
        rejected += score.p_value <= 0.05
    assert rejected / 300 < 0.055 + 3.5 * standard_error(0.05, 300)
