"""`cramer_von_mises` against scipy and against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mmon.metrics import load
from tests.metrics.rank_samples import continuous, ecdfs, tied

METRIC = load("cramer_von_mises")


@pytest.mark.parametrize("seed", range(10))
def test_the_value_without_ties_is_scipys_without_its_sample_sizes(seed):
    ref, cur = continuous(seed)
    expected = stats.cramervonmises_2samp(ref, cur, method="asymptotic").statistic
    size = len(ref) * len(cur) / (len(ref) + len(cur))
    assert METRIC.score(*ecdfs((ref, cur))).value * size == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("seed", range(10))
def test_the_value_with_ties_is_the_mean_squared_gap_over_all_rows(seed):
    ref, cur = tied(seed)
    rows = np.concatenate([ref, cur])
    gap = (ref[:, None] <= rows).mean(axis=0) - (cur[:, None] <= rows).mean(axis=0)
    assert METRIC.score(*ecdfs((ref, cur))).value == pytest.approx((gap**2).mean(), rel=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_the_p_value_without_ties_is_close_to_scipys(seed):
    ref, cur = continuous(seed)
    expected = stats.cramervonmises_2samp(ref, cur, method="asymptotic").pvalue
    assert METRIC.score(*ecdfs((ref, cur))).p_value == pytest.approx(expected, rel=0.1, abs=0.005)
