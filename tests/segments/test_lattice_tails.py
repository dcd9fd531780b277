"""The conditional tails equal scipy's, and sums over whole tables, to many digits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mmon.segments._lattice_tails import Tables, log_tail_of_homogeneity, log_tail_of_odds


def tables(*rows):
    return Tables(*np.array(rows, dtype=np.float64).T)


@pytest.mark.parametrize(
    ("row", "within"),
    [
        ((100, 50, 3, 9), 1e-10),
        ((20_000, 200, 180, 12), 1e-10),
        ((200, 20_000, 0, 60), 1e-10),
        ((10_000, 9_000, 1_000, 1_100), 0.01),
        ((1_000_000, 50_000, 90_000, 5_200), 0.01),
        ((50_000, 50_000, 5_000, 6_000), 0.03),
    ],
)
def test_tails_of_equal_odds_are_hypergeometric(row, within):
    n, m, k_ref, k_cur = row
    expected = stats.hypergeom(n + m, k_ref + k_cur, m).sf(k_cur - 1)
    found = np.exp(log_tail_of_odds(tables(row), np.zeros(1))[0])
    assert found == pytest.approx(expected, rel=within)


@pytest.mark.parametrize("odds", [0.5, 1.3, 4.0])
def test_tails_of_other_odds_are_fishers(odds):
    row = n, m, k_ref, k_cur = 400, 300, 25, 40
    expected = stats.nchypergeom_fisher(n + m, k_ref + k_cur, m, odds).sf(k_cur - 1)
    found = np.exp(log_tail_of_odds(tables(row), np.array([np.log(odds)]))[0])
    assert found == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(
    ("row", "rest"),
    [
        ((60, 50, 5, 14), (600, 700, 60, 80)),
        ((60, 50, 0, 4), (90, 30, 9, 2)),
        ((300, 900, 30, 140), (70, 80, 35, 30)),
    ],
)
def test_tails_of_homogeneity_are_sums_over_all_pairs_of_tables(row, rest):
    (n, m, k_ref, k_cur), (rest_n, rest_m, rest_ref, rest_cur) = row, rest
    total = k_cur + rest_cur
    x = np.arange(total + 1)
    mass = stats.hypergeom(n + m, k_ref + k_cur, m).pmf(x) * stats.hypergeom(
        rest_n + rest_m, rest_ref + rest_cur, rest_m
    ).pmf(total - x)
    found = np.exp(log_tail_of_homogeneity(tables(row), tables(rest))[0])
    assert found == pytest.approx(mass[k_cur:].sum() / mass.sum(), rel=1e-8)


def test_tails_resolve_what_no_float_could_sum():
    found = log_tail_of_odds(tables((10_000, 10_000, 100, 3_000)), np.zeros(1))
    assert -3_000 < found[0] < -700
