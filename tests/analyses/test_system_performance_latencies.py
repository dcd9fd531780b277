"""Quantiles, their errors, intervals and tests are those of the textbooks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mmon.analyses.system_performance.quantiles import (
    p_value,
    p_value_against,
    p_value_at,
    quantile,
)
from mmon.profiles.distributions.ecdf import Ecdf


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
@pytest.mark.parametrize("n", [1, 2, 19, 100, 1_003])
def test_a_quantile_is_that_of_numpy(share, n):
    values = np.random.default_rng(n).lognormal(3, 1, n)
    found = quantile(Ecdf.of(values), share)
    assert found.value == np.quantile(values, share, method="inverted_cdf")
    assert found.error == 0.0


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_the_exact_quantile_lies_within_the_error_of_a_summary(share):
    values = np.random.default_rng(0).lognormal(3, 1, 40_000)
    parts = [Ecdf.of(part, points=64) for part in np.array_split(values, 8)]
    found = quantile(Ecdf.merge(parts).compress(64), share)
    exact = np.quantile(values, share, method="inverted_cdf")
    assert found.value - found.error <= exact <= found.value
    assert found.error > 0.0


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_the_interval_lies_between_the_order_statistics_of_the_binomial(share):
    n = 400
    values = np.sort(np.random.default_rng(1).normal(size=n))
    low, high = quantile(Ecdf.of(values), share).interval
    law = stats.binom(n, share)
    ranks = int(law.ppf(0.025)), int(law.ppf(0.975)) + 1
    assert (low, high) == (values[ranks[0] - 1], values[ranks[1] - 1])
    assert law.cdf(ranks[1] - 1) - law.cdf(ranks[0] - 1) >= 0.95


def test_too_few_rows_have_no_interval():
    assert quantile(Ecdf.of(np.arange(100.0)), 0.99).interval is None
    assert quantile(Ecdf.of(np.arange(1_000.0)), 0.99).interval is not None


def test_intervals_cover_at_their_level():
    rng = np.random.default_rng(2)
    true = stats.lognorm(1).ppf(0.95)
    hits = 0
    for _ in range(800):
        low, high = quantile(Ecdf.of(rng.lognormal(0, 1, 500)), 0.95).interval
        hits += low <= true <= high
    assert 0.93 < hits / 800 < 0.985


@pytest.mark.parametrize("draw", ["lognormal", "poisson", "two values"])
@pytest.mark.parametrize("share", [0.5, 0.95])
def test_an_unchanged_quantile_is_significant_in_one_of_twenty_at_most(draw, share):
    rng = np.random.default_rng(3)
    draws = {
        "lognormal": lambda size: rng.lognormal(3, 1, size),
        "poisson": lambda size: rng.poisson(4, size).astype(float),
        "two values": lambda size: rng.integers(0, 2, size).astype(float),
    }
    p = [p_value(Ecdf.of(draws[draw](900)), Ecdf.of(draws[draw](300)), share) for _ in range(400)]
    assert np.mean(np.array(p) <= 0.05) < 0.055 + 3 * math.sqrt(0.05 * 0.95 / 400)


def test_the_p_value_is_that_of_the_table_above_the_pooled_quantile():
    rng = np.random.default_rng(4)
    ref, cur = rng.normal(size=300), rng.normal(0.3, 1, 150)
    at = np.quantile(np.append(ref, cur), 0.9, method="inverted_cdf")
    above, total = int((cur > at).sum()), int((ref > at).sum() + (cur > at).sum())
    law = stats.hypergeom(450, total, 150)
    counts = np.arange(total + 1)
    gap = np.abs(counts / 150 - (total - counts) / 300)
    seen = gap[above]
    # Tables as extreme as the observed one count by half.
    expected = law.pmf(counts[gap > seen + 1e-12]).sum()
    expected += law.pmf(counts[np.abs(gap - seen) <= 1e-12]).sum() / 2
    assert p_value(Ecdf.of(ref), Ecdf.of(cur), 0.9) == pytest.approx(expected, rel=1e-9)


def test_a_summary_never_makes_a_change_more_significant():
    rng = np.random.default_rng(5)
    ref, cur = rng.lognormal(3, 1, 5_000), rng.lognormal(3.1, 1, 2_000)
    exact = p_value(Ecdf.of(ref, points=None), Ecdf.of(cur, points=None), 0.95)
    rough = p_value(Ecdf.of(ref, points=50), Ecdf.of(cur, points=50), 0.95)
    assert rough >= exact


def test_the_rows_that_a_rise_would_take_are_enough_to_see_it():
    rng = np.random.default_rng(6)
    ref = Ecdf.of(rng.lognormal(3, 0.5, 5_000))
    rows = next(m for m in range(20, 5_000, 20) if p_value_at(ref, 0.3, m, 0.95) <= 0.05)
    found = [
        p_value(ref, Ecdf.of(rng.lognormal(3, 0.5, rows) * 1.3), 0.95) <= 0.05 for _ in range(200)
    ]
    assert 0.35 < np.mean(found) < 0.8


@pytest.mark.parametrize("is_floor", [True, False])
def test_a_level_is_passed_by_chance_in_one_of_twenty_at_most(is_floor):
    rng = np.random.default_rng(7)
    true = stats.norm.ppf(0.95)
    p = [
        p_value_against(Ecdf.of(rng.normal(size=400)), true, 0.95, is_floor=is_floor)
        for _ in range(800)
    ]
    assert 0.02 < np.mean(np.array(p) <= 0.05) < 0.06
    assert p_value_against(Ecdf.of(rng.normal(size=400)), 9.0, 0.95, is_floor=True) < 1e-6
    assert p_value_against(Ecdf.of(rng.normal(size=400)), 9.0, 0.95, is_floor=False) == 1.0
