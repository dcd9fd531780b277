"""The probabilities of looking new by chance, against enumeration and simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from mmon.analyses._chances import all_in_production, all_of_one_value, beyond_extremes


@pytest.mark.parametrize(("n", "m"), [(2, 3), (3, 4), (5, 2), (1, 4)])
def test_values_beyond_the_extremes_equal_enumeration(n, m):
    counts = np.array(
        [
            sum(1 for i in range(n + m) if i < ref[0] or i > ref[-1])
            for ref in itertools.combinations(range(n + m), n)
        ]
    )
    for outside in range(m + 1):
        expected = (counts >= outside).mean()
        assert beyond_extremes(outside, n, m) == pytest.approx(expected, abs=1e-12)


def test_values_beyond_the_extremes_have_the_size_they_claim():
    rng = np.random.default_rng(0)
    ranks = rng.random((20_000, 150)).argsort(axis=1)
    first, last = ranks[:, :100].min(axis=1), ranks[:, :100].max(axis=1)
    outside = ((ranks[:, 100:] < first[:, None]) | (ranks[:, 100:] > last[:, None])).sum(axis=1)
    p_values = np.array([beyond_extremes(int(k), 100, 50) for k in range(51)])[outside]
    # Discrete: at most the nominal level, and the attained level is that of the next count up.
    assert (p_values <= 0.05).mean() <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 20_000)
    assert (p_values <= 0.05).mean() > 0.015


@pytest.mark.parametrize(("ref_rows", "n", "m"), [(0, 10, 3), (4, 10, 3), (9, 10, 20)])
def test_one_value_by_chance_is_hypergeometric(ref_rows, n, m):
    expected = math.comb(ref_rows + m, m) / math.comb(n + m, m)
    assert all_of_one_value(ref_rows, n, m) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("labels", [20, 300])
def test_the_bound_on_unseen_rows_is_never_below_the_simulated_probability(labels):
    rng = np.random.default_rng(labels)
    share = 1.0 / np.arange(1, labels + 1)
    n, m = 300, 100
    pooled = rng.multinomial(n + m, share / share.sum())
    rows = np.repeat(np.arange(labels), pooled)
    unseen = []
    for _ in range(2_000):
        production = rng.permutation(rows)[:m]
        counts = np.bincount(production, minlength=labels)
        unseen.append(counts[(counts == pooled) & (pooled > 0)].sum())
    unseen = np.array(unseen)
    for threshold in np.unique(unseen[unseen > 0]):
        simulated = (unseen >= threshold).mean()
        slack = 3 * math.sqrt(simulated * (1 - simulated) / 2_000)
        assert all_in_production(pooled, n, m, int(threshold)) >= simulated - slack


def test_many_rows_with_an_unseen_label_are_no_chance():
    assert all_in_production(np.array([1_000, 30]), 900, 130, 30) < 1e-20
    assert all_in_production(np.array([1_000, 30]), 900, 130, 0) == 1.0
