"""`mean_shift` against its definition and against full permutation."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from mmon.metrics import load
from mmon.profiles.distributions.ecdf import Ecdf
from tests.metrics.rank_samples import continuous, ecdfs, tied

METRIC = load("mean_shift")


@pytest.mark.parametrize("draw", [continuous, tied])
@pytest.mark.parametrize("seed", range(10))
def test_the_value_is_the_difference_of_means_in_reference_deviations(draw, seed):
    ref, cur = draw(seed)
    expected = (cur.mean() - ref.mean()) / ref.std(ddof=1)
    assert METRIC.score(*ecdfs((ref, cur))).value == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("outlier", [0.0, 5.0, 1e3, 1e9])
def test_the_p_value_is_that_of_all_permutations(outlier):
    rng = np.random.default_rng(int(outlier) % 97)
    rows = rng.normal(size=18)
    rows[0] += outlier
    ref, cur = rows[:12], rows[12:]
    means = np.array([rows[list(chosen)].mean() for chosen in combinations(range(18), 6)])
    gap = np.abs(means - rows.mean())
    expected = np.mean(gap >= abs(cur.mean() - rows.mean()) * (1 - 1e-12))
    score = METRIC.score(Ecdf.of(ref), Ecdf.of(cur))
    assert score.p_value == pytest.approx(expected, rel=0.05, abs=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_without_heavy_tails_the_p_value_is_close_to_welchs(seed):
    rng = np.random.default_rng(seed)
    ref, cur = rng.normal(size=800), rng.normal(size=600) + 0.1
    expected = stats.ttest_ind(ref, cur, equal_var=False).pvalue
    assert METRIC.score(Ecdf.of(ref), Ecdf.of(cur)).p_value == pytest.approx(expected, rel=0.1)


def test_a_constant_reference_has_no_unit():
    score = METRIC.score(Ecdf.of(np.ones(50)), Ecdf.of(np.arange(50.0)))
    assert score.value is None
    assert "no spread" in score.reason


def test_one_outlier_in_production_is_no_evidence():
    rng = np.random.default_rng(1)
    cur = np.append(rng.normal(size=199), 1e6)
    score = METRIC.score(Ecdf.of(rng.normal(size=1000)), Ecdf.of(cur))
    assert score.value > 1000
    # The outlier is in production with probability 1/6; the others then say how far it carries.
    assert 0.02 < score.p_value <= 1 / 6
