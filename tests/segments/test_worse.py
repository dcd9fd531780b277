"""Segments that got worse are named, once, and nothing else is."""

from __future__ import annotations

import dataclasses
import math
import time

import numpy as np
import pytest

from mmon.profiles.features.tables import FeatureTables
from mmon.results import Task
from mmon.segments import Side, segment_words, worse_segments
from tests.segments.simulate import (
    CHANGED,
    REGRESSION,
    UNCHANGED,
    Setting,
    binnings,
    classified,
    draw,
    false_alarm,
    hit,
    overlap,
    regressed,
    searched,
    slice_of,
)
from tests.segments.simulate import MULTICLASS as CLASSES
from tests.statistics.sequential import Claim, broken_claims

QUICK = {
    "quick": Setting(n=3_000, m=3_000, features=4, uneven=0.5, alike=0.5),
    "quick, few production rows": Setting(n=4_000, m=600, features=4, level=0.03),
    "quick, lognormal": Setting(n=2_000, m=2_000, features=4, errors="lognormal1"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_nothing_is_named_when_nothing_got_worse_in_a_quick_look(name):
    assert not broken_claims({"named": [Claim(0.05, 0.2)]}, false_alarm(QUICK[name]))


@pytest.mark.simulation
@pytest.mark.parametrize("name", UNCHANGED)
def test_nothing_is_named_when_nothing_got_worse(name):
    assert not broken_claims({"named": [Claim(0.05, 0.08)]}, false_alarm(UNCHANGED[name]))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["category", "pair"])
def test_a_slice_that_got_worse_is_found_in_a_quick_look(name):
    claims = {"found": [Claim(0.8, 0.4)], "tenths named": [Claim(0.2, 0.4)]}
    assert not broken_claims(claims, hit(CHANGED[name]))


@pytest.mark.simulation
@pytest.mark.parametrize("name", CHANGED)
def test_a_slice_that_got_worse_is_found(name):
    claims = {"found": [Claim(0.8, 0.74)], "tenths named": [Claim(0.15, 0.2)]}
    assert not broken_claims(claims, hit(CHANGED[name]))


@pytest.mark.parametrize(
    "claim",
    [Claim(0.95, 0.7), pytest.param(Claim(0.95, 0.9), marks=pytest.mark.simulation)],
    ids=str,
)
def test_a_category_of_twenty_is_found_wherever_it_is_in_their_order(claim: Claim) -> None:
    """A category of 5 % that got 15 points worse, beside nineteen that are as frequent."""
    rng = np.random.default_rng(21)
    names = np.array([f"city {index}" for index in range(20)], dtype=object)

    def one(_):
        chosen, sides = names[rng.integers(20)], []
        features = [
            {"city": names[rng.integers(0, 20, 20_000)], "a": rng.normal(size=20_000)} for _ in "12"
        ]
        plan = binnings(features[0])
        for is_cur, columns in enumerate(features):
            rate = 0.1 + 0.15 * is_cur * (columns["city"] == chosen)
            side = classified(columns, rng.random(20_000) < rate)
            sides.append(searched(plan, CLASSES, side, rng))
        found = worse_segments(*sides, task=Task.BINARY, alpha=0.05).segments
        return {"found": any(segment.label == f"city = {chosen}" for segment in found)}

    assert not broken_claims({"found": [claim]}, one)


def two_sides(worse_share: float, *, sample_rows: int = 50_000, rows: int = 20_000):
    """Two categories and a number; c = x got worse by ``worse_share``, and d = v by a half."""
    rng = np.random.default_rng(8)
    sides = []
    for is_cur in (False, True):
        c = np.array(["w", "x", "y", None], dtype=object)[rng.integers(0, 4, rows)]
        d = np.array(["u", "v"], dtype=object)[(rng.random(rows) < 0.1).astype(int)]
        a = rng.normal(size=rows)
        rate = 0.1 + is_cur * (worse_share * (c == "x") + worse_share / 2 * (d == "v"))
        sides.append(classified({"c": c, "d": d, "a": a}, rng.random(rows) < rate))
    plan = binnings(sides[0].features)
    ref, cur = (searched(plan, CLASSES, side, rng, sample_rows=sample_rows) for side in sides)
    return ref, cur, sides


@pytest.mark.parametrize("sample_rows", [50_000, 8_000])
def test_each_of_two_segments_is_named_once_with_its_facts(sample_rows):
    ref, cur, (_, side) = two_sides(0.2, sample_rows=sample_rows)
    found = worse_segments(ref, cur, task=Task.BINARY, alpha=0.05)
    assert [one.label for one in found.segments] == ["c = x", "d = v"]
    first = found.segments[0]
    inside = side.features["c"] == "x"
    assert first.rows == inside.sum()
    assert first.share == pytest.approx(inside.mean())
    assert first.production_value == pytest.approx(side.loss[inside].mean())
    assert first.excess == pytest.approx(0.2, abs=0.03)
    assert first.columns == ("c",)
    assert first.depth == 1
    assert 0.6 < first.explained < 1.0
    assert first.p_value <= first.q_value <= 0.05
    assert found.sample_rows == (min(sample_rows, 20_000),) * 2
    assert found.seen == (20_000, 20_000)
    assert found.is_partial == (sample_rows < 20_000)
    assert segment_words(first, "error rate").startswith("error rate 0.10 → 0.3")


def test_a_whole_that_got_worse_has_no_worse_segment():
    setting = dataclasses.replace(UNCHANGED["worse alike in odds"], uneven=0.0, alike=1.5)
    ref, cur, _ = draw(setting, np.random.default_rng(11))
    assert worse_segments(ref, cur, task=Task.BINARY, alpha=0.05).segments == ()


def test_better_everywhere_else_is_not_worse_here():
    rng = np.random.default_rng(5)
    column = np.array(["a", "b", "c", "d"], dtype=object)[rng.integers(0, 4, 20_000)]
    rates = np.full(20_000, 0.3), np.where(column == "a", 0.3, 0.1)
    plan = binnings({"x": column})
    ref, cur = (
        searched(plan, CLASSES, classified({"x": column}, rng.random(20_000) < rate), rng)
        for rate in rates
    )
    assert worse_segments(ref, cur, task=Task.BINARY, alpha=0.05).segments == ()


def test_nothing_is_explained_where_the_whole_did_not_get_worse():
    rng = np.random.default_rng(6)
    column = np.array(["a", "b", "c", "d"], dtype=object)[rng.integers(0, 4, 20_000)]
    rates = np.full(20_000, 0.3), np.where(column == "a", 0.4, 0.1)
    plan = binnings({"x": column})
    ref, cur = (
        searched(plan, CLASSES, classified({"x": column}, rng.random(20_000) < rate), rng)
        for rate in rates
    )
    (one,) = worse_segments(ref, cur, task=Task.BINARY, alpha=0.05).segments
    assert (one.label, one.explained) == ("x = a", None)
    assert "explains" not in segment_words(one, "error rate")


def test_a_regression_reports_its_plain_mean_absolute_error():
    setting = CHANGED["pair, lognormal"]
    ref, cur, rows = draw(setting, np.random.default_rng(3))
    found = worse_segments(ref, cur, task=Task.REGRESSION, alpha=0.05)
    one = found.segments[0]
    assert overlap(one.label, rows, slice_of(setting, rows)) > 0.5
    # A lognormal error's mean is exp(1/2); what is trimmed for the test is told in full.
    assert one.reference_value == pytest.approx(math.exp(0.5), rel=0.15)
    assert one.depth == 2


def test_without_a_sample_single_features_are_still_searched():
    ref, cur, _ = two_sides(0.2)
    bare = [dataclasses.replace(side, sample=None) for side in (ref, cur)]
    found = worse_segments(*bare, task=Task.BINARY, alpha=0.05)
    assert [one.label for one in found.segments] == ["c = x", "d = v"]
    assert (found.sample_rows, found.is_partial) == ((0, 0), False)
    # The robust test of mean errors needs rows.
    errors = [regressed({"x": np.arange(200.0)}, np.ones(200)) for _ in range(2)]
    plan, rng = binnings(errors[0].features), np.random.default_rng(0)
    bare = [
        dataclasses.replace(searched(plan, REGRESSION, side, rng), sample=None) for side in errors
    ]
    assert worse_segments(*bare, task=Task.REGRESSION, alpha=0.05).tested == 0


@pytest.mark.parametrize("rows", [0, 1, 30, 120])
@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_few_rows_give_no_segment_and_no_error(rows, task):
    rng = np.random.default_rng(rows)
    features = {"x": rng.normal(size=rows), "y": np.array(["a"] * rows, dtype=object)}
    plan = binnings({"x": np.arange(10.0), "y": np.array(["a"], dtype=object)})
    if task is Task.BINARY:
        layout, side = CLASSES, classified(features, np.zeros(rows, bool))
    else:
        layout, side = REGRESSION, regressed(features, np.zeros(rows))
    ref, cur = (searched(plan, layout, side, rng) for _ in range(2))
    assert worse_segments(ref, cur, task=task, alpha=0.05).segments == ()


def test_no_feature_is_no_segment():
    bare = Side(FeatureTables(CLASSES, ()), None)
    assert worse_segments(bare, bare, task=Task.BINARY, alpha=0.05).tested == 0


def test_other_bins_on_the_other_side_are_refused():
    ref, cur, _ = two_sides(0.0, rows=300)
    with pytest.raises(ValueError, match="other bins"):
        worse_segments(
            ref,
            dataclasses.replace(cur, tables=cur.tables.only([1, 2])),
            task=Task.BINARY,
            alpha=0.05,
        )


def test_the_same_tables_give_the_same_segments():
    ref, cur, _ = two_sides(0.2)
    first, second = (worse_segments(ref, cur, task=Task.BINARY, alpha=0.05) for _ in range(2))
    assert first == second


@pytest.mark.slow
def test_fifty_features_take_seconds_at_most():
    setting = Setting(n=50_000, m=50_000, features=50)
    ref, cur, _ = draw(setting, np.random.default_rng(1))
    start = time.process_time()
    worse_segments(ref, cur, task=Task.BINARY, alpha=0.05)
    assert time.process_time() - start < 5.0


@pytest.mark.slow
def test_of_very_many_features_those_are_paired_that_changed_most() -> None:
    """A pair among 130 features is found, though only a hundred of them are paired."""
    rng, rows, sides = np.random.default_rng(5), 6_000, []
    for is_cur in (False, True):
        columns = {f"f{at:03}": rng.normal(size=rows) for at in range(130)}
        inside = (columns["f007"] > 0.5) & (columns["f120"] > 0.5)
        wrong = rng.uniform(size=rows) < np.where(inside & is_cur, 0.6, 0.1)
        sides.append((columns, wrong))
    plan = binnings(sides[0][0])
    searched_sides = (searched(plan, CLASSES, classified(*side), rng) for side in sides)
    found = worse_segments(*searched_sides, task=Task.MULTICLASS, alpha=0.05)
    assert (found.paired, found.features) == (100, 130)
    assert found.segments[0].columns == ("f007", "f120")
