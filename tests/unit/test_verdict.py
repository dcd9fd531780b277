"""Levels, significance and multiplicity make a status; statuses make a verdict."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from mmon.chance.multiplicity import benjamini_hochberg
from mmon.errors import ExitStatus
from mmon.results import Status, Verdict
from mmon.results.quantity import Bound, Quantity
from mmon.verdict import decide, exit_status, judge
from mmon.verdict.evidence import Evidence
from mmon.verdict.finding import Finding, Rule
from tests.quantities import named

TWO = Bound("max", potential=0.1, detected=0.2)
KS = named("ks")
SIGNED = dataclasses.replace(KS, worse="higher")
"""A quantity of which less is never worse."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Proof(Evidence):
    """A change whose level is significant from ``needed`` production rows on."""

    p: float | None
    needed: int = 1
    at: Callable[[float, int | None], float] | None = None

    @property
    def is_change(self) -> bool:
        return True

    def p_value(self) -> float | None:
        return self.p

    def p_value_at(self, value: float, rows: int | None) -> float | None:
        if self.at is not None:
            return self.at(value, rows)
        return 1e-12 if (self.rows if rows is None else rows) >= self.needed else 0.5


def finding(
    value: float | None,
    p_value: float | None = 1e-9,
    *,
    quantity: Quantity = KS,
    bound: Bound = TWO,
    rows: int = 1_000,
    needed: int = 1,
    at: Callable[[float, int | None], float] | None = None,
    **fields,
) -> Finding:
    """A tested finding whose level is significant from ``needed`` production rows on."""
    evidence = Proof(
        p=p_value, needed=needed, at=at, rows=rows, direction=fields.pop("direction", "above")
    )
    fields = {"evidence": evidence, "gating": True, **fields}
    return Finding(quantity, value, bound=bound, **fields)


def of_application(application: str) -> Quantity:
    return dataclasses.replace(KS, application=application)


def status(one: Finding, fail_on: str = "detected") -> Status:
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
    assert status(finding(value)) is expected


def test_a_large_value_that_is_not_significant_is_not_detected():
    assert status(finding(0.5, 0.2)) is Status.NO_DETECTION


def test_significance_alone_is_not_drift():
    assert status(finding(0.01, 1e-300)) is Status.NO_DETECTION


def test_without_thresholds_a_number_is_only_told():
    assert status(finding(0.9, bound=Bound("max"))) is Status.IRRELEVANT


def test_a_decrease_can_be_the_bad_direction():
    levels = Bound("min", potential=-0.2, detected=-0.1)
    worse = finding(-0.3, bound=levels, direction="below")
    better = finding(0.3, bound=levels, direction="below")
    assert status(worse) is Status.DETECTED
    assert status(better) is Status.NO_DETECTION


def test_a_signed_value_counts_only_when_it_rises():
    assert status(finding(-0.5, quantity=SIGNED)) is Status.NO_DETECTION
    assert status(finding(0.5, quantity=SIGNED)) is Status.DETECTED


def test_a_fact_needs_no_significance():
    fact = finding(1.0, None, bound=Bound("max", detected=1.0), evidence=Evidence())
    assert status(fact) is Status.DETECTED


def test_a_threshold_of_zero_asks_for_significance_only():
    levels = Bound("max", detected=0.0)
    assert status(finding(0.001, bound=levels)) is Status.DETECTED
    assert status(finding(0.001, 0.3, bound=levels, needed=10**9)) is Status.NO_DETECTION
    assert status(finding(0.0, bound=levels)) is Status.NO_DETECTION


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
    (result,) = judge([finding(value, error=error)], Rule(fail_on=fail_on))
    assert result.status is expected
    if expected is Status.INCONCLUSIVE:
        assert "--exact" in result.reason


def test_too_few_rows_are_inconclusive_and_say_how_many_it_takes():
    (result,) = judge([finding(0.15, 0.4, rows=30, needed=147)], Rule())
    assert result.status is Status.INCONCLUSIVE
    assert "0.2 could not be significant with 30 production rows" in result.reason
    assert "it takes about 150" in result.reason
    assert result.rows_needed == 150


