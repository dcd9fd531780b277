"""Thresholds, significance and multiplicity make a status; statuses make a verdict."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from mmon.candidate import Candidate, Rule
from mmon.config_analyses import Thresholds
from mmon.errors import ExitStatus
from mmon.multiplicity import benjamini_hochberg
from mmon.results import ResultKind, Score, Status, Verdict
from mmon.verdict import decide, exit_status, judge

TWO = Thresholds(potential=0.1, detected=0.2)


def candidate(
    value: float | None,
    p_value: float | None = 1e-9,
    *,
    error: float = 0.0,
    thresholds: Thresholds = TWO,
    needed_rows: int = 1,
    **fields,
) -> Candidate:
    """A candidate whose threshold is significant from ``needed_rows`` production rows on."""
    rows = fields.setdefault("rows", 1_000)

    def p_value_at(_value: float, asked: int | None) -> float:
        return 1e-12 if (rows if asked is None else asked) >= needed_rows else 0.5

    return Candidate(
        application=fields.pop("application", "data-drift"),
        kind=ResultKind.DATA_DRIFT,
        name=fields.pop("name", "ks"),
        score=Score(value, error, p_value),
        thresholds=thresholds,
        p_value_at=fields.pop("p_value_at", p_value_at),
        gating=fields.pop("gating", True),
        **fields,
    )


def status(one: Candidate, fail_on: str = "detected") -> Status:
    return judge([one], Rule(fail_on=fail_on))[0].status


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_adjusted_p_values_equal_scipys(p_values):
    expected = false_discovery_control(p_values, method="bh")
    np.testing.assert_allclose(benjamini_hochberg(p_values), expected, rtol=1e-12, atol=0)


def test_no_p_values_need_no_adjustment():
    assert benjamini_hochberg([]).tolist() == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.05, Status.NO_DETECTION),
        (0.1, Status.POTENTIAL_DETECTION),
        (0.19, Status.POTENTIAL_DETECTION),
        (0.2, Status.DETECTED),
        (-0.3, Status.DETECTED),
    ],
)
def test_a_significant_value_has_the_status_of_the_threshold_it_passes(value, expected):
    assert status(candidate(value)) is expected


def test_a_large_value_that_is_not_significant_is_not_detected():
    assert status(candidate(0.5, 0.2)) is Status.NO_DETECTION


def test_significance_alone_is_not_drift():
    assert status(candidate(0.01, 1e-300)) is Status.NO_DETECTION


def test_without_thresholds_a_number_is_only_told():
    assert status(candidate(0.9, thresholds=Thresholds())) is Status.IRRELEVANT


def test_a_decrease_can_be_the_bad_direction():
    levels = Thresholds(potential=-0.2, detected=-0.1)
    worse = candidate(-0.3, thresholds=levels, direction="below")
    better = candidate(0.3, thresholds=levels, direction="below")
    assert status(worse) is Status.DETECTED
    assert status(better) is Status.NO_DETECTION


def test_a_signed_value_counts_only_when_it_rises():
    assert status(candidate(-0.5, is_signed=True)) is Status.NO_DETECTION
    assert status(candidate(0.5, is_signed=True)) is Status.DETECTED


def test_a_fact_needs_no_significance():
    fact = candidate(1.0, None, thresholds=Thresholds(detected=1.0), p_value_at=None)
    assert status(fact) is Status.DETECTED


def test_a_threshold_of_zero_asks_for_significance_only():
    levels = Thresholds(detected=0.0)
    assert status(candidate(0.001, thresholds=levels)) is Status.DETECTED
    assert status(candidate(0.001, 0.3, thresholds=levels, needed_rows=10**9)) is (
        Status.NO_DETECTION
    )
    assert status(candidate(0.0, thresholds=levels)) is Status.NO_DETECTION


@pytest.mark.parametrize(
    ("value", "error", "fail_on", "expected"),
    [
        (0.201, 0.002, "detected", Status.INCONCLUSIVE),
        (0.199, 0.002, "detected", Status.INCONCLUSIVE),
        # Surely potential, and that is what fails the run.
        (0.199, 0.002, "potential", Status.POTENTIAL_DETECTION),
        (0.101, 0.002, "potential", Status.INCONCLUSIVE),
        (0.21, 0.002, "detected", Status.DETECTED),
        (0.15, 0.002, "detected", Status.POTENTIAL_DETECTION),
        (0.5, float("inf"), "detected", Status.INCONCLUSIVE),
    ],
)
def test_a_threshold_within_the_error_is_never_guessed(value, error, fail_on, expected):
    (result,) = judge([candidate(value, error=error)], Rule(fail_on=fail_on))
    assert result.status is expected
    if expected is Status.INCONCLUSIVE:
        assert "--exact" in result.reason


def test_too_few_rows_are_inconclusive_and_say_how_many_it_takes():
    (result,) = judge([candidate(0.15, 0.4, rows=30, needed_rows=147)], Rule())
    assert result.status is Status.INCONCLUSIVE
    assert "0.2 could not be significant with 30 production rows" in result.reason
    assert "it takes about 150" in result.reason


def test_a_reference_that_is_too_small_is_said_to_be():
    one = candidate(0.15, 0.4, p_value_at=lambda _value, _rows: 0.3)
    assert "the reference has too few rows" in judge([one], Rule())[0].reason


def test_the_rows_needed_grow_with_the_columns_tested():
    def p_value_at(value: float, rows: int | None) -> float:
        return float(np.exp(-2 * value**2 * (rows or 10)))

    def needed(columns: int) -> int:
        family = [candidate(0.01, 0.9, rows=10, p_value_at=p_value_at) for _ in range(columns)]
        reason = judge(family, Rule())[0].reason
        return int(reason.split()[-1])

    # exp(-0.08 rows) has to fall to 0.05 / columns: at 37.4 and 95.01 rows.
    assert 38 <= needed(1) <= 39
    assert 96 <= needed(100) <= 98


def test_correction_is_over_the_columns_of_one_metric_and_window():
    p_values = [0.01, 0.02, 0.04, 0.9]
    ks = [candidate(0.3, p, column=str(i)) for i, p in enumerate(p_values)]
    other = [candidate(0.3, 0.5, name="psi"), candidate(0.3, 0.9, window=1)]
    results = judge(ks + other, Rule())
    expected = false_discovery_control(p_values, method="bh")
    np.testing.assert_allclose([r.q_value for r in results[:4]], expected)
    assert [r.q_value for r in results[4:]] == [0.5, 0.9]


def test_an_undefined_value_is_inconclusive_with_its_reason():
    one = candidate(None, None)
    assert status(one) is Status.INCONCLUSIVE


def verdict(*candidates: Candidate, fail_on: str = "detected", expected=frozenset()) -> Verdict:
    rule = Rule(fail_on=fail_on)
    return decide(judge(candidates, rule), rule, expected=expected)


@pytest.mark.parametrize(
    ("value", "fail_on", "expected"),
    [
        (0.3, "detected", Verdict.BREACH),
        (0.15, "detected", Verdict.PASS),
        (0.15, "potential", Verdict.BREACH),
        (0.3, "never", Verdict.PASS),
        (0.0, "potential", Verdict.PASS),
    ],
)
def test_a_gating_result_that_reaches_fail_on_is_a_breach(value, fail_on, expected):
    assert verdict(candidate(value), fail_on=fail_on) is expected


def test_a_result_that_does_not_gate_never_breaches():
    assert verdict(candidate(0.9, gating=False)) is Verdict.PASS


def test_an_analysis_without_any_conclusive_result_is_inconclusive():
    few = candidate(0.05, 0.5, rows=5, needed_rows=100)
    assert verdict(few) is Verdict.INCONCLUSIVE
    assert verdict(few, candidate(0.05)) is Verdict.PASS
    assert verdict(few, candidate(0.05, application="data-quality")) is Verdict.INCONCLUSIVE


def test_a_breach_wins_over_what_is_inconclusive():
    few = candidate(0.05, 0.5, rows=5, needed_rows=100)
    assert verdict(few, candidate(0.5, application="data-quality")) is Verdict.BREACH


def test_an_analysis_that_was_to_decide_and_found_nothing_is_inconclusive():
    assert verdict(expected=frozenset({"data-drift"})) is Verdict.INCONCLUSIVE


def test_an_open_threshold_is_inconclusive_even_among_conclusive_results():
    straddling = candidate(0.199, error=0.002)
    assert verdict(straddling, candidate(0.05)) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("verdict_", "on_inconclusive", "expected"),
    [
        (Verdict.PASS, "fail", ExitStatus.PASS),
        (Verdict.BREACH, "pass", ExitStatus.BREACH),
        (Verdict.INCONCLUSIVE, "fail", ExitStatus.INCONCLUSIVE),
        (Verdict.INCONCLUSIVE, "pass", ExitStatus.PASS),
    ],
)
def test_the_exit_status_follows_the_verdict(verdict_, on_inconclusive, expected):
    assert exit_status(verdict_, on_inconclusive) == expected


def test_too_few_rows_for_the_only_threshold_are_inconclusive_whatever_fails():
    only = Thresholds(detected=0.2)
    one = candidate(0.1, 0.5, thresholds=only, rows=10, needed_rows=100)
    assert status(one) is Status.INCONCLUSIVE
    assert status(one, fail_on="potential") is Status.INCONCLUSIVE


def test_an_error_across_the_only_threshold_is_open_whatever_fails():
    unsure = candidate(0.19, error=0.05, thresholds=Thresholds(detected=0.2))
    sure = candidate(0.01)
    for fail_on in ("detected", "potential"):
        rule = Rule(fail_on=fail_on)
        assert decide(judge([unsure, sure], rule), rule) is Verdict.INCONCLUSIVE
