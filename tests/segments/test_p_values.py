"""A segment's p-value is small no more often than it says, far into the tail."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mmon.segments._excess_means import means_p_values
from mmon.segments._excess_odds import odds_p_values
from tests.segments.null_p_values import (
    ERRORS,
    LEVELS,
    RATES,
    SIZES,
    null_means,
    null_odds,
)
from tests.statistics.sequential import Claim, broken_claims


def claims(*parts: tuple[float, float]) -> dict[str, list[Claim]]:
    """For each of `LEVELS`, how often a p-value may be at most that: multiples of the level."""
    return {
        str(level): [Claim(limit * level, broken * level)]
        for level, (limit, broken) in zip(LEVELS, parts, strict=True)
    }


QUICK = claims((1.0, 1.5), (1.0, 2.2), (1.0, 5.0), (1.0, 20.0))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["worse in points", "worse in odds", "small rest"])
def test_error_rates_on_the_null_are_rarely_significant_in_a_quick_look(name):
    assert not broken_claims(QUICK, null_odds(name))


@pytest.mark.simulation
@pytest.mark.parametrize("name", RATES)
def test_error_rates_on_the_null_are_rarely_significant(name):
    # The rise in points is tested with an estimate of the reference rate: 5 % for that.
    wanted = claims((1.05, 1.12), (1.05, 1.2), (1.05, 1.4), (1.05, 2.0))
    assert not broken_claims(wanted, null_odds(name), most=400_000)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "n", "m"), [("lognormal", 200, 100), ("normal", 100, 100)])
def test_mean_errors_on_the_null_are_rarely_significant_in_a_quick_look(name, n, m):
    assert not broken_claims(QUICK, null_means(name, n, m))


@pytest.mark.simulation
@pytest.mark.parametrize("factor", [1.0, 2.0])
@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.parametrize("name", ERRORS)
def test_mean_errors_on_the_null_are_rarely_significant(name, n, m, factor):
    # Skewed means of 100 reference rows against 1,000: twice the level at 1 in 1,000, not more.
    wanted = claims((1.1, 1.3), (1.3, 1.7), (2.0, 3.6), (4.0, 14.0))
    assert not broken_claims(wanted, null_means(name, n, m, factor=factor))


def test_a_rise_that_the_rest_does_not_share_is_fishers_exact_test():
    # The rest did not change at all, and is so large that its own noise is nothing.
    ref, cur = np.array([[190.0, 10.0]]), np.array([[170.0, 30.0]])
    rest = np.array([[9.0e6, 1.0e6]])
    found = odds_p_values(ref, cur, rest, rest)[0]
    fisher = stats.fisher_exact([[30, 170], [10, 190]], alternative="greater").pvalue
    assert found == pytest.approx(fisher, rel=1e-3)


def test_what_rose_no_more_than_the_rest_is_not_significant():
    ref, cur = np.array([[900.0, 100.0]]), np.array([[800.0, 200.0]])
    rest_ref, rest_cur = np.array([[9_000.0, 1_000.0]]), np.array([[8_000.0, 2_000.0]])
    assert odds_p_values(ref, cur, rest_ref, rest_cur)[0] == 1.0
    # Points say more, odds say less: 0.02 to 0.05 while the rest went from 0.10 to 0.14.
    ref, cur = np.array([[9_800.0, 200.0]]), np.array([[9_500.0, 500.0]])
    rest_ref, rest_cur = np.array([[90_000.0, 10_000.0]]), np.array([[86_000.0, 14_000.0]])
    assert odds_p_values(ref, cur, rest_ref, rest_cur)[0] == 1.0


def test_the_largest_rise_has_the_smallest_p_value():
    wrong = np.arange(100.0, 300.0, 5.0)
    ref = np.tile([900.0, 100.0], (len(wrong), 1))
    cur = np.stack([1_000 - wrong, wrong], axis=1)
    rest = np.tile([9_000.0, 1_000.0], (len(wrong), 1))
    p = odds_p_values(ref, cur, rest, rest)
    assert (np.diff(p) <= 0).all()
    assert p[-1] < 1e-20


def test_a_few_huge_errors_are_no_rise_of_the_mean_error():
    values = np.array([1.0, 2.0, 3.0, 1e9])
    usual = np.array([[40.0, 40.0, 20.0, 0.0]])
    with_outliers = usual + np.array([[0.0, 0.0, 0.0, 2.0]])
    rest = 20 * usual
    assert means_p_values(values, usual, with_outliers, rest, rest)[0] > 0.05
    assert means_p_values(values, usual, usual[:, [2, 1, 0, 3]], rest, rest)[0] < 0.01
