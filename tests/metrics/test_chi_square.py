"""`chi_square` against its definition, written independently of the code under test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency
from scipy.stats.contingency import association

from mmon.metrics import load
from mmon.profiles.counts import Counts
from mmon.profiles.ecdf import Ecdf

SEEDS = range(20)


def random_masses(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of up to ten categories on both sides, some of them empty on one side."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 11))
    ref, cur = rng.integers(0, 200, (2, size)) * (rng.random((2, size)) < 0.8)
    ref[0] += 1
    cur[-1] += 1
    return ref, cur


def as_counts(mass: np.ndarray) -> Counts:
    return Counts.from_mapping({f"label {i}": int(rows) for i, rows in enumerate(mass) if rows})


NAME = "chi_square"


def oracle(ref: np.ndarray, cur: np.ndarray) -> float:
    table = np.array([ref, cur])
    return float(association(table[:, table.any(axis=0)], method="cramer", correction=False))


@pytest.mark.parametrize("seed", SEEDS)
def test_value_on_labels_is_the_definition(seed: int) -> None:
    ref, cur = random_masses(seed)
    score = load(NAME).score(as_counts(ref), as_counts(cur))
    assert score.value == pytest.approx(oracle(ref, cur), rel=1e-12, abs=1e-12)
    assert score.error == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_value_on_numbers_is_the_definition_on_the_reference_deciles(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ref, cur = rng.normal(size=503), rng.normal(0.2, 1.3, size=301)
    edges = np.sort(ref)[[-(-503 * j // 10) - 1 for j in range(1, 10)]]
    bins = [np.bincount(np.searchsorted(edges, side), minlength=10) for side in (ref, cur)]
    score = load(NAME).score(Ecdf.of(ref), Ecdf.of(cur))
    assert score.value == pytest.approx(oracle(*bins), rel=1e-12, abs=1e-12)


def test_value_of_equal_shares_is_exactly_zero() -> None:
    ref, cur = as_counts(np.array([3, 5, 9])), as_counts(np.array([21, 35, 63]))
    score = load(NAME).score(ref, cur)
    assert (score.value, score.p_value) == (0.0, 1.0)


def test_square_times_rows_is_the_chi_square_of_pearson() -> None:
    ref, cur = np.array([120, 80, 40, 60]), np.array([30, 30, 30, 10])
    value = load(NAME).score(as_counts(ref), as_counts(cur)).value
    assert value is not None
    expected = chi2_contingency(np.array([ref, cur]), correction=False).statistic
    assert value**2 * 400 == pytest.approx(expected, rel=1e-12)


def test_p_value_of_a_full_table_is_near_the_asymptotic_one() -> None:
    rng = np.random.default_rng(0)
    ref, cur = rng.multinomial(200_000, [0.1] * 10), rng.multinomial(30_000, [0.101] * 9 + [0.091])
    expected = chi2_contingency(np.array([ref, cur]), correction=False).pvalue
    p_value = load(NAME).score(as_counts(ref), as_counts(cur)).p_value
    assert p_value is not None
    assert 1e-9 < expected < 1e-3
    assert np.log(p_value) == pytest.approx(np.log(expected), rel=0.1)
