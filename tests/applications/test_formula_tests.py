"""What is significant in numbers of one's own, beside tests of other libraries."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from scipy import stats

from mmon.chance.proportions import two_proportions
from mmon.results import Status
from tests.applications.number_runs import document, one, sales

BEFORE, AFTER = sales(2000), sales(1500, seed=1, refunds=0.06)


def test_a_mean_without_levels_has_the_p_value_of_welch() -> None:
    (found,) = one(BEFORE, AFTER, "avg(items)")
    expected = stats.ttest_ind(BEFORE["items"], AFTER["items"], equal_var=False)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-6)
    assert found.status is Status.IRRELEVANT
    assert not found.gating


def test_a_share_is_tested_as_two_proportions_are() -> None:
    (found,) = one(BEFORE, AFTER, "avg(refund > 0)")
    hits = [int((side["refund"] > 0).sum()) for side in (BEFORE, AFTER)]
    assert found.p_value == two_proportions(hits[0], 2000, hits[1], 1500)
    assert found.quantity.unit == "share"


def test_a_share_beyond_its_level_has_the_p_value_of_the_binomial() -> None:
    (found,) = one(BEFORE, AFTER, "avg(refund > 0)", thresholds={"max": {"detected": 0.04}})
    hits = int((AFTER["refund"] > 0).sum())
    expected = stats.binomtest(hits, 1500, 0.04, alternative="greater").pvalue
    assert found.q_value == pytest.approx(expected)
    assert found.status is Status.DETECTED


@pytest.mark.parametrize(
    ("sql", "transform"),
    [
        ("sum(refund) / sum(price)", lambda p, r: (r.sum(), p.sum())),
        ("stddev(refund)", lambda p, r: (r.std(ddof=1), 1.0)),
        ("log(avg(refund) + 1, 10) * 3", lambda p, r: (3 * math.log10(r.mean() + 1), 1.0)),
    ],
)
def test_the_interval_of_a_function_of_means_is_that_of_the_jackknife(sql, transform) -> None:
    (found,) = one(BEFORE, AFTER, sql)
    price, refund = AFTER["price"].fill_null(0.0).to_numpy(), AFTER["refund"].to_numpy()
    rows = len(price)

    def value(keep) -> float:
        above, below = transform(price[keep], refund[keep])
        return above / below

    left_out = [value(np.arange(rows) != row) for row in range(rows)]
    error = math.sqrt((rows - 1) * np.var(left_out))
    assert found.value == pytest.approx(value(np.arange(rows)))
    assert found.interval[1] - found.value == pytest.approx(1.96 * error, rel=0.1)


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("max(refund)", "smallest or largest"),
        ("sum(refund)", "grows with the rows"),
        ("count(*)", "grows with the rows"),
        ("case when avg(items) > 4 then 1 else 0 end", "jumps or kinks"),
    ],
)
def test_what_has_no_test_says_so_and_its_value_alone_decides(sql, why) -> None:
    (found,) = one(BEFORE, AFTER, sql, thresholds={"max": {"detected": 0.5}})
    assert why in found.reason
    assert found.p_value is None
    assert found.status is Status.DETECTED


def test_a_rise_and_a_drop_are_in_the_numbers_own_unit() -> None:
    after = AFTER.with_columns(pl.col("items") + 3)
    limits = {"max_rise": {"detected": 2.0}, "max_drop": {"detected": 2.0}}
    found = one(BEFORE, after, "avg(items)", thresholds=limits)
    rise, drop = (next(r for r in found if r.aspect == aspect) for aspect in ("rise", "drop"))
    gap = after["items"].mean() - BEFORE["items"].mean()
    assert (rise.status, drop.status) == (Status.DETECTED, Status.NO_DETECTION)
    assert rise.value == pytest.approx(gap)
    assert drop.value == pytest.approx(-gap)


def test_too_few_rows_are_inconclusive_and_say_how_many_it_takes() -> None:
    few = AFTER.filter(pl.col("refund") == 0.0).head(10)
    (found,) = one(BEFORE, few, "avg(refund > 0)", thresholds={"max": {"detected": 0.05}})
    assert found.status is Status.INCONCLUSIVE
    assert found.rows_needed > 50


def test_rows_that_follow_each_other_count_as_fewer() -> None:
    rng = np.random.default_rng(3)

    def walk(rows: int) -> pl.DataFrame:
        noise, values = rng.normal(size=rows), np.zeros(rows)
        for row in range(1, rows):
            values[row] = 0.9 * values[row - 1] + noise[row]
        return sales(rows).with_columns(price=values)

    found = document(
        walk(3000),
        walk(3000),
        [{"name": "mine", "sql": "avg(price)"}],
        columns={"timestamp": "at"},
    )
    (result,) = [r for r in found.results if r.application == "mine"]
    half = result.interval[1] - result.value
    assert half > 3 * 1.96 * 2.3 / math.sqrt(3000)
    assert "rows follow each other: 3,000 count as about" in result.reason
