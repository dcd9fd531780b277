"""Changes of associations against SciPy, and their variances against the jackknife."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from mmon.chance.associations import table_change
from mmon.chance.pair_changes import PairChanges, of_correlations, of_tables
from mmon.chance.ranks.correlations import rank_correlations

Numbers = NDArray[np.float64]
RNG = np.random.default_rng(0)
X, E = RNG.normal(size=(2, 300))
Z = RNG.poisson(0.5, 300)
PAIRS: dict[str, tuple[Numbers, Numbers]] = {
    "independent": (X, E),
    "rho 0.8": (X, 0.8 * X + 0.6 * E),
    "rho 0.95": (X, 0.95 * X + 0.312 * E),
    "one tells the spread of the other": (X, np.abs(X) + 0.3 * E),
    "heavy tails": (np.tan(X), np.tan(X) + np.tan(E)),
    "ties": (RNG.poisson(0.5, 300) + Z, RNG.poisson(0.5, 300) + Z),
    "yes or no": ((X > 0.3) * 1.0, (X + E > 0.5) * 1.0),
    "infinite": (np.where(X > 1, np.inf, X), np.where(X + E < 0, -np.inf, E)),
}


@pytest.mark.parametrize("case", list(PAIRS))
def test_correlations_are_those_of_scipy_and_vary_as_the_jackknife_says(case: str) -> None:
    x, y = (np.asarray(one, dtype=np.float64) for one in PAIRS[case])
    told = rank_correlations(np.column_stack([x, y]))
    assert told.value[0, 1] == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    at = np.arange(len(x))
    left = [stats.spearmanr(x[at != i], y[at != i]).statistic for i in at]
    jackknife = (len(x) - 1) * np.var(left)
    assert told.variance[0, 1] == pytest.approx(jackknife, rel=0.03)


def test_missing_values_leave_the_rows_that_have_both() -> None:
    x, y = PAIRS["rho 0.8"]
    x, y = (np.where(RNG.random(300) < 0.2, np.nan, one) for one in (x, y))
    told = rank_correlations(np.column_stack([x, y]))
    both = ~np.isnan(x + y)
    assert told.rows[0, 1] == both.sum()
    # The ranks are those among all values of a column.
    assert told.value[0, 1] == pytest.approx(stats.spearmanr(x[both], y[both])[0], abs=0.01)


def test_constant_columns_and_none_have_no_correlation() -> None:
    told = rank_correlations(np.column_stack([X, np.ones(300), np.full(300, np.nan)]))
    assert np.isnan(told.value[0, 1:]).all()
    assert told.varied.tolist() == [1 - 1 / 300, 0.0, 1.0]
    assert rank_correlations(np.empty((5, 0))).value.shape == (0, 0)


def table(rows: int, share: Numbers, seed: int) -> Numbers:
    drawn = np.random.default_rng(seed).multinomial(rows, share.ravel())
    return drawn.reshape(share.shape).astype(np.float64)


def bergsma(counts: Numbers) -> float:
    n, (r, c) = counts.sum(), counts.shape
    chi_square = stats.chi2_contingency(counts, correction=False).statistic
    phi = max(0.0, chi_square / n - (r - 1) * (c - 1) / (n - 1))
    low = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1))
    return float(np.sqrt(phi / (low - 1)))


TABLE = np.outer([0.2, 0.3, 0.5], [0.1, 0.2, 0.3, 0.4]) + 0.04 * np.array(
    [[1, 0, -1, 0], [0, 1, 0, -1], [-1, -1, 1, 1]]
)


def test_each_side_has_the_v_of_bergsma() -> None:
    ref, cur = table(2000, TABLE, 1), table(900, TABLE, 2)
    told = table_change(ref, cur)
    assert told is not None
    assert (told.ref, told.cur) == pytest.approx((bergsma(ref), bergsma(cur)), abs=1e-12)


def test_the_variance_of_a_table_is_that_of_tables_drawn_again() -> None:
    told = [
        table_change(table(2000, TABLE, 2 * i), table(900, TABLE, 2 * i + 1)) for i in range(400)
    ]
    drawn = of_tables([one for one in told if one is not None])
    mean = float((drawn.unit * drawn.freedom).mean())
    assert mean == pytest.approx(float(drawn.squared.mean()), rel=0.12)


def test_of_yes_or_no_it_is_the_change_of_the_correlation() -> None:
    ref, cur = table(900, np.full((2, 2), 0.25), 3), np.array([[200.0, 100.0], [50.0, 250.0]])
    told = table_change(ref, cur)
    assert told is not None
    phis = [one[0, 0] * one[1, 1] - one[0, 1] * one[1, 0] for one in (ref, cur)]
    phis = [
        phi / np.sqrt(one.sum(0).prod() * one.sum(1).prod())
        for phi, one in zip(phis, (ref, cur), strict=True)
    ]
    # The residuals differ by the margins of both sides, which are not quite the same.
    assert np.sqrt(told.squared) == pytest.approx(phis[1] - phis[0], abs=0.02)


def test_a_category_that_became_more_frequent_is_no_change() -> None:
    after = np.outer([0.6, 0.3, 0.1], [0.1, 0.2, 0.3, 0.4])
    ref, cur = (1000 * one for one in (np.outer([0.2, 0.3, 0.5], after.sum(0)), after))
    told = table_change(ref, cur)
    assert told is not None
    assert told.squared == pytest.approx(0.0, abs=1e-20)


def test_rare_categories_are_left_out() -> None:
    ref = table(2000, TABLE, 5)
    rare = np.vstack([ref, [3, 2, 0, 1]])
    assert table_change(rare, rare) == table_change(ref, ref)
    assert table_change(ref[:1], ref[:1]) is None
    assert table_change(np.diag([200.0, 3.0]), np.diag([200.0, 3.0])) is None


def test_categories_that_tell_each_other_do_not_vary() -> None:
    same = np.diag([100.0, 200.0, 300.0])
    told = table_change(same, same)
    assert told is not None
    assert of_tables([told]).p_value == 1.0
    broken = table_change(same, same - np.diag([50.0] * 3) + np.roll(np.diag([50.0] * 3), 1, 0))
    assert broken is not None
    assert of_tables([broken]).p_value < 1e-6


def changes(before: Numbers, after: Numbers, deviation: float) -> PairChanges:
    spread = np.full(len(before), deviation**2 / 2.0)
    return of_correlations(before, after, (spread, spread))


def test_p_values_are_corrected_and_the_largest_change_is_less_chance() -> None:
    before, after = np.zeros(100), np.zeros(100)
    after[7] = 0.3
    told = changes(before, after, 0.05)
    z = np.arctanh(0.3) / np.sqrt(0.00125 * (1 + 1 / 0.91**2))
    assert told.p_value == pytest.approx(100 * 2 * stats.norm.sf(z))
    assert told.p_value_against(0.1) == pytest.approx(100 * stats.norm.sf(4.0))
    chance = 0.05 * stats.norm.isf(stats.norm.sf(1.0) / 100)
    assert told.change.max() == pytest.approx(np.sqrt(0.09 - chance**2))
    reach = 0.05 * stats.norm.isf(0.025 / 100)
    assert told.interval() == pytest.approx((0.3 - reach, 0.3 + reach))


def test_a_pair_that_tells_itself_on_one_side_alone_is_told() -> None:
    perfect, near = np.array([1.0]), np.array([0.9])
    assert changes(perfect, perfect, 0.0).p_value == 1.0
    nothing, some = np.zeros(1), np.full(1, 1e-4)
    assert of_correlations(perfect, near, (nothing, some)).p_value < 1e-6
