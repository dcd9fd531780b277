"""The metrics on bins against their definitions, written independently of the code under test."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.spatial.distance import chebyshev, euclidean, jensenshannon
from scipy.stats import chi2_contingency, entropy, hypergeom
from scipy.stats.contingency import association

from mmon.errors import ConfigError
from mmon.metrics import load
from mmon.profiles.distributions.counts import Counts
from mmon.profiles.distributions.ecdf import Ecdf


def cramers_v(ref: np.ndarray, cur: np.ndarray) -> float:
    table = np.array([ref, cur])
    return float(association(table[:, table.any(axis=0)], method="cramer", correction=False))


def hellinger(ref: np.ndarray, cur: np.ndarray) -> float:
    return float(euclidean(np.sqrt(ref / ref.sum()), np.sqrt(cur / cur.sum())) / np.sqrt(2))


def general_drift(ref: np.ndarray, cur: np.ndarray) -> float:
    # MLRun: the mean of the total variation and the Hellinger distance.
    p, q = ref / ref.sum(), cur / cur.sum()
    variation = np.abs(p - q).sum() / 2
    return float((variation + np.sqrt(np.maximum(1 - np.sqrt(p * q).sum(), 0))) / 2)


def kullback_leibler(ref: np.ndarray, cur: np.ndarray, smoothing: float = 1e-3) -> float:
    p, q = ref / ref.sum(), cur / cur.sum()
    used = (p + q) > 0
    mixed = (1 - smoothing) * np.eye(2) + smoothing / 2
    p, q = mixed @ np.array([p[used], q[used]])
    return float(entropy(q, p))


def psi(ref: np.ndarray, cur: np.ndarray, smoothing: float = 1e-3) -> float:
    total = 0.0
    for r, c in zip(ref / ref.sum(), cur / cur.sum(), strict=True):
        if r or c:
            p = r * (1 - smoothing / 2) + c * smoothing / 2
            q = c * (1 - smoothing / 2) + r * smoothing / 2
            total += (q - p) * (math.log(q) - math.log(p))
    return total


ORACLES: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "chi_square": cramers_v,
    "general_drift": general_drift,
    "hellinger": hellinger,
    "jensen_shannon": lambda ref, cur: float(jensenshannon(ref, cur, base=2)),
    "kullback_leibler": kullback_leibler,
    "l_infinity": lambda ref, cur: float(chebyshev(ref / ref.sum(), cur / cur.sum())),
    "psi": psi,
    "total_variation": lambda ref, cur: float(
        np.maximum(ref / ref.sum() - cur / cur.sum(), 0).sum()
    ),
}
each_metric = pytest.mark.parametrize("name", ORACLES)


def random_masses(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of up to ten categories on both sides, some of them empty on one side."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 11))
    ref, cur = rng.integers(0, 200, (2, size)) * (rng.random((2, size)) < 0.8)
    ref[0] += 1
    cur[-1] += 1
    return ref, cur


def as_counts(*mass: int) -> Counts:
    return Counts.from_mapping({f"label {i}": int(rows) for i, rows in enumerate(mass) if rows})


@each_metric
@pytest.mark.parametrize("seed", range(20))
def test_value_on_labels_is_the_definition(name: str, seed: int) -> None:
    ref, cur = random_masses(seed)
    score = load(name).score(as_counts(*ref), as_counts(*cur))
    assert score.value == pytest.approx(ORACLES[name](ref, cur), rel=1e-12, abs=1e-12)
    assert score.error == 0


@each_metric
@pytest.mark.parametrize("seed", range(20))
def test_value_on_numbers_is_the_definition_on_the_reference_deciles(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ref, cur = rng.normal(size=503), rng.normal(0.2, 1.3, size=301)
    edges = np.sort(ref)[[-(-503 * j // 10) - 1 for j in range(1, 10)]]
    bins = [np.bincount(np.searchsorted(edges, side), minlength=10) for side in (ref, cur)]
    score = load(name).score(Ecdf.of(ref), Ecdf.of(cur))
    assert score.value == pytest.approx(ORACLES[name](*bins), rel=1e-12, abs=1e-12)


@each_metric
def test_value_of_equal_shares_is_exactly_zero(name: str) -> None:
    score = load(name).score(as_counts(3, 5, 9), as_counts(21, 35, 63))
    assert (score.value, score.p_value) == (0.0, 1.0)


def test_chi_square_squared_times_rows_is_the_statistic_of_pearson() -> None:
    ref, cur = (120, 80, 40, 60), (30, 30, 30, 10)
    value = load("chi_square").score(as_counts(*ref), as_counts(*cur)).value
    assert value is not None
    expected = chi2_contingency(np.array([ref, cur]), correction=False).statistic
    assert value**2 * 400 == pytest.approx(expected, rel=1e-12)


def test_the_p_value_of_chi_square_on_a_full_table_is_near_the_asymptotic_one() -> None:
    rng = np.random.default_rng(0)
    ref, cur = rng.multinomial(200_000, [0.1] * 10), rng.multinomial(30_000, [0.101] * 9 + [0.091])
    expected = chi2_contingency(np.array([ref, cur]), correction=False).pvalue
    p_value = load("chi_square").score(as_counts(*ref), as_counts(*cur)).p_value
    assert p_value is not None
    assert 1e-9 < expected < 1e-3
    assert np.log(p_value) == pytest.approx(np.log(expected), rel=0.1)


def test_the_direction_of_kullback_leibler_is_production_given_the_reference() -> None:
    even, uneven = as_counts(50, 50), as_counts(90, 10)
    metric = load("kullback_leibler", {"smoothing": 1e-12})
    q = np.array([0.9, 0.1])
    expected = float((q * np.log(q / 0.5)).sum())
    assert metric.score(even, uneven).value == pytest.approx(expected, rel=1e-9)
    assert metric.score(uneven, even).value != pytest.approx(expected, rel=1e-2)


def test_among_many_labels_the_p_value_of_l_infinity_is_that_of_independent_categories() -> None:
    rng = np.random.default_rng(3)
    ref, cur = rng.multinomial(100_000, [1e-3] * 1000), rng.multinomial(20_000, [1e-3] * 1000)
    score = load("l_infinity").score(as_counts(*ref), as_counts(*cur))
    assert score.value is not None
    total = ref + cur
    law = hypergeom(120_000, total, 20_000)
    counts = np.arange(0, total.max() + 1)[:, None]
    gap = np.abs(counts / 20_000 - (total - counts) / 100_000)
    inside = counts <= total
    at_least = (law.pmf(counts) * (inside & (gap >= score.value - 1e-12))).sum(axis=0)
    more = (law.pmf(counts) * (inside & (gap > score.value + 1e-12))).sum(axis=0)
    expected = (2 - np.prod(1 - at_least) - np.prod(1 - more)) / 2
    assert score.p_value == pytest.approx(expected, rel=2e-3)


def test_psi_with_little_smoothing_is_the_textbook_index() -> None:
    p, q = np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.2, 0.3, 0.3, 0.2])
    metric = load("psi", {"smoothing": 1e-12})
    value = metric.score(as_counts(40, 30, 20, 10), as_counts(20, 30, 30, 20)).value
    assert value == pytest.approx(float(((q - p) * np.log(q / p)).sum()), rel=1e-10)


@pytest.mark.parametrize("smoothing", [0, 1, -0.1, float("nan")])
def test_smoothing_out_of_range_is_refused(smoothing: float) -> None:
    with pytest.raises(ConfigError, match="smoothing"):
        load("psi", {"smoothing": smoothing})


def test_psi_of_a_vanished_category_stays_finite() -> None:
    score = load("psi").score(as_counts(50, 50), as_counts(100, 0))
    assert score.value == pytest.approx(psi(np.array([50, 50]), np.array([100, 0])))


def test_disjoint_labels_are_at_total_variation_one() -> None:
    assert load("total_variation").score(as_counts(4, 0), as_counts(0, 7)).value == 1.0


def test_unseen_labels_count_one_by_one_or_together_alike() -> None:
    ref = Counts.from_mapping({"a": 60, "b": 40})
    one = Counts.from_mapping({"a": 30, "b": 20, "c": 50})
    many = Counts.from_mapping({"a": 30, "b": 20, **{f"c{i}": 1 for i in range(50)}})
    metric = load("total_variation")
    assert metric.score(ref, one).value == pytest.approx(0.5, abs=1e-15)
    assert metric.score(ref, many).value == pytest.approx(0.5, abs=1e-15)


def test_missing_values_are_left_out() -> None:
    ref, cur = Counts.from_mapping({"a": 100}), Counts.from_mapping({"a": 40}, null=60)
    assert load("total_variation").score(ref, cur).value == 0.0


def test_two_categories_have_the_exact_p_value_of_two_proportions() -> None:
    found = load("total_variation").score(as_counts(10, 490), as_counts(6, 94)).p_value
    in_cur = np.arange(17)
    gap = np.abs(in_cur / 100 - (16 - in_cur) / 500)
    # What is as far as what was seen counts by half.
    half = np.where(np.isclose(gap, 0.06 - 0.02), 0.5, gap > 0.06 - 0.02)
    assert found == pytest.approx((half * hypergeom(600, 16, 100).pmf(in_cur)).sum(), rel=1e-9)


@pytest.mark.parametrize("zeros", [0.0, 0.4])
@pytest.mark.parametrize("name", ["total_variation", "psi"])
def test_a_few_rows_against_rounded_numbers_are_no_change(name: str, zeros: float) -> None:
    metric, rng, found = load(name), np.random.default_rng(8), []
    for _ in range(120):
        # The bins of rounded values hold unequal numbers of rows.
        before, after = (
            np.where(rng.random(n) < zeros, 0.0, np.round(rng.normal(size=n), 2))
            for n in (5_000, 1)
        )
        found.append(metric.score(Ecdf.of(before), Ecdf.of(after)).p_value)
    # Of one row: by half the chance of the bin that it is in, of which the least has an 18th.
    assert min(found) > 1 / 36
    assert np.mean(found) == pytest.approx(0.5, abs=0.1)
