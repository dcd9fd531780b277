"""Likelihood ratios of windows: on average 1 over all ways to deal the rows, by enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from mmon.chance.sequential.likelihood import log_overdispersed, log_tilted

TABLES = [
    # Rows of both sides by cell, and how many of them are the window's.
    ((14, 686), 500),
    ((44, 2_156), 2_000),
    ((50, 2_450), 500),
    ((1, 999), 300),
    ((30, 20, 25), 30),
    ((3, 60, 2), 20),
]


def dealt(rows: tuple[int, ...], m: int) -> tuple[np.ndarray, np.ndarray]:
    """All windows of m rows, and how probable each is."""
    ranges = [range(min(one, m) + 1) for one in rows[:-1]]
    tables = [(*one, m - sum(one)) for one in itertools.product(*ranges)]
    kept = np.array([one for one in tables if 0 <= one[-1] <= rows[-1]])
    return kept, stats.multivariate_hypergeom(rows, m).pmf(kept)


def mean(ratios: np.ndarray, chances: np.ndarray) -> np.ndarray:
    return np.exp(ratios).T @ chances


@pytest.mark.parametrize(("rows", "m"), TABLES)
def test_a_tilt_is_one_on_average_where_nothing_changed(rows, m):
    windows, chances = dealt(rows, m)
    share = np.array(rows) / sum(rows)
    scores = np.arange(len(rows)) - np.arange(len(rows)) @ share
    scores /= np.sqrt(scores**2 @ share)
    tilts = np.outer([-0.8, -0.1, 0.1, 0.4, 0.8], scores)
    ratios = [log_tilted(tilts, np.array(rows) - one, one.astype(float)) for one in windows]
    assert mean(np.array(ratios), chances) == pytest.approx(1.0, rel=0.02)


@pytest.mark.parametrize(("rows", "m"), TABLES)
def test_shares_that_vary_are_one_on_average_where_nothing_changed(rows, m):
    windows, chances = dealt(rows, m)
    excess = np.array([1.0, 8.0, 40.0]) / (len(rows) - 1)
    ratios = [log_overdispersed(excess, np.array(rows) - one, one.astype(float)) for one in windows]
    assert mean(np.array(ratios), chances) == pytest.approx(1.0, rel=0.1 if m < 100 else 0.01)


def test_a_tilt_is_the_ratio_of_the_noncentral_hypergeometric_distribution():
    # Fisher's, with these odds.
    pool, window, odds = np.array([700.0, 300.0]), np.array([60.0, 40.0]), 1.7
    scores = np.array([[0.0, np.log(odds)]])
    changed = stats.nchypergeom_fisher(1_100, 340, 100, odds).logpmf(40)
    assert log_tilted(scores, pool, window) == pytest.approx(
        [changed - stats.hypergeom(1_100, 340, 100).logpmf(40)], abs=2e-3
    )


def test_of_many_rows_the_ratio_is_that_of_normal_numbers():
    pool, window = np.full(10, 100_000.0), np.full(10, 10_000.0)
    window[:2] += 150.0, -150.0
    expected = pool + window
    expected *= window.sum() / expected.sum()
    chi_square = ((window - expected) ** 2 / expected).sum() * (pool + window).sum() / pool.sum()
    t2 = 2.0
    normal = -4.5 * np.log1p(t2) + chi_square * t2 / (2.0 * (1.0 + t2))
    assert log_overdispersed(np.array([t2]), pool, window) == pytest.approx([normal], abs=0.02)
