"""Performance is judged in the direction that matters, by size and by significance."""

from __future__ import annotations

import dataclasses
import gc
import math
import re
from typing import Any

import numpy as np
import pytest
from scipy import stats

from mmon import performance
from mmon.analyses import Context
from mmon.analyses.model_performance import PerformanceLevels, metrics
from mmon.analyses.model_performance.changes import MetricChange
from mmon.analyses.model_performance.gating import is_gating
from mmon.config.sections import Config
from mmon.performance import PLAIN, Estimate, PerformanceMetric
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.regression import RegressionTables
from mmon.profiles.table import Profile
from mmon.results import Direction, Result, Status
from mmon.results.quantity import Bound
from mmon.verdict import judge
from mmon.verdict.finding import Rule, expanded

NONE, POTENTIAL, DETECTED = Status.NO_DETECTION, Status.POTENTIAL_DETECTION, Status.DETECTED
LEVELS = Bound("max_drop", potential=0.1, detected=0.2)
SURE = 1e-6
"""A variance at which nothing is chance."""


def metric(name: str) -> PerformanceMetric:
    return performance.metric_class(name)()


def context(
    settings: dict[str, Any] | None = None, *, labelled: int = 10, **sections: Any
) -> Context:
    """A context of binary outcomes, so many of which have a label."""
    analyses = {} if settings is None else {"model_performance": settings}
    body = {"reference": "r", "production": "p", "analyses": analyses, **sections}
    target = np.where(np.arange(10) < labelled, np.arange(10) % 2, -1)
    tables = ClassificationTables.of_rows(target, np.arange(10) % 2)
    profile = Profile("p", 10, (), performance=tables)
    return Context(profile, profile, Config.model_validate(body))


def change(
    name: str, ref: Estimate | None, cur: Estimate, rows: int | None = None, **fields: Any
) -> MetricChange:
    """A metric of both sides; of all labelled rows unless there are more of them."""
    count = cur.rows if rows is None else rows
    return MetricChange(metric=metric(name), name=name, ref=ref, cur=cur, rows=count, **fields)


def drop(
    name: str, ref: Estimate | None, cur: Estimate, rows: int | None = None, **fields: Any
) -> MetricChange:
    """The same, looked at for how much worse it became."""
    return change(name, ref, cur, rows, **fields).facing("drop", "above")


def judged(one: MetricChange, *bounds: Bound) -> list[Result]:
    where = context()
    tables = where.production.performance
    assert tables is not None
    found = metrics._Sides(where, None, tables, None)._finding(PLAIN, one)
    return judge(expanded(found, bounds), Rule())


def judged_drop(one: MetricChange, levels: Bound = LEVELS) -> Result:
    told, found = judged(one, levels)
    assert (told.aspect, told.status, told.gating) == ("value", Status.IRRELEVANT, False)
    assert (found.aspect, found.direction) == ("drop", "above")
    return found


def judged_value(one: MetricChange, **levels: dict[str, float]) -> Result:
    (found,) = judged(one, *PerformanceLevels.model_validate(levels).bounds())
    assert (found.aspect, found.relative) == ("value", False)
    return found


def estimate(value: float, variance: float = SURE, rows: int = 10_000) -> Estimate:
    half = 1.96 * math.sqrt(variance)
    return Estimate(value, (value - half, value + half), variance, rows)


def share(hits: int, rows: int) -> Estimate:
    value = hits / rows
    return Estimate(value, None, value * (1 - value) / rows, rows, trials=(hits, rows))


@pytest.mark.parametrize("name", performance.names())
def test_better_is_never_a_breach_and_worse_always_is(name: str) -> None:
    one = metric(name)
    # A bias is worse on either side of 0; the others by how they are to be read.
    before = 0.5
    worse, better = {"higher": (0.2, 0.8), "lower": (0.8, 0.2), "zero": (0.8, 0.2)}[one.better]
    ref = estimate(before)
    bad = judged_drop(change(name, ref, estimate(worse)))
    good = judged_drop(change(name, ref, estimate(better)))
    assert (bad.status, good.status) == (DETECTED, NONE)
    assert bad.value is not None
    assert good.value is not None
    is_bounded = one.better == "higher" and all(map(math.isfinite, one.bounds))
    assert bad.relative is good.relative is not is_bounded
    unit = 1.0 if is_bounded else before
    assert bad.value == pytest.approx(0.3 / unit)
    assert good.value == pytest.approx(-0.3 / unit)
    assert good.p_value is not None
    assert good.p_value < 1e-6
    if one.better == "zero":
        assert judged_drop(change(name, ref, estimate(-0.8))).status is DETECTED
        assert judged_drop(change(name, ref, estimate(-0.2))).status is NONE


