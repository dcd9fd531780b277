"""Steps over time: one axis for all charts, empty steps visible, long stretches put together."""

from __future__ import annotations

import dataclasses

import pytest

from mmon.reports.html.timeline import timeline
from mmon.results.charts import ActivityPicture
from tests.reports.sample_operations import activity

PLAIN = ActivityPicture(
    window=0,
    segment=None,
    step_s=3_600.0,
    starts=tuple(f"2026-10-01T0{hour}:00:00+00:00" for hour in range(4)),
    rows=(100, 0, 50, 200),
    expected=(100.0, 100.0, 100.0, 100.0),
    errors=(1, 0, 5, 0),
    latency_p50=(10.0, None, 20.0, 40.0),
    latency_p95=(20.0, None, 40.0, 80.0),
    latency_p99=(),
)


def test_every_chart_runs_over_the_same_steps() -> None:
    drawn = timeline([PLAIN])
    assert drawn is not None
    assert (drawn.width, drawn.step, drawn.gaps) == (4, "1 h", 1)
    assert drawn.empty == "M1,0h1v99h-1z"
    invocations, errors, latency = drawn.charts
    assert (invocations.title, invocations.top) == ("Invocations", "200")
    assert [line.path for line in invocations.lines] == [
        "M0,99V49h1V99h1V74h1V0h1V99",
        "M0,49h4",
    ]
    assert (errors.top, errors.lines[0].path) == ("10%", "M0,89h0M2,0L3,99")
    assert [line.name for line in latency.lines] == ["p50", "p95"]
    assert latency.lines[1].path == "M0,74h0M2,49L3,0"


def test_every_step_can_be_read() -> None:
    drawn = timeline([PLAIN])
    assert drawn is not None
    assert drawn.points == (
        "2026-10-01 00:00: 100 rows, 100 expected, 1 error (1%), p50 10, p95 20",
        "2026-10-01 01:00: no rows, 100 expected",
        "2026-10-01 02:00: 50 rows, 100 expected, 5 errors (10%), p50 20, p95 40",
        "2026-10-01 03:00: 200 rows, 100 expected, 0 errors (0%), p50 40, p95 80",
    )


def test_windows_follow_each_other_in_time() -> None:
    drawn = timeline([activity(1), activity(0)])
    assert drawn is not None
    assert drawn.width == 96
    assert drawn.points[0].startswith("2026-10-01 00:00")
    assert drawn.points[48].startswith("2026-10-03 00:00")
    assert drawn.ticks[0] == (0.0, "2026-10-01")


def test_windows_of_shorter_steps_take_the_longest_ones() -> None:
    later = activity(1, steps=4, step_s=7_200.0)
    drawn = timeline([PLAIN, later])
    assert drawn is not None
    assert (drawn.width, drawn.step) == (6, "2 h")
    assert drawn.points[0].startswith("2026-10-01 00:00: 100 rows, 200 expected, 1 error (1%)")
    assert drawn.points[1].startswith("2026-10-01 02:00: 250 rows, 200 expected, 5 errors (2%)")


def test_many_steps_are_put_together_without_losing_rows() -> None:
    picture = activity(steps=1_000)
    drawn = timeline([picture])
    assert drawn is not None
    assert drawn.width == 200
    assert drawn.step == "5 h"
    assert drawn.points == ()
    groups = [sum(picture.rows[i : i + 5]) for i in range(0, 1_000, 5)]
    assert drawn.charts[0].top == f"{max(*groups, max_expected(picture)):,.0f}"
    # Three empty steps among five do not make an empty one; the table tells the gaps.
    assert drawn.gaps == 0


def max_expected(picture: ActivityPicture) -> float:
    return max(sum(picture.expected[i : i + 5]) for i in range(0, len(picture.expected), 5))


def test_a_worst_latency_survives_being_put_together() -> None:
    picture = activity(steps=1_000)
    slow = (*picture.latency_p99[:500], 9_999.0, *picture.latency_p99[501:])
    drawn = timeline([dataclasses.replace(picture, latency_p99=slow)])
    assert drawn is not None
    assert drawn.charts[-1].top == "9,999"


@pytest.mark.parametrize("field", ["expected", "errors", "latency_p50"])
def test_what_was_not_measured_is_not_drawn(field: str) -> None:
    bare = ActivityPicture(0, None, 60.0, ("2026-10-01T00:00:00Z",), (5,))
    drawn = timeline([bare])
    assert drawn is not None
    assert [chart.title for chart in drawn.charts] == ["Invocations"]
    assert len(drawn.charts[0].lines) == 1
    value = {"expected": (4.0,), "errors": (1,), "latency_p50": (3.5,)}[field]
    more = timeline([dataclasses.replace(bare, **{field: value})])
    assert more is not None
    assert sum(len(chart.lines) for chart in more.charts) == 2


def test_empty_steps_in_which_hardly_any_row_was_expected_are_no_gaps() -> None:
    night = dataclasses.replace(PLAIN, rows=(0, 0, 0, 200), expected=(0.0, 4.3, 4.4, 100.0))
    drawn = timeline([night])
    assert drawn is not None
    # Of four steps that expect ln(4 / 0.05) = 4.38 rows each, one is empty by chance in 20 charts.
    assert (drawn.gaps, drawn.empty, drawn.has_expected) == (1, "M2,0h1v99h-1z", True)
    unknown = timeline([dataclasses.replace(night, expected=())])
    assert unknown is not None
    assert (unknown.gaps, unknown.has_expected) == (3, False)


def test_a_few_rows_that_all_failed_do_not_stretch_the_axis_of_errors() -> None:
    sparse = dataclasses.replace(PLAIN, rows=(100, 1, 50, 200), errors=(1, 1, 5, 0))
    drawn = timeline([sparse])
    assert drawn is not None
    errors = drawn.charts[1]
    assert errors.top == "10%"
    assert [(line.name, line.path) for line in errors.lines] == [
        ("failure rate", "M0,89L1,0L2,0L3,99"),
        ("above the axis, in a step of few rows", "M1,0v14"),
    ]
    assert "1 error (100%)" in drawn.points[1]


def test_where_all_steps_have_few_rows_the_axis_has_all_of_them() -> None:
    few = dataclasses.replace(PLAIN, rows=(1, 0, 2, 1), errors=(1, 0, 1, 0))
    drawn = timeline([few])
    assert drawn is not None
    assert (drawn.charts[1].top, len(drawn.charts[1].lines)) == ("100%", 1)


def test_segments_and_nothing_at_all_are_not_drawn() -> None:
    assert timeline([]) is None
    assert timeline([dataclasses.replace(PLAIN, segment="c = x")]) is None


def test_no_rows_at_all_are_one_long_gap() -> None:
    idle = dataclasses.replace(
        PLAIN, rows=(0, 0, 0, 0), expected=(), errors=(), latency_p50=(), latency_p95=()
    )
    drawn = timeline([idle])
    assert drawn is not None
    assert drawn.gaps == 4
    assert drawn.empty.count("z") == 4


def test_days_are_what_an_axis_of_days_tells() -> None:
    drawn = timeline([activity(steps=100, step_s=7_200.0)])
    assert drawn is not None
    assert [text for _, text in drawn.ticks] == [
        "2026-10-01", "2026-10-03", "2026-10-05", "2026-10-07", "2026-10-09",
    ]  # fmt: skip
