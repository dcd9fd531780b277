"""`total_variation` against its definition, written independently of the code under test."""

from __future__ import annotations

import numpy as np
import pytest

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


NAME = "total_variation"


def oracle(ref: np.ndarray, cur: np.ndarray) -> float:
    return float(np.maximum(ref / ref.sum() - cur / cur.sum(), 0).sum())


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


def test_disjoint_labels_are_at_distance_one() -> None:
    score = load(NAME).score(as_counts(np.array([4, 0])), as_counts(np.array([0, 7])))
    assert score.value == 1.0


def test_unseen_labels_count_one_by_one_or_together_alike() -> None:
    ref = Counts.from_mapping({"a": 60, "b": 40})
    one = Counts.from_mapping({"a": 30, "b": 20, "c": 50})
    many = Counts.from_mapping({"a": 30, "b": 20, **{f"c{i}": 1 for i in range(50)}})
    metric = load(NAME)
    assert metric.score(ref, one).value == pytest.approx(0.5, abs=1e-15)
    assert metric.score(ref, many).value == pytest.approx(0.5, abs=1e-15)


def test_missing_values_are_a_category() -> None:
    ref = Counts.from_mapping({"a": 100})
    cur = Counts.from_mapping({"a": 40}, null=60)
    assert load(NAME).score(ref, cur).value == pytest.approx(0.6, abs=1e-15)


def test_two_categories_have_the_p_value_of_two_proportions() -> None:
    from mmon.metrics._proportions import two_proportions

    ref, cur = as_counts(np.array([10, 490])), as_counts(np.array([6, 94]))
    assert load(NAME).score(ref, cur).p_value == pytest.approx(
        two_proportions(10, 500, 6, 100), rel=1e-12
    )
