"""The total variation distance without chance: its bias, its noise, its size and its power."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from mmon.chance.bins.unbiased import excess, is_found, left
from mmon.chance.levels import beyond

SIMULATION = pytest.mark.simulation
N = 5_000


def shares(kind: str, categories: int, distance: float) -> tuple[np.ndarray, np.ndarray]:
    """Two rows of shares that lie so far apart."""
    p = np.full(categories, 1.0 / categories)
    if kind == "zipf":
        p = 1.0 / np.arange(1, categories + 1)
        p /= p.sum()
    if kind == "shift":
        # Bins of equal mass of a normal distribution that moves.
        from scipy.stats import norm

        ends = norm.ppf(np.arange(1, categories) / categories)
        moved = norm.cdf(ends, 2.0 * ndtri(0.5 + distance / 2.0))
        return p, np.diff(np.concatenate([[0.0], moved, [1.0]]))
    q = p.copy()
    if kind == "surge":
        # One category takes from all others.
        taken = distance / (1.0 - p[0])
        q *= 1.0 - taken
        q[0] += taken
    else:
        # Every second category wins what the others lose, each in proportion.
        wins = np.arange(categories) % 2 == 0
        q[wins] *= 1.0 + distance / p[wins].sum()
        q[~wins] *= 1.0 - distance / p[~wins].sum()
    return p, q


def drawn(kind: str, categories: int, distance: float, m: int, repeats: int) -> np.ndarray:
    """(R, 2) the value and its deviation at the level 0.2; and the true distance."""
    p, q = shares(kind, categories, distance)
    rng = np.random.default_rng([categories, m, round(100 * distance)])
    ref, cur = rng.multinomial(N, p, repeats), rng.multinomial(m, q, repeats)
    found = [excess(one, other, 0.2) for one, other in zip(ref, cur, strict=True)]
    return np.array([(one.value, one.deviation) for one in found])


def truth(kind: str, categories: int, distance: float) -> float:
    p, q = shares(kind, categories, distance)
    return 0.5 * float(np.abs(p - q).sum())


@pytest.mark.parametrize("categories", [2, 5, 10, 20, 100, 500])
@pytest.mark.parametrize("repeats", [300, pytest.param(2_000, marks=SIMULATION)])
def test_nothing_is_left_when_nothing_changed(categories: int, repeats: int) -> None:
    """The plug-in distance of 500 categories and 300 rows is 0.55 on average."""
    mean = drawn("shift", categories, 0.0, 300, repeats)[:, 0].mean()
    assert mean < (0.02 if categories == 500 else 0.015) + (0.005 if repeats == 300 else 0.0)


# A surge, or a shift of numbers, is found whatever the categories; what is spread evenly over very
# many of them cannot be told from few rows (Jiao, Han and Weissman 2018), and is understated.
UNDERSTATED = {
    ("shift", 20): 0.02,
    ("shift", 100): 0.05,
    ("zipf", 10): 0.02,
    ("zipf", 20): 0.03,
    ("zipf", 100): 0.04,
    ("half", 10): 0.03,
    ("half", 20): 0.045,
    ("half", 100): 0.07,
}


@pytest.mark.parametrize("distance", [0.1, 0.2, 0.3])
@pytest.mark.parametrize("kind", ["shift", "surge", "zipf", "half"])
@pytest.mark.parametrize("categories", [2, 5, 10, 20, 100])
@pytest.mark.parametrize("repeats", [200, pytest.param(2_000, marks=SIMULATION)])
def test_the_bias_of_a_true_distance_is_small(
    kind: str, categories: int, distance: float, repeats: int
) -> None:
    bias = drawn(kind, categories, distance, 300, repeats)[:, 0].mean()
    bias -= truth(kind, categories, distance)
    slack = 0.008 if repeats == 200 else 0.0
    assert bias < 0.012 + slack
    assert bias > -UNDERSTATED.get((kind, categories), 0.013) - slack


@pytest.mark.parametrize("m", [50, 100, 300, 1_000])
@pytest.mark.parametrize("kind", ["shift", "surge", "half"])
@pytest.mark.parametrize("categories", [2, 10, 20, 100])
@pytest.mark.parametrize("repeats", [200, pytest.param(2_000, marks=SIMULATION)])
def test_the_level_itself_is_detected_as_often_as_it_may(
    kind: str, categories: int, m: int, repeats: int
) -> None:
    value, deviation = drawn(kind, categories, 0.2, m, repeats).T
    size = np.mean([beyond(v - 0.2, d) <= 0.05 for v, d in zip(value, deviation, strict=True)])
    # Two categories have few values: their p-values are as discrete as they are.
    assert size <= (0.07 if categories == 2 else 0.055) + (0.05 if repeats == 200 else 0.0)


@pytest.mark.parametrize("alpha", [0.05, 5e-4])
@pytest.mark.parametrize("m", [50, 100, 300, 1_000, 5_000])
@pytest.mark.parametrize("kind", ["shift", "surge", "half"])
@pytest.mark.parametrize("categories", [2, 10, 20, 100, 500])
@pytest.mark.parametrize("repeats", [200, pytest.param(2_000, marks=SIMULATION)])
def test_where_it_is_said_to_be_found_twice_the_level_is(
    kind: str, categories: int, m: int, alpha: float, repeats: int
) -> None:
    p, q = shares(kind, categories, 0.4)
    pooled = np.rint(N * p + m * q).astype(np.int64)
    if not is_found(pooled, N, m, 0.2, alpha):
        return
    value, deviation = drawn(kind, categories, 0.4, m, repeats).T
    power = np.mean([beyond(v - 0.2, d) <= alpha for v, d in zip(value, deviation, strict=True)])
    true = truth(kind, categories, 0.4)
    assert power >= (0.75 if true > 0.38 else 0.7) - (0.1 if repeats == 200 else 0.0)


@pytest.mark.parametrize("categories", [1, 2, 10, 500])
def test_what_is_found_of_a_distance_grows_with_rows_and_with_the_distance(categories: int) -> None:
    pooled = np.full(categories, 1_000)
    rows = [left(pooled, N, m, 0.4)[0] for m in (30, 300, 3_000, 30_000)]
    assert rows == sorted(rows)
    distances = [left(pooled, N, 300, distance)[0] for distance in (0.1, 0.2, 0.4, 0.8)]
    assert distances == sorted(distances)
    assert left(pooled, 10**9, 10**9, 0.3)[0] == pytest.approx(0.3, abs=1e-3)


@pytest.mark.parametrize("p", [(0.966, 0.034), (0.9998, 0.0002), (0.98, 0.01, 0.005, 0.005)])
def test_a_distance_is_found_where_one_category_fills_a_column(p: tuple[float, ...]) -> None:
    rng = np.random.default_rng(len(p))
    q = np.array(p) - np.eye(len(p))[0] * 0.4 + np.eye(len(p))[1] * 0.4
    ref, cur = rng.multinomial(17_000, p, 200), rng.multinomial(2_900, q, 200)
    mean = np.mean([excess(one, other).value for one, other in zip(ref, cur, strict=True)])
    pooled = (20_000 * np.array(p)).astype(np.int64)
    found, deviation = left(pooled, 17_000, 2_900, 0.4)
    assert found == pytest.approx(mean, abs=0.005)
    assert deviation == pytest.approx(0.01, abs=0.001)
    assert is_found(pooled, 17_000, 2_900, 0.2, 1e-4)


def test_nothing_at_all_is_left_of_what_chance_explains() -> None:
    found = excess(np.array([700, 200, 100]), np.array([69, 21, 10]), 0.2)
    assert found.value == 0.0


def test_one_row_that_is_alike_by_itself_proves_nothing() -> None:
    found = excess(np.array([1, 0]), np.array([0, 3_000]), 0.2)
    assert beyond(found.value - 0.2, found.deviation) > 0.025


@pytest.mark.parametrize("unchanged", [2, 6, 10, 40])
@pytest.mark.parametrize("rows", [300, 500, 2_000, 10_000])
def test_two_categories_that_swapped_are_seen_among_others(unchanged: int, rows: int) -> None:
    """A distance of twice the level is told from it, and its interval is no wider for them."""
    rng = np.random.default_rng(rows + unchanged)
    rest = np.full(unchanged, 0.5 / unchanged)
    before, after = np.r_[0.45, 0.05, rest], np.r_[0.05, 0.45, rest]
    drawn = [(rng.multinomial(rows, before), rng.multinomial(rows, after)) for _ in range(50)]
    found = [excess(ref, cur, 0.2) for ref, cur in drawn]
    assert all(beyond(one.value - 0.2, one.deviation) <= 0.05 for one in found)
    assert max(one.deviation for one in found) <= 1.2 / math.sqrt(rows)


def test_one_row_more_or_less_does_not_decide() -> None:
    """Which of two formulas the rest of the distance comes from moves its noise little."""
    ref = np.array([6_500, 500, 1_500, 1_500])
    one, other = (
        excess(ref, np.array(cur), 0.2)
        for cur in ([500, 6_499, 1_451, 1_550], [500, 6_500, 1_450, 1_550])
    )
    assert one.value == pytest.approx(0.6, abs=1e-3)
    assert one.deviation == pytest.approx(other.deviation, rel=0.1)
