"""What tells a finding from chance, how many rows that takes, and which limits make findings."""

from __future__ import annotations

import dataclasses
import math

import pytest

from mmon.results import Direction, Status
from mmon.results.quantity import Aspect, Bound
from mmon.verdict import judge
from mmon.verdict.evidence import Change, Evidence, Settled
from mmon.verdict.finding import Finding, Rule, expanded
from tests.quantities import named

ACCURACY = named("accuracy")
LEVELS = {"potential": 0.1, "detected": 0.2}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Proof(Evidence):
    """A change of which so many rows are proof."""

    is_fact = False
    needed: float = 0.0

    def change(self) -> Change:
        value = 0.3 if self.aspect == "drop" else -0.3
        return Change(value, 0.01, is_relative=True, interval=(value - 0.1, value + 0.1))

    def p_value(self) -> float | None:
        return None if self.aspect == "value" else 1e-9

    def p_value_against(self, level: float) -> float | None:
        return 0.0

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        return (self.rows if rows is None else rows) >= self.needed


def test_a_fact_has_no_noise_and_needs_no_rows() -> None:
    fact = Evidence()
    assert (fact.is_fact, fact.p_value(), fact.q_value) == (True, None, None)
    assert not Proof().is_fact
    assert fact.rows_needed(0.2, 0.05) == 0.0
    assert fact.change().value is None


@pytest.mark.parametrize("needed", [11, 99, 147, 1_234, 987_654])
def test_the_rows_needed_are_told_in_two_digits_and_never_too_few(needed: int) -> None:
    told = Proof(aspect="drop", rows=10, needed=needed).rows_needed(0.2, 0.05)
    assert needed <= told <= needed * 1.13
    assert f"{told:.1e}" == f"{told:.20e}"[:3] + f"{told:.20e}"[-4:]


def test_no_rows_are_needed_where_there_are_enough_and_none_suffice_where_none_do() -> None:
    assert Proof(aspect="drop", rows=10, needed=10).rows_needed(0.2, 0.05) == 0.0
    assert Proof(aspect="drop", rows=10, needed=math.inf).rows_needed(0.2, 0.05) == math.inf
    assert Proof(aspect="drop", rows=10, needed=math.inf).rows_needed(0.0, 0.05) == 0.0


def test_what_was_corrected_elsewhere_is_not_corrected_again() -> None:
    bound = Bound("max", **LEVELS)
    findings = [
        Finding(ACCURACY, 0.3, evidence=Settled(p=0.01, q=q), bound=bound) for q in (0.04, 0.06)
    ]
    results = judge(findings, Rule())
    assert [one.p_value for one in results] == [0.01, 0.01]
    assert [one.q_value for one in results] == [0.04, 0.06]
    assert [one.status for one in results] == [Status.DETECTED, Status.NO_DETECTION]


@pytest.mark.parametrize(
    ("limit", "aspect", "direction", "value"),
    [
        ("min", "value", "below", 0.5),
        ("max", "value", "above", 0.5),
        ("max_drop", "drop", "above", 0.3),
        ("max_rise", "rise", "above", -0.3),
    ],
)
def test_every_limit_makes_a_finding(
    limit: str, aspect: Aspect, direction: Direction, value: float
) -> None:
    bound = Bound(limit, **LEVELS)  # type: ignore[arg-type]  # one of the parameters
    whole = Finding(
        ACCURACY, 0.5, 0.02, (0.4, 0.6), reference_value=0.8, evidence=Proof(), gating=True
    )
    *told, found = expanded(whole, [bound, Bound("max")])
    assert (found.aspect, found.direction, found.value) == (aspect, direction, value)
    assert (found.bound, found.gating, found.reference_value) == (bound, True, 0.8)
    is_change = aspect != "value"
    assert found.evidence.aspect == aspect
    assert (found.relative, found.error) == ((True, 0.01) if is_change else (False, 0.02))
    assert found.interval == ((value - 0.1, value + 0.1) if is_change else (0.4, 0.6))
    # What is judged as a change is told as well.
    assert [(one.aspect, one.value, one.gating) for one in told] == (
        [("value", 0.5, False)] if is_change else []
    )


def test_without_limits_a_finding_is_only_told_and_faces_its_worse_side() -> None:
    for worse, direction in (("lower", "below"), ("higher", "above"), (None, "above")):
        quantity = dataclasses.replace(ACCURACY, worse=worse)
        (told,) = expanded(Finding(quantity, 0.5, evidence=Proof(), gating=True), [Bound("max")])
        assert (told.gating, told.direction, told.bound.is_empty) == (False, direction, True)


def test_all_limits_are_judged_one_by_one() -> None:
    bounds = [
        Bound("min", potential=0.7, detected=0.6),
        Bound("max", **LEVELS),
        Bound("max_drop", **LEVELS),
    ]
    results = judge(expanded(Finding(ACCURACY, 0.65, evidence=Proof()), bounds), Rule())
    assert [(one.aspect, one.direction, one.status) for one in results] == [
        ("value", "below", Status.POTENTIAL_DETECTION),
        ("value", "above", Status.DETECTED),
        ("drop", "above", Status.DETECTED),
    ]


@pytest.mark.parametrize(
    ("bound", "fail_on", "expected"),
    [
        (Bound("max", 0.1, 0.2), "detected", 0.2),
        (Bound("max", 0.1, 0.2), "potential", 0.1),
        (Bound("max", 0.1), "detected", 0.1),
        (Bound("max", detected=0.0), "potential", 0.0),
        (Bound("max"), "detected", None),
    ],
)
def test_where_the_level_that_gates_is_not_set_the_other_one_does(
    bound: Bound, fail_on: str, expected: float | None
) -> None:
    assert Rule(fail_on=fail_on).threshold(bound) == expected  # type: ignore[arg-type]  # a choice