@pytest.mark.parametrize(
    ("after", "status"), [(0.95, NONE), (0.75, NONE), (0.65, POTENTIAL), (0.5, DETECTED)]
)
def test_a_drop_has_two_levels(after: float, status: Status) -> None:
    ref, cur = estimate(0.8), estimate(after)
    told, found = judged(change("f1", ref, cur), LEVELS)
    assert (found.name, found.aspect, found.status) == ("f1", "drop", status)
    assert (found.potential, found.detected, found.gating) == (0.1, 0.2, True)
    assert (found.reference_value, found.reason) == (0.8, None)
    half = 1.96 * math.sqrt(2 * SURE)
    assert found.interval == pytest.approx((0.8 - after - half, 0.8 - after + half), abs=1e-6)
    assert (told.name, told.aspect, told.value) == ("f1", "value", after)
    assert (told.interval, told.reference_interval) == (cur.interval, ref.interval)


@pytest.mark.parametrize(
    ("levels", "direction", "expected"),
    [
        ("min", "below", {0.9: NONE, 0.7: POTENTIAL, 0.5: DETECTED}),
        ("max", "above", {0.5: NONE, 0.7: POTENTIAL, 0.9: DETECTED}),
    ],
)
def test_floors_and_ceilings_have_two_levels(
    levels: str, direction: str, expected: dict[float, Status]
) -> None:
    worst = {"min": 0.6, "max": 0.8}[levels]
    for value, status in expected.items():
        one = change("accuracy", None, estimate(value))
        found = judged_value(one, **{levels: {"potential": 1.4 - worst, "detected": worst}})
        assert (found.direction, found.status, found.gating) == (direction, status, True)


def test_without_levels_a_value_is_told_and_decides_nothing() -> None:
    found = judged_value(change("accuracy", None, estimate(0.1)))
    assert (found.status, found.gating) == (Status.IRRELEVANT, False)


def test_a_value_past_its_level_by_chance_is_no_breach() -> None:
    one = change("roc_auc", None, estimate(0.69, variance=0.02**2, rows=400))
    found = judged_value(one, min={"detected": 0.7})
    assert found.status is Status.INCONCLUSIVE
    assert found.reason is not None
    assert re.fullmatch(
        r"0\.69 is below 0\.7, as it may be by chance \(95 % interval 0\.651 to 0\.729\): "
        r"it takes more than 400 labelled rows",
        found.reason,
    )


@pytest.mark.parametrize("hits", [0, 1, 37, 70, 84, 99, 100])
@pytest.mark.parametrize("level", [0.0, 0.05, 0.7, 0.9, 1.0])
def test_shares_are_held_against_a_level_by_the_exact_binomial_test(
    hits: int, level: float
) -> None:
    one = change("accuracy", None, share(hits, 100))
    sides: tuple[tuple[Direction, str], ...] = (("below", "less"), ("above", "greater"))
    for direction, side in sides:
        expected = stats.binomtest(hits, 100, level, alternative=side).pvalue
        found = one.facing("value", direction).p_value_against(level)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("level", [1.5, -0.5])
def test_a_level_that_no_share_can_have_is_always_or_never_passed(level: float) -> None:
    one = change("accuracy", None, share(90, 100))
    found = judged_value(one, min={"detected": level})
    assert found.status is (DETECTED if level > 1.0 else NONE)


def test_the_p_value_of_a_drop_is_that_of_a_difference_of_two_samples() -> None:
    one = drop("roc_auc", estimate(0.8, 0.01**2), estimate(0.77, 0.02**2))
    # Welch's test from the standard errors of two means of so many rows.
    rows = one.cur.rows
    expected = stats.ttest_ind_from_stats(
        0.8, 0.01 * math.sqrt(rows), rows, 0.77, 0.02 * math.sqrt(rows), rows, equal_var=False
    )
    assert one.p_value() == pytest.approx(expected.pvalue, rel=1e-9)


def test_a_bias_of_the_other_sign_is_no_worse() -> None:
    one = drop("bias", estimate(-0.6, 0.01), estimate(0.62, 0.01), scale=4.0)
    assert one.change().value == pytest.approx(0.02 / 4.0)
    assert one.change().is_relative
    assert one.p_value() == pytest.approx(0.89, abs=0.01)


def test_a_few_rows_that_are_all_alike_do_not_tell_how_noisy_a_metric_is() -> None:
    ref, cur = estimate(1.0, 0.01), dataclasses.replace(estimate(3.0, 0.0), rows=2)
    found = drop("mae", ref, cur).change()
    assert found.value is None
    assert found.reason == "2 labelled rows in production do not tell how noisy mae is"


def test_what_has_no_known_noise_says_which_level_to_set() -> None:
    ref, cur = (dataclasses.replace(estimate(value), variance=None) for value in (3.0, 9.0))
    found = drop("max_error", ref, cur).change()
    assert "set a min or max instead" in (found.reason or "")


def test_the_labels_it_would_take_count_all_labels_and_not_those_of_the_metric() -> None:
    # Recall is of the 10 positive rows among 500 labelled ones.
    one = change("recall", share(8_000, 10_000), share(8, 10), 500)
    found = judged_drop(one, Bound("max_drop", detected=0.05))
    assert found.status is Status.INCONCLUSIVE
    taken = int(re.findall(r"it takes about ([\d,]+)", found.reason or "")[0].replace(",", ""))
    assert 10_000 < taken < 30_000


