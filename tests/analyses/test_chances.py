"""The probabilities of looking new by chance, against enumeration and simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from mmon.chance.small_samples import (
    all_in_production,
    all_of_one_value,
    beyond_extremes,
    least_p_value,
)


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


@pytest.mark.parametrize(
    ("pooled", "m"), [((3, 1, 5), 3), ((2, 2, 2), 2), ((1, 1, 4), 1), ((2, 3), 4)]
)
def test_one_value_by_chance_equals_enumeration(pooled, m):
    rows = np.repeat(np.arange(len(pooled)), pooled)
    deals = [len({*deal}) == 1 for deal in itertools.combinations(rows.tolist(), m)]
    found = all_of_one_value(np.array(pooled), len(rows) - m, m)
    assert found == pytest.approx(np.mean(deals), abs=1e-12)


def test_no_p_value_is_below_that_of_a_single_deal():
    assert least_p_value(1, 1) == pytest.approx(1 / 2)
    assert least_p_value(4, 3) == pytest.approx(1 / math.comb(7, 3))


def test_the_bound_on_unseen_rows_takes_a_million_labels_in_little_memory():
    pooled = np.full(1_000_000, 3)
    assert all_in_production(pooled, 1_500_000, 1_500_000, 10_000) == 1.0
    assert all_in_production(pooled, 1_500_000, 1_500_000, 900_000) < 1e-99


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
