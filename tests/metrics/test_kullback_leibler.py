"""`kullback_leibler` against its definition, written independently of the code under test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import entropy

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


NAME = "kullback_leibler"


def oracle(ref: np.ndarray, cur: np.ndarray, smoothing: float = 1e-3) -> float:
    p, q = ref / ref.sum(), cur / cur.sum()
    used = (p + q) > 0
    mixed = (1 - smoothing) * np.eye(2) + smoothing / 2
    p, q = mixed @ np.array([p[used], q[used]])
    return float(entropy(q, p))


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


def test_direction_is_production_given_the_reference() -> None:
    even, uneven = as_counts(np.array([50, 50])), as_counts(np.array([90, 10]))
    metric = load(NAME, {"smoothing": 1e-12})
    q = np.array([0.9, 0.1])
    expected = float((q * np.log(q / 0.5)).sum())
    assert metric.score(even, uneven).value == pytest.approx(expected, rel=1e-9)
    assert metric.score(uneven, even).value != pytest.approx(expected, rel=1e-2)