def test_a_reference_that_is_too_small_is_said_to_be():
    one = finding(0.15, 0.4, at=lambda _value, _rows: 0.3)
    (result,) = judge([one], Rule())
    assert "the reference has too few rows" in result.reason
    assert result.rows_needed is None


def test_the_rows_needed_grow_with_the_columns_tested():
    def p_value_at(value: float, rows: int | None) -> float:
        return float(np.exp(-2 * value**2 * (rows or 10)))

    def needed(columns: int) -> int:
        family = [finding(0.01, 0.9, rows=10, at=p_value_at) for _ in range(columns)]
        reason = judge(family, Rule())[0].reason
        return int(reason.split()[-1])

    # exp(-0.08 rows) has to fall to 0.05 / columns: at 37.4 and 95.01 rows.
    assert 38 <= needed(1) <= 39
    assert 96 <= needed(100) <= 98


def test_correction_is_over_the_columns_of_one_metric_and_window():
    p_values = [0.01, 0.02, 0.04, 0.9]
    ks = [finding(0.3, p, column=str(i)) for i, p in enumerate(p_values)]
    other = [finding(0.3, 0.5, quantity=named("psi")), finding(0.3, 0.9, window=1)]
    results = judge(ks + other, Rule())
    expected = false_discovery_control(p_values, method="bh")
    np.testing.assert_allclose([r.q_value for r in results[:4]], expected)
    assert [r.q_value for r in results[4:]] == [0.5, 0.9]


def test_an_undefined_value_is_inconclusive_with_its_reason():
    (result,) = judge([finding(None, None, reason="no row has a value")], Rule())
    assert (result.status, result.reason) == (Status.INCONCLUSIVE, "no row has a value")
    assert "could not be computed" in judge([finding(None, None)], Rule())[0].reason


def verdict(*findings: Finding, fail_on: str = "detected", expected=frozenset()) -> Verdict:
    rule = Rule(fail_on=fail_on)
    return decide(judge(findings, rule), rule, expected=expected)


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
    assert verdict(finding(value), fail_on=fail_on) is expected


def test_a_result_that_does_not_gate_never_breaches():
    assert verdict(finding(0.9, gating=False)) is Verdict.PASS


def test_an_analysis_without_any_conclusive_result_is_inconclusive():
    few = finding(0.05, 0.5, rows=5, needed=100)
    assert verdict(few) is Verdict.INCONCLUSIVE
    assert verdict(few, finding(0.05)) is Verdict.PASS
    other = finding(0.05, quantity=of_application("data-quality"))
    assert verdict(few, other) is Verdict.INCONCLUSIVE


def test_a_breach_wins_over_what_is_inconclusive():
    few = finding(0.05, 0.5, rows=5, needed=100)
    assert verdict(few, finding(0.5, quantity=of_application("data-quality"))) is Verdict.BREACH


def test_an_analysis_that_was_to_decide_and_found_nothing_is_inconclusive():
    assert verdict(expected=frozenset({"data-drift"})) is Verdict.INCONCLUSIVE


def test_an_open_threshold_is_inconclusive_even_among_conclusive_results():
    straddling = finding(0.199, error=0.002)
    assert verdict(straddling, finding(0.05)) is Verdict.INCONCLUSIVE


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
    only = Bound("max", detected=0.2)
    one = finding(0.1, 0.5, bound=only, rows=10, needed=100)
    assert status(one) is Status.INCONCLUSIVE
    assert status(one, fail_on="potential") is Status.INCONCLUSIVE


def test_an_error_across_the_only_threshold_is_open_whatever_fails():
    unsure = finding(0.19, error=0.05, bound=Bound("max", detected=0.2))
    sure = finding(0.01)
    for fail_on in ("detected", "potential"):
        rule = Rule(fail_on=fail_on)
        assert decide(judge([unsure, sure], rule), rule) is Verdict.INCONCLUSIVE
