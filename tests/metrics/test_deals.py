"""Deals of more rows than numpy draws from have the moments of those that it does."""

from __future__ import annotations

import numpy as np
import pytest

from mmon.chance.bins.deals import deal
from mmon.metrics import load
from mmon.profiles.distributions.counts import Counts

SHARES = np.array([0.6, 0.3, 0.08, 0.018, 0.002])


@pytest.mark.parametrize("left", [0.999_999, 0.7, 0.3, 0.000_001])
def test_deals_of_very_many_rows_have_hypergeometric_moments(left):
    pooled = (SHARES * 4_000_000_000).astype(np.int64)
    total = int(pooled.sum())
    m = round(total * (1 - left))
    drawn = deal(pooled, m, 4_000, np.random.default_rng(0))
    share = m / total
    variance = pooled * share * (1 - share) * (1 - pooled / total)
    assert (drawn >= 0).all()
    assert (drawn <= pooled).all()
    np.testing.assert_allclose(drawn.mean(axis=0), pooled * share, atol=5 * variance.max() ** 0.5)
    np.testing.assert_allclose(drawn.var(axis=0), variance, rtol=0.15)


@pytest.mark.parametrize("name", ["total_variation", "psi", "chi_square", "l_infinity"])
def test_no_number_of_production_rows_makes_a_change_less_significant(name):
    rng = np.random.default_rng(0)
    labels = [f"{k}" for k in range(40)]
    weights = 1.0 / np.arange(1, 41)
    ref, cur = (
        Counts.from_mapping(
            dict(zip(labels, (rng.multinomial(n, weights / weights.sum())), strict=True))
        )
        for n in (5_000, 60)
    )
    metric = load(name)
    p_values = [metric.p_value(0.3, ref, cur, rows=rows) or 0.0 for rows in (10**4, 10**7, 1 << 40)]
    assert max(p_values) < 1e-9
