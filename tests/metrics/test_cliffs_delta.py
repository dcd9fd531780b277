"""`cliffs_delta` against scikit-learn and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from mmon.metrics import load
from tests.metrics.rank_samples import continuous, ecdfs, tied

METRIC = load("cliffs_delta")


@pytest.mark.parametrize("draw", [continuous, tied])
@pytest.mark.parametrize("seed", range(10))
def test_the_value_is_twice_the_auc_minus_one(draw, seed):
    ref, cur = draw(seed)
    is_cur = np.repeat([0, 1], [len(ref), len(cur)])
    auc = roc_auc_score(is_cur, np.concatenate([ref, cur]))
    assert METRIC.score(*ecdfs((ref, cur))).value == pytest.approx(2 * auc - 1, abs=1e-12)


@pytest.mark.parametrize("draw", [continuous, tied])
@pytest.mark.parametrize("seed", range(10))
def test_the_p_value_is_that_of_mann_whitney(draw, seed):
    ref, cur = draw(seed)
    expected = stats.mannwhitneyu(cur, ref, use_continuity=False, method="asymptotic").pvalue
    assert METRIC.score(*ecdfs((ref, cur))).p_value == pytest.approx(expected, rel=0.02)


def test_exchanging_the_sides_changes_the_sign():
    ref, cur = ecdfs(continuous(0))
    assert METRIC.score(ref, cur).value == pytest.approx(-METRIC.score(cur, ref).value, rel=1e-12)
