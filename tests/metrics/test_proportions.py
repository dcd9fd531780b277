"""The exact test of two proportions against scipy and rational arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import hypergeom, norm

from mmon.chance.proportions import (
    SMALLEST,
    log_hypergeometric,
    log_tail,
    one_sided,
    two_proportions,
)


def mid_p(k_ref: int, n: int, k_cur: int, m: int) -> float:
    total = k_ref + k_cur
    counts = range(max(0, total - n), min(total, m) + 1)
    gaps = [abs(Fraction(k, m) - Fraction(total - k, n)) for k in counts]
    seen = abs(Fraction(k_cur, m) - Fraction(k_ref, n))
    weights = [1.0 if gap > seen else 0.5 if gap == seen else 0.0 for gap in gaps]
    return float(np.dot(weights, hypergeom.pmf(list(counts), n + m, total, m)))


@given(st.data())
def test_small_tables_have_the_exact_mid_p_value(data: st.DataObject) -> None:
    n, m = data.draw(st.integers(1, 300)), data.draw(st.integers(1, 300))
    k_ref, k_cur = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    p_value = two_proportions(k_ref, n, k_cur, m)
    if k_ref * m == k_cur * n:
        assert p_value == 1.0
    else:
        assert p_value == pytest.approx(mid_p(k_ref, n, k_cur, m), rel=1e-9)


@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 70), st.integers(1, 70))
def test_exchanging_the_sides_changes_nothing(k_ref: int, n: int, k_cur: int, m: int) -> None:
    k_ref, k_cur = min(k_ref, n), min(k_cur, m)
    forward, backward = two_proportions(k_ref, n, k_cur, m), two_proportions(k_cur, m, k_ref, n)
    assert forward == pytest.approx(backward, rel=1e-9)


@pytest.mark.parametrize(("n", "m", "total"), [(500, 100, 60), (10_000, 1000, 5500)])
def test_probability_mass_is_that_of_scipy(n: int, m: int, total: int) -> None:
    counts = np.arange(max(0, total - n), min(total, m) + 1)
    ours = np.exp(log_hypergeometric(counts.astype(float), total, n, m))
    np.testing.assert_allclose(ours, hypergeom.pmf(counts, n + m, total, m), rtol=1e-10)


@pytest.mark.parametrize("deviations", [0.3, 1, 2, 4, 8, 16])
@pytest.mark.parametrize(("n", "m", "total"), [(10_000, 1000, 110), (200_000, 200_000, 90_000)])
def test_saddlepoint_tail_is_that_of_scipy(n: int, m: int, total: int, deviations: float) -> None:
    law = hypergeom(n + m, total, m)
    start = int(law.mean() + deviations * law.std()) + 1
    ours = log_tail(np.array([float(start)]), np.array([float(total)]), n, m)[0]
    assert ours == pytest.approx(law.logsf(start - 1), abs=1e-3)


def test_a_billion_rows_agree_with_the_normal_limit() -> None:
    n = m = 10**9
    k_ref, k_cur = 10**8, 10**8 + 60_000
    share = (k_ref + k_cur) / (n + m)
    z = (k_cur - k_ref) / np.sqrt(share * (1 - share) * 2 * n)
    assert two_proportions(k_ref, n, k_cur, m) == pytest.approx(2 * norm.sf(z), rel=1e-3)


@pytest.mark.slow
def test_summed_and_approximated_tables_join_smoothly() -> None:
    # The variance passes the limit between these two tables.
    for k_ref, n, k_cur, m in ((7000, 14_000, 3700, 7000), (8000, 16_000, 4200, 8000)):
        assert two_proportions(k_ref, n, k_cur, m) == pytest.approx(
            mid_p(k_ref, n, k_cur, m), rel=1e-6
        )


def test_extreme_tables_resolve_far_and_never_reach_zero() -> None:
    assert 0 < two_proportions(100, 1000, 700, 1000) < 1e-150
    assert two_proportions(0, 10**9, 10**8, 10**9) == SMALLEST


@pytest.mark.parametrize("table", [(-1, 5, 0, 5), (6, 5, 0, 5), (0, 5, 6, 5)])
def test_impossible_counts_are_refused(table: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="not counts of totals"):
        two_proportions(*table)


@pytest.mark.parametrize("table", [(0, 0, 3, 5), (0, 5, 0, 7), (5, 5, 7, 7)])
def test_tables_that_can_show_nothing_have_p_value_one(table: tuple[int, int, int, int]) -> None:
    assert two_proportions(*table) == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.02, 0.3])
@pytest.mark.parametrize(("n", "m"), [(500, 100), (1000, 300)])
def test_size_is_near_nominal(n: int, m: int, share: float) -> None:
    rng = np.random.default_rng([n, m])
    tables = zip(rng.binomial(n, share, 2000), rng.binomial(m, share, 2000), strict=True)
    p_values = np.array([two_proportions(int(k), n, int(c), m) for k, c in tables])
    # Two and a half standard errors beyond the exact sizes, 0.042 to 0.051.
    assert 0.031 <= np.mean(p_values <= 0.05) <= 0.063


@pytest.mark.parametrize(("hits", "rows"), [(0, 1), (3, 10), (10, 10), (470, 500)])
@pytest.mark.parametrize("level", [0.0, 0.05, 0.9, 1.0])
def test_a_share_against_a_level_is_scipys_binomial_test(hits: int, rows: int, level: float):
    for is_floor, side in ((True, "less"), (False, "greater")):
        expected = stats.binomtest(hits, rows, level, alternative=side).pvalue
        found = one_sided(hits, rows, level, is_floor=is_floor)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-300)