def test_one_label_proves_no_level() -> None:
    one = change("accuracy", None, dataclasses.replace(share(1, 1), interval=(0.21, 1.0)))
    found = judged_value(one, min={"detected": 0.8})
    assert found.status is Status.INCONCLUSIVE
    assert "with 1 labelled row accuracy may be 0.21 as well" in (found.reason or "")


@pytest.mark.parametrize("level", [0.7, 0.0])
def test_a_value_whose_interval_reaches_far_beyond_its_level_is_no_proof(level: float) -> None:
    one = change("matthews_corrcoef", None, estimate(level + 0.1, 0.2**2, 100))
    found = judged_value(one, min={"detected": level})
    assert found.status is Status.INCONCLUSIVE
    # The interval may end 0.05 below the level: its half of 0.392 has to shrink to 0.15.
    end = f"{level + 0.1 - 0.392:.3g}"
    assert found.reason == (
        f"with 100 labelled rows matthews_corrcoef may be {end} as well: it takes about 683"
    )
    assert found.rows_needed == 683
    enough = change("matthews_corrcoef", None, estimate(level + 0.1, 0.2**2 / 6.83, 683))
    assert judged_value(enough, min={"detected": level}).status is NONE


def test_a_drop_of_few_rows_is_inconclusive_with_the_labels_it_would_take() -> None:
    one = change("accuracy", share(8_500, 10_000), share(78, 100))
    found = judged_drop(one, Bound("max_drop", detected=0.05))
    assert found.value == pytest.approx(0.07)
    assert found.p_value is not None
    assert found.p_value > 0.05
    assert found.status is Status.INCONCLUSIVE
    assert found.reason.startswith(
        "100 labelled rows are too few to tell 0.1 from 0.05: it takes about"
    )
    told = re.search(r"it takes about ([\d,]+)$", found.reason)
    assert told is not None
    needed = int(told[1].replace(",", ""))
    assert found.rows_needed == needed
    facing = one.facing("drop", "above")
    assert facing.is_found(0.05, 0.05, needed)
    assert not facing.is_found(0.05, 0.05, needed * 4 // 5)


@pytest.mark.parametrize(
    ("ref", "cur", "says"),
    [
        (None, share(9, 10), "the reference has no labels to compare with"),
        (Estimate(None, reason="no row"), share(9, 10), "undefined in the reference: no row"),
        (share(9, 10), Estimate(None, reason="no row"), "undefined in production: no row"),
        (share(9, 10), Estimate(None), "undefined in production: no labels"),
    ],
)
def test_a_drop_without_one_side_is_inconclusive(
    ref: Estimate | None, cur: Estimate, says: str
) -> None:
    found = judged_drop(change("accuracy", ref, cur))
    assert (found.value, found.status, found.reason) == (None, Status.INCONCLUSIVE, says)


def test_from_no_error_at_all_a_relative_drop_is_not_defined() -> None:
    perfect = estimate(0.0)
    worse = judged_drop(change("mae", perfect, estimate(1.0)))
    assert worse.reason == "the reference's value is 0: set a max instead"
    same = judged_drop(change("mae", perfect, estimate(0.0)))
    assert (same.value, same.status) == (0.0, NONE)


def test_a_threshold_inside_the_error_of_a_summary_is_open() -> None:
    ref = estimate(0.8)
    cur = dataclasses.replace(estimate(0.605), error=0.01)
    found = judged_drop(change("roc_auc", ref, cur))
    assert found.status is Status.INCONCLUSIVE
    assert "--exact" in (found.reason or "")


@pytest.mark.parametrize(
    ("settings", "sections", "labelled", "expected"),
    [
        (None, {}, 10, True),
        (None, {}, 0, False),
        (None, {"task": "binary"}, 0, False),
        ({}, {}, 0, True),
        (None, {"labels": {"path": "l.parquet"}}, 0, True),
        ({"gate": "none"}, {}, 10, False),
        ({"gate": "none"}, {"task": "binary"}, 10, False),
    ],
)
def test_performance_decides_where_there_are_labels_or_it_was_asked_for(
    settings: dict[str, Any] | None, sections: dict[str, Any], labelled: int, expected: bool
) -> None:
    assert is_gating(context(settings, labelled=labelled, **sections)) is expected


@pytest.mark.slow
def test_what_was_worked_out_for_a_side_is_not_kept_longer_than_the_side() -> None:
    rows = np.arange(100.0)
    tables = RegressionTables.of(rows, rows + 1.0)
    known = metrics._estimates(metric("mae"), tables)
    assert metrics._estimates(metric("mae"), tables) is known
    before = len(metrics._KNOWN)
    del tables
    gc.collect()
    assert len(metrics._KNOWN) < before
