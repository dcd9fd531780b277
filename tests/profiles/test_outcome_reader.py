"""Targets, predictions and scores of any type are read alike, and what cannot be used is marked."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest
from scipy import stats

from mmon.profiles.outcomes.outcome_reader import OutcomePlan, OutcomeReader
from mmon.profiles.outcomes.outcomes import GROUPS, UNKNOWN, Fault, Outcome
from mmon.results import Task

BINARY = OutcomePlan(Task.BINARY, "y", "yhat", ("p",))
MULTICLASS = OutcomePlan(
    Task.MULTICLASS, "y", "yhat", ("p_a", "p_b"), classes=("a", "b"), identity="id"
)
REGRESSION = OutcomePlan(Task.REGRESSION, "y", "yhat", lower="low", upper="high")


def read(plan: OutcomePlan, offset: int = 0, **columns: object) -> Outcome:
    return OutcomeReader(plan).read(pl.DataFrame(columns), offset)


def faults(found: Outcome) -> list[Fault]:
    assert found.fault is not None
    return [Fault(code) for code in found.fault.tolist()]


def test_scores_outside_0_to_1_are_marked_and_left_out() -> None:
    found = read(BINARY, y=[0, 1, 1, 0, 1], yhat=[0, 1, 1, 0, 1], p=[0.0, 1.0, 1.01, -1e-5, None])
    assert found.scores is not None
    np.testing.assert_array_equal(found.scores[:, 0], [0.0, 1.0, np.nan, np.nan, np.nan])
    out = Fault.SCORE_OUTSIDE
    assert faults(found) == [Fault.NONE, Fault.NONE, out, out, Fault.NONE]


def test_scores_that_rounding_moved_out_of_0_to_1_are_probabilities() -> None:
    found = read(BINARY, y=[0, 1], yhat=[0, 1], p=[-1e-7, 1.0000001])
    assert found.scores is not None
    np.testing.assert_array_equal(found.scores[:, 0], [0.0, 1.0])
    assert faults(found) == [Fault.NONE, Fault.NONE]


def test_scores_that_are_no_probabilities_are_read_as_they_are() -> None:
    plan = dataclasses.replace(BINARY, prediction=None, score_edges=(-1.0, 2.0))
    found = read(plan, y=[0, 1, 1, 0], p=[-7.5, 640.0, float("inf"), None])
    assert found.scores is not None
    np.testing.assert_array_equal(found.scores[:, 0], [-7.5, 640.0, np.nan, np.nan])
    assert faults(found) == [Fault.NONE, Fault.NONE, Fault.UNREADABLE_SCORE, Fault.NONE]
    # Nobody said from which score on a row is positive.
    np.testing.assert_array_equal(found.prediction, [-1, -1, -1, -1])
    decided = read(dataclasses.replace(plan, threshold=0.0), y=[0, 1], p=[-7.5, 640.0])
    np.testing.assert_array_equal(decided.prediction, [0, 1])


@pytest.mark.parametrize("infinite", [float("inf"), -float("inf")])
def test_infinite_scores_are_outside(infinite: float) -> None:
    assert faults(read(BINARY, y=[0, 1], yhat=[0, 1], p=[infinite, 0.5]))[0] is Fault.SCORE_OUTSIDE


def test_scores_in_text_are_numbers_where_they_can_be() -> None:
    found = read(BINARY, y=[0, 1, 0], yhat=[0, 1, 0], p=["0.25", "high", None])
    assert found.scores is not None
    np.testing.assert_array_equal(found.scores[:, 0], [0.25, np.nan, np.nan])
    assert faults(found) == [Fault.NONE, Fault.UNREADABLE_SCORE, Fault.NONE]


@pytest.mark.parametrize(
    "scores",
    [pl.Series([[0.5], None], dtype=pl.List(pl.Float64)), pl.Series([b"0.5", None])],
)
def test_scores_that_can_be_no_number_are_marked(scores: pl.Series) -> None:
    found = read(BINARY, y=[0, 1], yhat=[0, 1], p=scores)
    assert faults(found) == [Fault.UNREADABLE_SCORE, Fault.NONE]


def test_the_worst_fault_of_a_row_counts() -> None:
    plan = OutcomePlan(Task.BINARY, "y", "yhat", ("p",), positive="1")
    found = read(plan, y=[0, 1, 2], yhat=[0.0, 1.0, 0.5], p=[2.0, 0.5, 2.0])
    assert faults(found) == [Fault.SCORE_OUTSIDE, Fault.NONE, Fault.UNKNOWN_TARGET]


def test_columns_that_are_not_there_read_as_missing() -> None:
    found = read(BINARY, x=[1, 2])
    assert found.target.tolist() == found.prediction.tolist() == [UNKNOWN, UNKNOWN]
    assert found.scores is None
    assert faults(found) == [Fault.NONE, Fault.NONE]
    number = read(REGRESSION, x=[1, 2])
    assert np.isnan([number.target, number.prediction]).all()
    assert number.lower is None
    assert number.upper is None


def test_no_rows_are_read_with_the_classes_that_are_known() -> None:
    plan = OutcomePlan(Task.BINARY, "y", "yhat", classes=("no", "yes"), positive="yes")
    found = OutcomeReader(plan).read(pl.DataFrame(), 0)
    assert (len(found), found.classes) == (0, ("no", "yes"))


def test_without_a_prediction_the_threshold_decides() -> None:
    plan = OutcomePlan(Task.BINARY, "y", None, ("p",), threshold=0.3)
    found = read(plan, y=[0, 1, 1, 0], p=[0.29, 0.3, 0.31, None])
    assert found.prediction.tolist() == [0, 1, 1, UNKNOWN]


def test_without_a_prediction_the_best_score_decides() -> None:
    plan = OutcomePlan(Task.MULTICLASS, "y", None, ("p_a", "p_b"), classes=("a", "b"))
    found = read(plan, y=["b", "a", "b"], p_a=[0.4, 0.9, None], p_b=[0.6, 0.1, 1.0])
    assert found.prediction.tolist() == [1, 0, UNKNOWN]


def test_a_class_without_a_column_of_scores_has_probability_0() -> None:
    found = read(
        MULTICLASS,
        id=["u", "v", "w"],
        y=["a", "c", "b"],
        yhat=["a", "a", "d"],
        p_a=[0.9, 0.5, None],
        p_b=[0.1, 0.5, 1.0],
    )
    assert found.classes == ("a", "b", "c", "d")
    assert found.scores is not None
    np.testing.assert_array_equal(
        found.scores, [[0.9, 0.1, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0], [np.nan, 1.0, np.nan, np.nan]]
    )


def test_numbers_of_a_regression_are_read_from_any_type() -> None:
    found = read(
        REGRESSION, y=["1.5", "dear", None], yhat=[True, False, None], low=[0, 1, 2], high=[1, 2, 3]
    )
    np.testing.assert_array_equal(found.target, [1.5, np.nan, np.nan])
    np.testing.assert_array_equal(found.prediction, [1.0, 0.0, np.nan])
    assert faults(found) == [Fault.NONE, Fault.UNKNOWN_TARGET, Fault.NONE]
    assert found.lower is not None
    assert found.upper is not None


def test_dates_are_no_numbers() -> None:
    dates = pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 1, 3), eager=True)
    found = read(REGRESSION, y=dates, yhat=[1.0, 2.0, 3.0], low=[0] * 3, high=[1] * 3)
    assert faults(found) == [Fault.UNKNOWN_TARGET] * 3


def keys(found: Outcome) -> list[int]:
    assert found.key is not None
    return [int(key) for key in found.key]


def test_a_row_has_the_same_key_whatever_the_batches() -> None:
    columns = {"y": [0, 1] * 50, "yhat": [0, 1] * 50, "p": [0.5] * 100}
    frame = pl.DataFrame(columns)
    whole = OutcomeReader(BINARY).read(frame, 0)
    reader = OutcomeReader(BINARY)
    parts = [reader.read(frame.slice(at, 7), at) for at in range(0, 100, 7)]
    assert [key for part in parts for key in keys(part)] == keys(whole)


def test_a_row_with_an_id_has_the_same_key_wherever_it_is() -> None:
    columns = {"y": ["a"] * 3, "yhat": ["a"] * 3, "p_a": [0.5] * 3, "p_b": [0.5] * 3}
    one = keys(read(MULTICLASS, id=["u", "v", "w"], **columns))
    other = keys(read(MULTICLASS, 900, id=["w", "v", "u"], **columns))
    assert one == other[::-1]
    assert len(set(one)) == 3


@pytest.mark.parametrize("identity", [None, "id"])
def test_keys_halves_and_groups_are_uniform_and_independent(identity: str | None) -> None:
    n = 64_000
    plan = OutcomePlan(Task.REGRESSION, "y", "yhat", identity=identity)
    found = read(plan, id=np.arange(n), y=np.zeros(n), yhat=np.zeros(n))
    assert found.key is not None
    assert stats.kstest(found.key / 2.0**64, "uniform").pvalue > 1e-3
    table = np.zeros((GROUPS, 2))
    np.add.at(table, (found.group, found.half.astype(int)), 1)
    assert stats.chisquare(table.ravel()).pvalue > 1e-3
    # Small keys, which make the sample, fall on both halves and all groups alike.
    small = np.argsort(found.key)[:6_400]
    assert stats.binomtest(int(found.half[small].sum()), 6_400).pvalue > 1e-3
    assert stats.chisquare(np.bincount(found.group[small], minlength=GROUPS)).pvalue > 1e-3
    # Neighbours are unrelated.
    assert abs(np.corrcoef(found.half[:-1], found.half[1:])[0, 1]) < 0.02
