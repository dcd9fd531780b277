"""Levels, significance and multiplicity make a status; statuses make a verdict."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri
from scipy.stats import false_discovery_control

from mmon import config_file
from mmon.chance.levels import is_powerful
from mmon.chance.multiplicity import benjamini_hochberg
from mmon.errors import ExitStatus
from mmon.results import Status, Verdict
from mmon.results.quantity import Bound, Quantity
from mmon.verdict import decide, exit_status, judge
from mmon.verdict.evidence import Evidence, Lasting, Settled
from mmon.verdict.finding import Finding, Rule
from tests.quantities import named

TWO = Bound("max", potential=0.1, detected=0.2)
KS = named("ks")
SIGNED = dataclasses.replace(KS, worse="higher")
"""A quantity of which less is never worse."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Proof(Evidence):
    """A change of ``value`` that is known to ``deviation``, of 1,000 rows; less of more."""

    is_fact = False
    value: float
    deviation: float
    p: float | None = None

    def p_value(self) -> float | None:
        return self.p_value_against(0.0) if self.p is None else self.p

    def p_value_against(self, level: float) -> float | None:
        return float(ndtr((level - self.value) / self.deviation))

    def is_below(self, level: float) -> bool:
        return self.value + 1.96 * self.deviation < level

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        deviation = self.deviation * (self.rows / (rows or self.rows)) ** 0.5
        return is_powerful(level, deviation, alpha)


def finding(
    value: float | None,
    deviation: float = 1e-6,
    *,
    p: float | None = None,
    quantity: Quantity = KS,
    bound: Bound = TWO,
    rows: int = 1_000,
    **fields,
) -> Finding:
    """A tested finding whose true value lies within a few deviations of it."""
    direction = fields.pop("direction", "above")
    size = abs(value or 0.0) if quantity.worse == "farther" and direction == "above" else value
    evidence = Proof(value=size or 0.0, deviation=deviation, p=p, rows=rows, direction=direction)
    return Finding(quantity, value, bound=bound, **{"evidence": evidence, "gating": True, **fields})


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
    ("value", "deviation", "expected"),
    [
        (0.05, 0.01, Status.NO_DETECTION),
        # Beyond a level by its estimate is not surely beyond it.
        (0.11, 0.01, Status.NO_DETECTION),
        (0.12, 0.01, Status.POTENTIAL_DETECTION),
        (0.19, 0.01, Status.POTENTIAL_DETECTION),
        (0.21, 0.01, Status.POTENTIAL_DETECTION),
        (0.22, 0.01, Status.DETECTED),
        (-0.3, 0.01, Status.DETECTED),
    ],
)
def test_a_level_is_reached_when_the_true_value_is_surely_beyond_it(value, deviation, expected):
    assert status(finding(value, deviation)) is expected


def test_the_q_value_is_of_the_level_that_the_status_names():
    results = [judge([finding(value, 0.01)], Rule())[0] for value in (0.05, 0.15, 0.3)]
    assert [one.q_value for one in results] == pytest.approx(
        [1.0, ndtr(-5.0), ndtr(-10.0)], rel=1e-6, abs=1e-12
    )


def test_past_the_worse_level_by_its_estimate_and_surely_no_chance_is_potential():
    assert status(finding(0.3, 0.13, p=0.04)) is Status.POTENTIAL_DETECTION
    assert status(finding(0.3, 0.13, p=0.06)) is not Status.POTENTIAL_DETECTION


def test_a_change_below_the_levels_is_told_however_sure_it_is():
    (result,) = judge([finding(0.01, 0.001)], Rule())
    assert (result.status, result.changed) == (Status.NO_DETECTION, True)
    (result,) = judge([finding(0.01, 0.01)], Rule())
    assert (result.status, result.changed) == (Status.NO_DETECTION, False)


def test_without_thresholds_a_number_is_only_told():
    assert status(finding(0.9, bound=Bound("max"))) is Status.IRRELEVANT


def test_a_signed_value_counts_only_when_it_rises():
    assert status(finding(-0.5, quantity=SIGNED)) is Status.NO_DETECTION
    assert status(finding(0.5, quantity=SIGNED)) is Status.DETECTED


def test_a_fact_needs_no_significance():
    fact = finding(1.0, bound=Bound("max", detected=1.0), evidence=Evidence())
    assert status(fact) is Status.DETECTED


def test_a_threshold_of_zero_asks_for_significance_only():
    levels = Bound("max", detected=0.0)
    assert status(finding(0.001, bound=levels)) is Status.DETECTED
    assert status(finding(0.001, 0.3, bound=levels)) is Status.NO_DETECTION
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


def test_an_error_across_a_level_that_is_not_surely_passed_anyway_is_no_doubt():
    assert status(finding(0.199, 0.07, error=0.002)) is Status.NO_DETECTION


