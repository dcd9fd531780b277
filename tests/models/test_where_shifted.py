"""Where a relation changed: the rule that was planted, told by rows that did not choose it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mmon.models.learners import Targets
from mmon.models.rows import Rows, rows_of
from mmon.models.where_shifted import where_shifted
from tests.models.relations import learnt, loans, of_loans, smooth

pytestmark = pytest.mark.models


@pytest.mark.slow
def test_the_rule_that_was_planted_is_told() -> None:
    rows, targets = of_loans(np.random.default_rng(1), 6_000)
    first, *rest = where_shifted(learnt(rows, targets), rows)
    assert first.rule.startswith("region = north and income < 3")
    assert (first.before, first.after) == (
        pytest.approx(0.07, abs=0.04),
        pytest.approx(0.44, abs=0.06),
    )
    assert first.share == pytest.approx(0.25 * 0.42, abs=0.02)
    assert first.p_value < 1e-9
    assert not rest


def test_nothing_is_told_where_nothing_changed() -> None:
    rows, targets = smooth(np.random.default_rng(2), 2_000, 2_000, moved=0.7)
    assert where_shifted(learnt(rows, targets), rows) == ()


def test_what_changed_alike_everywhere_changed_in_no_place() -> None:
    rng = np.random.default_rng(3)
    (ref, _), (cur, _) = loans(rng, 2_000), loans(rng, 2_000)
    rows = rows_of(ref, cur)
    sides = (rng.random(2_000) < risk for risk in (0.1, 0.9))
    assert where_shifted(learnt(rows, Targets(*(one * 1.0 for one in sides), 2)), rows) == ()


def test_other_inputs_of_a_rule_do_not_show_as_a_change() -> None:
    rng = np.random.default_rng(4)
    rows, targets = smooth(rng, 3_000, 3_000, moved=0.7, change=4.0)
    (first, *_) = where_shifted(learnt(rows, targets), rows)
    assert "c ≥ 0.5" in first.rule
    # Log-odds of 0, 0.7 and 4.7 at the inputs in the middle of both sides.
    assert first.before < 0.8 < first.after


def test_a_regression_tells_the_mean_of_the_target() -> None:
    rng = np.random.default_rng(5)
    frames = [loans(rng, 2_000)[0] for _ in range(2)]
    targets = [100.0 + rng.normal(size=2_000) for _ in frames]
    targets[1] += 10.0 * (frames[1]["age"] >= 50.0).to_numpy()
    rows = rows_of(*frames)
    (first, *_) = where_shifted(learnt(rows, Targets(*targets, 0)), rows)
    assert first.rule == "age ≥ 50"
    assert (first.before, first.after) == (
        pytest.approx(100.0, abs=0.5),
        pytest.approx(110.0, abs=0.5),
    )


def test_of_several_classes_the_one_that_changed_most_is_told() -> None:
    rng = np.random.default_rng(6)
    x = [rng.normal(size=(1_500, 1)) for _ in range(2)]
    targets = [rng.integers(0, 2, 1_500).astype(np.float64) for _ in x]
    targets[1][x[1][:, 0] > 0.0] = 2.0
    rows = Rows(*x, np.array([False]), ("x",))
    found = where_shifted(learnt(rows, Targets(*targets, 3)), rows)
    assert {one.code for one in found} == {2}
    assert found[0].after == pytest.approx(1.0, abs=0.02)


def test_dates_and_missing_values_are_told_as_such() -> None:
    rng = np.random.default_rng(7)
    day_us = 86_400_000_000
    frames = [
        pl.DataFrame(
            {
                "opened": rng.integers(19_000 * day_us, 19_100 * day_us, 2_000),
                "debt": np.where(rng.random(2_000) < 0.3, np.nan, rng.normal(size=2_000)),
            }
        ).with_columns(pl.col("debt").fill_nan(None))
        for _ in range(2)
    ]
    rows = rows_of(*frames)
    before = (rng.random(2_000) < 0.1) * 1.0
    late = (frames[1]["opened"] >= 19_050 * day_us).to_numpy()
    (first, *_) = where_shifted(learnt(rows, Targets(before, late * 1.0, 2)), rows)
    assert first.rule == "opened ≥ 2022-02-27"
    lost = frames[1]["debt"].is_null().to_numpy()
    (first, *_) = where_shifted(learnt(rows, Targets(before, lost * 1.0, 2)), rows)
    assert first.rule == "debt is missing"


@pytest.mark.parametrize("features", [1, 60])
def test_any_number_of_constant_features_is_no_rule(features: int) -> None:
    x = np.full((400, features), np.nan)
    names = tuple(f"x{place}" for place in range(features))
    rows = Rows(x, x, np.zeros(features, bool), names)
    half = (np.arange(400) % 2) * 1.0
    assert where_shifted(learnt(rows, Targets(half, half, 2)), rows) == ()
