"""A classifier that tells production from the reference: its rows, its area and its drivers."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from mmon.chance.ranks.areas import area, exponential_variance, mean_area
from mmon.models.domain import separation
from mmon.models.parted import FEWEST
from mmon.models.rows import rows_of
from tests.statistics.domain_samples import frames

pytestmark = pytest.mark.models


@pytest.mark.parametrize("decimals", [0, 1, 8])
def test_the_area_and_its_test_are_those_of_the_oracles(decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    ref, cur = rng.normal(size=70).round(decimals), rng.normal(0.3, 1, 50).round(decimals)
    found = area(ref, cur)
    sides = np.repeat([0, 1], [70, 50])
    assert found.value == pytest.approx(roc_auc_score(sides, np.concatenate([ref, cur])))
    expected = stats.mannwhitneyu(
        cur, ref, alternative="greater", use_continuity=False, method="asymptotic"
    )
    assert found.p_value == pytest.approx(expected.pvalue)


def test_the_interval_holds_the_area_of_exponential_scores_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    true = 0.8  # of rates of 1 and 4
    held = []
    for _ in range(400):
        low, high = area(rng.exponential(1, 200), rng.exponential(4, 100)).interval()
        held.append(low <= true <= high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.03)
    variances = [area(rng.exponential(1, 90), rng.exponential(4, 60)).variance for _ in range(200)]
    assert np.mean(variances) == pytest.approx(exponential_variance(true, 90, 60), rel=0.1)


def test_scores_that_are_all_alike_or_all_apart_have_an_area() -> None:
    alike = area(np.ones(5), np.ones(4))
    assert (alike.value, alike.p_value) == (0.5, 1.0)
    apart = area(np.zeros(50), np.ones(40))
    assert apart.value == 1.0
    assert 0.9 < apart.interval()[0] < apart.interval()[1] == 1.0


def test_the_mean_of_areas_has_the_variance_of_their_mean() -> None:
    one = area(np.arange(20.0), np.arange(10.0, 30.0))
    both = mean_area([one, one])
    assert (both.value, both.variance) == (one.value, one.variance / 2)


def test_categories_are_coded_by_how_frequent_they_are_on_both_sides_together() -> None:
    many = [f"rare {place}" for place in range(300)]
    ref = pl.DataFrame({"x": [1.0, None], "c": ["b", "a"], "old": [1, 2]})
    cur = pl.DataFrame({"c": ["a", None, *many], "x": [np.inf, -np.inf, *range(300)]})
    rows = rows_of(ref, cur)
    assert rows.names == ("x", "c")
    assert rows.is_category.tolist() == [False, True]
    np.testing.assert_array_equal(rows.ref[:, 1], [1.0, 0.0])
    assert np.isnan(rows.ref[1, 0])
    assert np.isnan(rows.cur[1, 1])
    assert rows.cur[:2, 1].tolist()[0] == 0.0
    assert np.nanmax(rows.cur[:, 1]) == 253.0
    assert np.isfinite(rows.cur[:, 0]).all()


@pytest.mark.slow
def test_the_area_is_that_of_cross_validation() -> None:
    rng = np.random.default_rng(2)
    rows = rows_of(*frames(rng, 1500, 1200, shift=0.7))
    told = separation(rows)
    values = np.concatenate([rows.ref, rows.cur])
    sides = np.repeat([0, 1], [1500, 1200])
    model = HistGradientBoostingClassifier(
        max_iter=40, max_leaf_nodes=8, categorical_features=rows.is_category, random_state=0
    )
    scores = cross_val_predict(model, values, sides, cv=5, method="decision_function")
    assert told.area.value == pytest.approx(roc_auc_score(sides, scores), abs=0.03)
    assert told.drivers[0].name == "x"
    assert told == separation(rows)


def test_a_side_beside_itself_is_not_told_apart() -> None:
    ref, _ = frames(np.random.default_rng(3), 300, 1)
    told = separation(rows_of(ref, ref))
    assert told.area.value == pytest.approx(0.5)
    assert told.drivers == ()


def test_a_relation_that_changed_alone_is_told_apart() -> None:
    rng = np.random.default_rng(4)
    told = separation(rows_of(*frames(rng, 2000, 2000, correlation=0.9)))
    assert told.area.value > 0.7
    assert {one.name for one in told.drivers} == {"x", "y"}


@pytest.mark.parametrize(("n", "m"), [(FEWEST, FEWEST), (3000, FEWEST), (FEWEST, 3000)])
def test_few_rows_are_enough_to_be_tested(n: int, m: int) -> None:
    told = separation(rows_of(*frames(np.random.default_rng(5), n, m)))
    assert told.area.p_value > 1e-4
    assert max(told.n, told.m) <= 4 * FEWEST


@pytest.mark.slow
def test_of_many_features_fewer_rows_are_looked_at() -> None:
    rng = np.random.default_rng(6)
    wide = [pl.DataFrame(rng.normal(size=(2500, 500)).round(2)) for _ in range(2)]
    told = separation(rows_of(*wide))
    assert told.n == told.m == 1000


def test_a_feature_that_all_rows_lack_tells_nothing() -> None:
    rng = np.random.default_rng(8)
    ref, cur = (pl.DataFrame({"x": rng.normal(at, 1.0, 400)}) for at in (0.0, 1.0))
    lacking = pl.lit(None, dtype=pl.Float64).alias("none")
    plain, more = (
        separation(rows_of(*(side.with_columns(also) for side in (ref, cur))))
        for also in ([], [lacking])
    )
    assert more.area.value == pytest.approx(plain.area.value, abs=0.02)