def test_too_few_rows_are_inconclusive_and_say_how_many_it_takes():
    (result,) = judge([finding(0.15, 0.5, rows=30)], Rule())
    assert result.status is Status.INCONCLUSIVE
    assert "30 production rows are too few to tell 0.4 from 0.2" in result.reason
    # Power of 80 %: (1.645 + 0.842) deviations make 0.2, of 30 (0.5 / 0.0804)^2 rows.
    assert "it takes about 1,200" in result.reason
    assert result.rows_needed == 1_200


def test_rows_that_count_as_fewer_say_so_and_take_as_many_times_more():
    few = finding(0.15, 0.5, rows=30)
    evidence = dataclasses.replace(few.evidence, of_rows=6_012, design_effect=200.0)
    (result,) = judge([dataclasses.replace(few, evidence=evidence)], Rule())
    told = "6,012 production rows, which count as about 30, are too few to tell 0.4 from 0.2"
    # 1,160 independent rows, of (0.5 / 0.0804)^2 = 38.7 times 30.
    assert result.reason == f"{told}: it takes about 240,000"
    assert result.rows_needed == 240_000


def test_few_rows_are_enough_where_the_value_is_surely_below_the_level():
    assert status(finding(0.01, 0.09, rows=30)) is Status.NO_DETECTION
    assert status(finding(0.01, 0.1, rows=30)) is Status.INCONCLUSIVE


def test_a_reference_that_is_too_small_is_said_to_be():
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Never(Proof):
        def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
            return False

    (result,) = judge([finding(0.15, evidence=Never(value=0.15, deviation=0.1, rows=9))], Rule())
    assert "no number is enough with so few of the reference" in result.reason
    assert result.rows_needed is None


def test_the_rows_needed_grow_with_the_results_that_decide():
    def needed(columns: int) -> int:
        family = [finding(0.15, 0.5, rows=30) for _ in range(columns)]
        return judge(family, Rule())[0].rows_needed

    # (1.645 + 0.842) and (3.291 + 0.842) deviations make 0.2.
    assert [needed(1), needed(100)] == [1_200, 3_300]


def test_correction_is_over_all_that_decide_in_an_application():
    deviations = np.array([0.05, 0.06, 0.1, 0.4])
    only = Bound("max", detected=0.2)
    together = [
        finding(0.3, float(deviations[0]), column="a", bound=only),
        finding(0.3, float(deviations[1]), column="b", bound=only, quantity=named("psi")),
        finding(0.3, float(deviations[2]), column="a", window=1, bound=only),
        finding(0.3, float(deviations[3]), column="a", segment="country = BR", bound=only),
    ]
    apart = [
        finding(0.3, 0.4, gating=False, bound=only),
        finding(0.3, 0.4, quantity=of_application("x"), bound=only),
    ]
    results = judge(together + apart, Rule())
    expected = false_discovery_control(ndtr(-0.1 / deviations), method="bh")
    np.testing.assert_allclose([r.q_value for r in results[:4]], expected)
    np.testing.assert_allclose([r.q_value for r in results[4:]], [ndtr(-0.25)] * 2)


def test_a_dear_p_value_is_left_out_of_segments_and_nothing_else():
    class Dear(Proof):
        is_dear = True

    dear = Dear(value=0.3, deviation=0.01, rows=1_000)
    findings = [finding(0.3, evidence=dear, segment="country = BR"), finding(0.3, evidence=dear)]
    first, second = judge(findings, Rule())
    assert (first.p_value, second.p_value is None) == (None, False)
    assert first.status is second.status is Status.DETECTED
    unsure = Dear(value=0.21, deviation=0.05, rows=1_000)
    (one,) = judge([finding(0.21, evidence=unsure, segment="country = BR")], Rule())
    assert one.status is Status.POTENTIAL_DETECTION
    unsure = Dear(value=0.12, deviation=0.05, rows=1_000)
    (one,) = judge([finding(0.12, evidence=unsure, segment="country = BR")], Rule())
    assert one.status is Status.NO_DETECTION


def test_an_undefined_value_is_inconclusive_with_its_reason():
    (result,) = judge([finding(None, reason="no row has a value")], Rule())
    assert (result.status, result.reason) == (Status.INCONCLUSIVE, "no row has a value")
    assert "could not be computed" in judge([finding(None)], Rule())[0].reason


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


def test_a_run_of_which_nothing_is_known_is_inconclusive_though_nothing_gates():
    assert verdict() is Verdict.INCONCLUSIVE
    assert verdict(finding(0.05, 0.5, rows=5, gating=False)) is Verdict.INCONCLUSIVE


def test_an_analysis_without_any_conclusive_result_is_inconclusive():
    few = finding(0.05, 0.5, rows=5)
    assert verdict(few) is Verdict.INCONCLUSIVE
    assert verdict(few, finding(0.05)) is Verdict.PASS
    other = finding(0.05, quantity=of_application("data-quality"))
    assert verdict(few, other) is Verdict.INCONCLUSIVE


