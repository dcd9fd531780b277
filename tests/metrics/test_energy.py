"""`energy` against scipy, and its p-value against permutation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mmon.errors import ConfigError
from mmon.metrics import load
from mmon.profiles.distributions.ecdf import Ecdf
from tests.metrics.rank_samples import continuous, ecdfs, tied

RAW = load("energy", {"scale": "none"})
SCALED = load("energy")


@pytest.mark.parametrize("draw", [continuous, tied])
@pytest.mark.parametrize("seed", range(10))
def test_the_raw_value_is_scipys(draw, seed):
    pair = draw(seed)
    expected = stats.energy_distance(*pair)
    assert RAW.score(*ecdfs(pair)).value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_default_unit_is_the_references_interquartile_range(seed):
    ref, cur = continuous(seed)
    first, third = np.quantile(ref, [0.25, 0.75], method="inverted_cdf")
    expected = stats.energy_distance(ref, cur) / (third - first) ** 0.5
    assert SCALED.score(*ecdfs((ref, cur))).value == pytest.approx(expected, rel=1e-12)


def test_without_an_interquartile_range_the_unit_is_the_deviation():
    ref = np.append(np.zeros(90), np.arange(1.0, 11.0))
    cur = ref + 1.0
    expected = stats.energy_distance(ref, cur) / ref.std(ddof=1) ** 0.5
    assert SCALED.score(Ecdf.of(ref), Ecdf.of(cur)).value == pytest.approx(expected, rel=1e-12)


def test_without_any_spread_there_is_a_reason():
    score = SCALED.score(Ecdf.of(np.ones(9)), Ecdf.of(np.arange(9.0)))
    assert score.value is None
    assert "no spread" in score.reason


@pytest.mark.parametrize("shape", ["normal", "cauchy", "poisson"])
@pytest.mark.parametrize("p", [0.5, 0.1, 0.05])
def test_p_values_are_those_of_permutation(shape, p):
    rng = np.random.default_rng(11)
    rows = {
        "normal": rng.normal(size=500),
        "cauchy": rng.standard_cauchy(size=500),
        "poisson": rng.poisson(2.0, 500).astype(float),
    }[shape]
    values = []
    for _ in range(2000):
        rng.shuffle(rows)
        values.append(stats.energy_distance(rows[:380], rows[380:]))
    value = float(np.quantile(values, 1 - p, method="higher"))
    attained = np.mean(np.array(values) >= value * (1 - 1e-12))
    found = RAW.p_value(value, Ecdf.of(rows[:380]), Ecdf.of(rows[380:]))
    # Four standard errors of 2,000 permutations, and a tenth for the approximation.
    assert found == pytest.approx(attained, rel=0.1, abs=4 * (p * (1 - p) / 2000) ** 0.5)


def test_an_outlier_in_production_is_no_evidence():
    rng = np.random.default_rng(1)
    ref, cur = rng.normal(size=1000), np.append(rng.normal(size=199), 1e6)
    score = SCALED.score(Ecdf.of(ref), Ecdf.of(cur))
    assert score.value > 5
    assert 0.02 < score.p_value <= 0.18


def test_an_unknown_scale_is_refused():
    with pytest.raises(ConfigError, match="scale is 'std'"):
        load("energy", {"scale": "std"})
