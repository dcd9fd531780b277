"""How numbers, times and windows are written for people."""

from __future__ import annotations

import math

import pytest

from mmon.outline import severity, units, wording
from mmon.reports import html, terminal
from mmon.results import Column, ColumnKind, Direction, Result, Status, Window
from tests import quantities
from tests.reports.html_page import document


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1"),
        (0.13449, "0.134"),
        (-0.0630, "-0.0630"),
        (12.345, "12.3"),
        (1234.5, "1,234"),
        (16913, "16,913"),
        (1e6, "1,000,000"),
        (2.5e-7, "2.5e-07"),
        (1e20, "1e+20"),
        (-3e-9, "-3e-09"),
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
    ],
)
def test_numbers_have_three_significant_digits(value: float | None, text: str) -> None:
    assert wording.number(value) == text


def test_numbers_close_to_each_other_are_told_apart() -> None:
    decimals = wording.decimals_for(0.05)
    assert wording.number(1000.012, decimals=decimals) == "1,000.0120"
    assert wording.decimals_for(737.0) == 0
    assert wording.decimals_for(0.0) == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0%"),
        (1e-9, "<0.1%"),
        (0.0123, "1.2%"),
        (0.9999, ">99.9%"),
        (1.0, "100%"),
        (-0.052, "-5.2%"),
        (None, "–"),
    ],
)
def test_shares_are_percentages_that_never_round_to_all_or_nothing(
    value: float | None, text: str
) -> None:
    assert wording.share(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "< 1e-99"),
        (9e-100, "< 1e-99"),
        (3.21e-8, "3.2e-08"),
        (0.0421, "0.042"),
        (0.5, "0.5"),
        (1.0, "1"),
        (None, "–"),
    ],
)
def test_tiny_chances_are_bounded(value: float | None, text: str) -> None:
    assert wording.probability(value) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2016-10-01T00:00:00Z", "2016-10-01"),
        ("2016-10-01T14:30:00+00:00", "2016-10-01 14:30"),
        ("2016-10-01T14:30:05+00:00", "2016-10-01 14:30:05"),
        ("2016-10-01T00:00:00+02:00", "2016-10-01 +02:00"),
        ("2016-10-01T00:00:00-03:30", "2016-10-01 -03:30"),
        ("not a time", "not a time"),
        (None, "–"),
    ],
)
def test_times_leave_out_what_says_nothing(text: str | None, shown: str) -> None:
    assert wording.iso_moment(text) == shown


@pytest.mark.parametrize(
    ("span_days", "text"),
    [(3650, "2017-07"), (90, "2017-07-14"), (2, "2017-07-14 02:40"), (0.001, "02:40:00.000000")],
)
def test_moments_are_as_precise_as_the_span_needs(span_days: float, text: str) -> None:
    assert wording.moment(1.5e15, span_days * 86_400e6) == text


def test_a_moment_beyond_the_calendar_is_a_number() -> None:
    assert wording.moment(1e19, 1e19) == "1e+19"


def test_windows_are_named_by_their_period_or_their_number() -> None:
    timed = Window(1, 50, start="2016-10-01T00:00:00Z", end="2016-11-01T00:00:00Z")
    assert wording.window_word(timed, windows=3) == "window 2 (2016-10-01 to 2016-11-01)"
    assert wording.window_word(Window(1, 6000), windows=3) == "window 2 (6,000 rows)"
    assert wording.window_word(Window(0, 6000), windows=1) == "all of production"


@pytest.mark.parametrize(
    ("dtype", "shown"),
    [
        ("Datetime(time_unit='us', time_zone=None)", "Datetime"),
        ("Datetime(time_unit='ns', time_zone='Europe/Berlin')", "Datetime[Europe/Berlin]"),
        ("List(Datetime(time_unit='us', time_zone='UTC'))", "List(Datetime[UTC])"),
        (
            "Struct({'a': Duration(time_unit='ms'), 'b': Int64})",
            "Struct({'a': Duration, 'b': Int64})",
        ),
        ("Decimal(precision=38, scale=0)", "Decimal(38, 0)"),
        ("Enum(categories=['a]', 'b'])", "Enum"),
        ("Array(Int64, shape=(3,))", "Array(Int64, shape=(3,))"),
        ("", ""),
    ],
)
def test_types_leave_out_what_says_nothing(dtype: str, shown: str) -> None:
    assert wording.dtype_word(dtype) == shown


def test_types_are_short_wherever_they_are_shown() -> None:
    column = Column("when", ColumnKind.UNSUPPORTED, "Datetime(time_unit='us', time_zone='UTC')")
    sample = document(columns=[column])
    for text in (html.render(sample), terminal.render(sample)):
        assert "Datetime[UTC]" in text
        assert "time_unit" not in text


def test_an_error_is_exact_bounded_or_unknown() -> None:
    assert wording.error_word(0.0) == "exact"
    assert wording.error_word(7e-14, 0.2) == "exact"
    assert wording.error_word(2.1e-4) == "±0.0002"
    assert wording.error_word(math.inf) == "unknown"


def test_only_drift_is_said_not_to_have_drifted() -> None:
    drift = quantities.result("ks", status=Status.NO_DETECTION)
    quality = quantities.result("missing_share", status=Status.NO_DETECTION)
    assert units.status_word(drift) == "no drift"
    assert units.status_word(quality) == "ok"


@pytest.mark.parametrize(
    ("direction", "reference", "value", "ratio"),
    [
        ("above", None, 0.1, 0.5),
        ("above", None, -0.4, 2.0),
        ("below", 0.4, 0.3, 0.5),
        ("below", 0.4, 0.0, 2.0),
        ("below", 0.4, 0.5, 0.0),
        ("below", None, 0.3, 0.5),
    ],
)
def test_the_way_to_the_worst_threshold_is_measured_from_what_is_harmless(
    direction: Direction, reference: float | None, value: float, ratio: float
) -> None:
    result = quantities.result(
        "ks",
        reference_value=reference,
        detected=0.2,
        direction=direction,
    )
    assert severity.ratio(result, value) == pytest.approx(ratio)


def test_a_threshold_of_zero_is_passed_by_anything() -> None:
    result = quantities.result("ks", potential=0.0, detected=0.0)
    assert severity.ratio(result, 1e-12) == math.inf
    assert severity.ratio(result, 0.0) == 0.0


def test_the_worst_window_hit_the_most_columns() -> None:
    def hit(window: int, column: str, value: float, status: Status) -> Result:
        return quantities.result(
            "ks",
            window=window,
            column=column,
            value=value,
            detected=0.2,
            gating=True,
            status=status,
        )

    results = [
        hit(0, "a", 0.9, Status.DETECTED),
        hit(1, "a", 0.3, Status.DETECTED),
        hit(1, "b", 0.3, Status.DETECTED),
        hit(2, "a", 0.3, Status.DETECTED),
        hit(2, "b", 0.4, Status.DETECTED),
    ]
    assert severity.worst_window(results) == severity.WorstWindow(2, findings=2)
    assert severity.worst_window(results[:1]) == severity.WorstWindow(0, findings=1)
    calm = [hit(3, "a", 0.01, Status.NO_DETECTION)]
    assert severity.worst_window(calm) == severity.WorstWindow(3, findings=0)
    assert severity.worst_window([]) is None