def test_a_breach_wins_over_what_is_inconclusive():
    few = finding(0.05, 0.5, rows=5)
    assert verdict(few, finding(0.5, quantity=of_application("data-quality"))) is Verdict.BREACH


def test_a_level_within_the_error_of_a_value_of_too_few_rows_is_not_open():
    few = finding(0.2, 0.5, rows=5, error=0.01)
    assert verdict(few, finding(0.05)) is Verdict.PASS


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
    one = finding(0.1, 0.5, bound=only, rows=10)
    assert status(one) is Status.INCONCLUSIVE
    assert status(one, fail_on="potential") is Status.INCONCLUSIVE


def test_a_run_does_not_pass_by_the_one_of_many_results_that_chance_made_conclusive():
    small, known = finding(0.1, 0.5, rows=10), finding(0.01)
    assert status(small) is Status.INCONCLUSIVE
    assert verdict(*[small] * 9, known) is Verdict.PASS
    assert verdict(*[small] * 10, known) is Verdict.INCONCLUSIVE
    assert verdict(*[small] * 10, finding(0.9)) is Verdict.BREACH


def test_an_error_across_the_only_threshold_is_open_whatever_fails():
    unsure = finding(0.19, error=0.05, bound=Bound("max", detected=0.2))
    sure = finding(0.01)
    for fail_on in ("detected", "potential"):
        rule = Rule(fail_on=fail_on)
        assert decide(judge([unsure, sure], rule), rule) is Verdict.INCONCLUSIVE


def test_with_a_budget_all_that_decides_is_one_family_and_what_adds_up_another():
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Sum(Proof):
        adds_up = True

    p_values = [0.001, 0.004, 0.03, 0.5]
    bound = Bound("max", detected=0.0)
    own = [finding(0.3, evidence=_of(Proof, p), bound=bound) for p in p_values[:2]]
    other = finding(0.3, evidence=_of(Proof, 0.03), quantity=of_application("x"), bound=bound)
    settled = finding(0.3, evidence=Settled(p=0.2, q=0.5), bound=bound)
    added = [finding(0.3, evidence=_of(Sum, p), bound=bound) for p in (0.002, 0.3)]
    told = finding(0.3, evidence=_of(Proof, 0.02), gating=False, bound=bound)
    results = judge([*own, other, settled, *added, told], Rule(0.01, is_budget=True))
    found = [r.q_value for r in results]
    np.testing.assert_allclose(found[:4], false_discovery_control(p_values, method="bh"))
    np.testing.assert_allclose(found[4:6], [0.004, 0.3])
    assert found[6] == pytest.approx(0.02)


def test_of_many_looks_each_spends_a_part_and_all_of_them_no_more_than_alpha():
    def rule(look: int) -> Rule:
        body = {"reference": "a.csv", "production": "b.csv", "alpha": 0.05, "look": look}
        return Rule.of_run(config_file.validate(body, "arguments"))

    assert rule(1) == Rule(0.05 * 6 / np.pi**2, is_budget=True)
    # Euler: the inverse squares add up to pi^2 / 6, and beyond the N-th to about 1 / N.
    spent = sum(rule(look).alpha for look in range(1, 1001))
    assert spent == pytest.approx(0.05 * (1 - 6 / np.pi**2 / 1000.5), abs=1e-9)
    bound = Bound("max", detected=0.0)
    of_both = [of_application("x"), of_application("y")]
    found = [finding(0.3, evidence=_of(Proof, 0.003), quantity=q, bound=bound) for q in of_both]
    assert {one.status for one in judge(found, rule(3))} == {Status.DETECTED}
    assert {one.status for one in judge(found, rule(4))} == {Status.NO_DETECTION}


def _of(kind: type[Proof], p: float) -> Proof:
    return kind(value=float(-ndtri(p)), deviation=1.0, rows=1_000)


def test_evidence_that_added_up_counts_where_its_effect_is_surely_beyond_the_level():
    effect = Proof(value=0.3, deviation=0.05, rows=1_000)
    some = Lasting(log_evidence=np.log(2_000), effect=effect, alpha=0.05, rows=1_000)
    assert [
        status(finding(0.3, evidence=some, bound=Bound("max", detected=at)))
        for at in (0, 0.2, 0.25)
    ] == [
        Status.DETECTED,
        Status.DETECTED,
        Status.POTENTIAL_DETECTION,
    ]
    assert some.p_value() == pytest.approx(1 / 2_000)
    assert some.p_value_against(0.25) == 1.0
    weak = dataclasses.replace(some, log_evidence=-1.0)
    assert weak.p_value() == 1.0
    assert status(finding(0.3, evidence=weak)) is Status.NO_DETECTION
