"""`anderson_darling` against scipy, standardised as Scholz and Stephens do."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mmon.chance.ranks import quadratic_forms as quadratic
from mmon.metrics import load
from mmon.profiles.distributions.ecdf import Ecdf
from tests.metrics.rank_samples import continuous, ecdfs, tied

METRIC = load("anderson_darling")


def standardised(value: float, n: int, m: int) -> float:
    """Scholz and Stephens (1987), section 4: (A² - 1) / sigma for two samples."""
    total = n + m
    statistic = (total - 1) / total * (n * m / total) * value
    inverse = 1 / n + 1 / m
    harmonic = sum(1 / i for i in range(1, total))
    ranks = np.arange(2, total)
    # g = sum over i < j of 1 / ((N - i) j)
    tails = np.cumsum(1 / np.arange(total - 1, 1, -1))
    g = float((tails / ranks[: len(tails)]).sum())
    a = (4 * g - 6) + (10 - 6 * g) * inverse
    b = (2 * g - 4) * 4 + 8 * harmonic * 2 + (2 * g - 14 * harmonic - 4) * inverse
    b += -8 * harmonic + 4 * g - 6
    c = (6 * harmonic + 2 * g - 2) * 4 + (4 * harmonic - 4 * g + 6) * 2
    c += (2 * harmonic - 6) * inverse + 4 * harmonic
    d = (2 * harmonic + 6) * 4 - 4 * harmonic * 2
    variance = (a * total**3 + b * total**2 + c * total + d) / (
        (total - 1) * (total - 2) * (total - 3)
    )
    return (statistic - 1) / math.sqrt(variance)


def scipys(ref: np.ndarray, cur: np.ndarray) -> float:
    method = stats.PermutationMethod(n_resamples=1)
    return float(stats.anderson_ksamp([ref, cur], variant="midrank", method=method).statistic)


@pytest.mark.parametrize("draw", [continuous, tied])
@pytest.mark.parametrize("seed", range(10))
def test_the_value_standardised_is_scipys(draw, seed):
    ref, cur = draw(seed)
    found = standardised(METRIC.score(*ecdfs((ref, cur))).value, len(ref), len(cur))
    assert found == pytest.approx(scipys(ref, cur), rel=1e-9, abs=1e-9)


def test_the_limiting_tail_reproduces_published_critical_points():
    """Marsaglia and Marsaglia (2004): 5 % at 2.492, 1 % at 3.878."""
    weights = 1 / (np.arange(1, 2000) * np.arange(2, 2001.0))
    weights *= 1 / weights.sum()
    assert quadratic.tail(2.492, weights) == pytest.approx(0.05, rel=0.002)
    assert quadratic.tail(3.878, weights) == pytest.approx(0.01, rel=0.002)


def test_the_tail_of_a_statistic_beyond_all_measure_is_0():
    weights = 1 / (np.arange(1, 65) * np.arange(2, 66))
    assert quadratic.tail(1e4, weights) < 1e-300
    assert [quadratic.tail(value, weights) for value in (1e30, 1e300, math.inf)] == [0.0] * 3


def test_a_gap_in_the_tail_counts_for_more_than_in_cramer_von_mises():
    rng = np.random.default_rng(0)
    ref, cur = rng.normal(size=4000), rng.normal(size=4000)
    cur[:60] = -4.0 - rng.random(60)
    sides = Ecdf.of(ref), Ecdf.of(cur)
    assert METRIC.score(*sides).p_value < load("cramer_von_mises").score(*sides).p_value
