"""Performance and operational numbers are told in their units, with the digits that matter."""

from __future__ import annotations

import math

import pytest

from mmon.outline import units
from mmon.results import ResultKind
from tests import quantities

MODEL, SYSTEM = ResultKind.MODEL_PERFORMANCE, ResultKind.SYSTEM_PERFORMANCE


def test_what_rounding_leaves_of_a_value_is_nothing() -> None:
    for value, text in ((1.4e-17, "0"), (-2e-16, "0"), (1.4e-7, "1.4e-07")):
        assert units.value_word(quantities.result("ks", value, column="a")) == text


@pytest.mark.parametrize(
    ("kind", "name", "value", "text"),
    [
        (MODEL, "roc_auc", 0.87312, "0.873"),
        (MODEL, "error_rate", 0.0313, "3.13%"),
        (MODEL, "label_coverage", 0.8, "80%"),
        (MODEL, "conflicting_labels", 12.0, "12"),
        (MODEL, "single_target", 1.0, "yes"),
        (SYSTEM, "error_rate", 0.0313, "3.13%"),
        (SYSTEM, "error_rate", 0.00042, "0.042%"),
        (SYSTEM, "completeness", 0.61, "61%"),
        (SYSTEM, "completeness", 1.0, "100%"),
        (SYSTEM, "freshness", 11_700.0, "3 h 15 min"),
        (SYSTEM, "longest_gap", 90_000.0, "1 d 1 h"),
        (SYSTEM, "longest_gap", 0.5, "0.5 s"),
        (SYSTEM, "latency_p95", 91.74, "91.7"),
        (SYSTEM, "invocations", 12_505.0, "12,505"),
        (MODEL, "mae", None, "–"),
        (SYSTEM, "freshness", math.inf, "∞"),
    ],
)
def test_each_metric_has_its_unit(
    kind: ResultKind, name: str, value: float | None, text: str
) -> None:
    assert units.amount(quantities.named(name, kind), value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (59.0, "59 s"),
        (60.0, "1 min"),
        (3_599.6, "1 h"),
        (86_399.0, "23 h 59 min"),
        (864_000.0, "10 d"),
        (-7_500.0, "-2 h 5 min"),
    ],
)
def test_durations_fill_at_most_two_units(seconds: float, text: str) -> None:
    assert units.duration(seconds) == text


@pytest.mark.parametrize(
    ("low", "high", "digits"),
    [(0.866, 0.880, 3), (0.8151, 0.8231, 4), (1_880.0, 1_945.0, 0), (0.2, 0.9, 2)],
)
def test_an_interval_decides_how_many_places_are_told(low: float, high: float, digits: int) -> None:
    assert units.places([(low, high)], [high]) == digits


def test_without_a_proper_interval_three_digits_are_told() -> None:
    assert units.places([None, (0.5, 0.5)], [0.5]) is None
    assert units.places([(0.0, 1e-12)], [1e-12]) is None
    assert units.figure(0.123456, None) == "0.123"


def test_zero_has_no_sign() -> None:
    assert units.figure(-0.0004, 2) == "0.00"


@pytest.mark.parametrize(
    ("name", "fields", "value", "levels"),
    [
        ("ks", {"value": 0.178, "potential": 0.1, "detected": 0.2}, "0.178", "0.1 / 0.2"),
        ("roc_auc", {"value": 0.75, "potential": 0.75}, "0.750", "0.75 / –"),
        ("roc_auc", {"value": 0.0612, "aspect": "drop", "detected": 0.05}, "0.061", "– / 0.05"),
        ("mae", {"value": 0.66, "aspect": "drop", "relative": True, "potential": 0.1,
                 "detected": 0.2}, "+66%", "10% / 20%"),
        ("invocations", {"value": 0.4, "aspect": "drop", "relative": True, "detected": 0.3},
         "-40%", "– / 30%"),
        ("invocations", {"value": 12_000.0, "detected": 1_000.0}, "12,000", "– / 1,000"),
        ("label_coverage", {"value": 0.8, "detected": 0.9}, "80%", "– / 90%"),
        ("freshness", {"value": 11_700.0, "detected": 3_600.0}, "3 h 15 min", "– / 1 h"),
        ("missing_share", {"value": 0.097, "aspect": "increase", "potential": 0.05,
                           "detected": 0.2}, "+9.7 points", "5 / 20 points"),
        ("error_rate_increase", {"value": -0.003, "aspect": "increase", "potential": 0.01,
                                 "detected": 0.05}, "-0.3 points", "1 / 5 points"),
        ("unseen_share", {"value": 0.097, "potential": 0.05, "detected": 0.2}, "9.7%", "5% / 20%"),
        ("type_change", {"value": 1.0, "detected": 1.0}, "yes", ""),
        ("mae", {"value": None}, "–", ""),
    ],
)  # fmt: skip
def test_what_is_judged_and_its_levels_are_told_in_one_unit(
    name: str, fields: dict[str, object], value: str, levels: str
) -> None:
    judged = quantities.result(name, **fields)
    assert (units.value_word(judged), units.limits_word(judged)) == (value, levels)


def test_names_of_classes_are_left_as_they_are() -> None:
    assert quantities.named("f1:prepaid_card").words == "f1 of prepaid_card"
    assert quantities.named("recall:a:b").words == "recall of a:b"
    assert quantities.named("error_rate", SYSTEM).words == "failure rate"
