"""Performance and operational numbers are told in their units, with the digits that matter."""

from __future__ import annotations

import math

import pytest

from mmon.reports import _units as units
from mmon.results import Result, ResultKind

MODEL, SYSTEM = ResultKind.MODEL_PERFORMANCE, ResultKind.SYSTEM_PERFORMANCE


@pytest.mark.parametrize(
    ("kind", "name", "value", "text"),
    [
        (MODEL, "roc_auc", 0.87312, "0.873"),
        (MODEL, "error_rate", 0.0313, "0.0313"),
        (MODEL, "label_coverage", 0.8, "80%"),
        (MODEL, "conflicting_labels", 12.0, "12"),
        (MODEL, "single_target", 1.0, "yes"),
        (SYSTEM, "error_rate", 0.0313, "3.13%"),
        (SYSTEM, "error_rate", 0.00042, "0.042%"),
        (SYSTEM, "error_rate_increase", 0.0121, "+1.21 points"),
        (SYSTEM, "error_rate_increase", -0.003, "-0.3 points"),
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
    assert units.amount(Result("a", kind, name), value) == text


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
    ("kind", "name", "value", "text"),
    [
        (MODEL, "roc_auc", 0.75, "0.75"),
        (MODEL, "label_coverage", 0.9, "90%"),
        (SYSTEM, "error_rate", 0.005, "0.5%"),
        (SYSTEM, "freshness", 3_600.0, "1 h"),
        (SYSTEM, "invocations", 1_000.0, "1,000"),
        (MODEL, "mae", None, "–"),
    ],
)
def test_thresholds_are_told_in_the_metric_s_unit(
    kind: ResultKind, name: str, value: float | None, text: str
) -> None:
    assert units.level(Result("a", kind, name), value) == text


def test_names_of_classes_are_left_as_they_are() -> None:
    assert units.measure_word(Result("a", MODEL, "f1:prepaid_card")) == "f1 of prepaid_card"
    assert units.measure_word(Result("a", MODEL, "recall:a:b")) == "recall of a:b"
    assert units.measure_word(Result("a", SYSTEM, "error_rate")) == "error rate"
