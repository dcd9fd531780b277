"""The chart of the loss over time, of rows and of time, with gaps, and of losses of nothing."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from mmon.records import MisfitError
from mmon.reports import html
from mmon.reports.html.changes import Changes, changes
from mmon.results import Status, Window
from mmon.results.loss_picture import LossChange, LossLevel, LossPicture
from mmon.results.quantity import Unit
from tests import quantities
from tests.reports.sample_document import sample_document

PICTURE = LossPicture(
    loss="error_rate",
    unit=Unit.SHARE,
    is_timed=True,
    step_s=3_600.0,
    starts=tuple(f"2024-03-18T{hour:02}:00:00Z" for hour in range(4)),
    rows=(100, 120, 0, 90),
    means=(0.1, 0.1, None, 0.3),
    reference=0.08,
    levels=(LossLevel(0.0, 3.0, 0.1), LossLevel(3.0, 4.0, 0.3)),
    changes=(LossChange(3.0, 2.0, 3.5),),
)


def drawn(picture: LossPicture, **changed: Any) -> Changes:
    results = [quantities.result("change_points", 1.0, reason="310 labelled rows")]
    document = quantities.with_rows(sample_document(1), results=results)
    found = changes(dataclasses.replace(document, losses=[dataclasses.replace(picture, **changed)]))
    assert found is not None
    return found


def test_the_loss_its_levels_and_the_places_of_changes_are_drawn_over_one_axis() -> None:
    (chart,) = drawn(PICTURE).charts
    assert chart.width == 4
    assert chart.cell == "1 h"
    assert chart.top == "33%"
    assert chart.line == "M0,69L1,69M3,9h0"
    assert chart.levels == "M0,69H3M3,9H4"
    assert chart.places == "M2,0H3.5V99H2z"
    assert chart.reference == "M0,75h4"
    assert chart.points[1] == "2024-03-18 01:00: 120 rows, error rate 10%"
    assert chart.points[2] == "2024-03-18 02:00: 0 rows"


def test_rows_are_numbered_where_no_time_is_known() -> None:
    starts = ("0", "1000", "2000", "3000")
    (chart,) = drawn(PICTURE, is_timed=False, step_s=1_000.0, starts=starts).charts
    assert chart.cell == "1,000 rows"
    assert chart.points[3].startswith("row 3,000: 90 rows")
    assert [label for _, label in chart.ticks] == ["row 0", "row 1,000", "row 2,000", "row 3,000"]


def test_times_are_shown_by_the_clock_of_the_windows() -> None:
    document = quantities.with_rows(
        sample_document(1),
        results=[quantities.result("change_points", 0.0)],
        windows=[Window(0, 10, "2024-03-18T00:00:00Z", timezone="Asia/Tokyo")],
    )
    found = changes(dataclasses.replace(document, losses=[PICTURE]))
    assert found is not None
    assert found.charts[0].zone == "Asia/Tokyo"
    assert found.charts[0].points[0].startswith("2024-03-18 09:00")


def test_losses_of_nothing_have_an_axis() -> None:
    (chart,) = drawn(
        PICTURE, means=(0.0, 0.0, None, 0.0), reference=None, levels=(), changes=()
    ).charts
    assert chart.top == "100%"
    assert chart.reference == chart.levels == chart.places == ""


def test_the_page_has_the_section_once_for_all_windows() -> None:
    step = quantities.result(
        "error_rate_step",
        0.2,
        aspect="step",
        reference_value=0.1,
        status=Status.DETECTED,
        reason="at 2024-03-18 03:00 ± 30 min",
    )
    document = quantities.with_rows(sample_document(2), results=[step])
    page = html.render(dataclasses.replace(document, losses=[PICTURE]))
    assert page.count("<section id=changes>") == 1
    assert "the error rate rose from 10% to 30% at 2024-03-18 03:00 ± 30 min" in page
    assert "<section id=changes>" not in html.render(sample_document(2))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"step_s": 0.0}, "no such length"),
        ({"rows": (1, 2)}, "other cells"),
        ({"changes": (LossChange(9.0, 1.0, 2.0),)}, "outside its axis"),
    ],
)
def test_what_cannot_be_drawn_is_refused(changed: dict[str, Any], says: str) -> None:
    PICTURE.check()
    with pytest.raises(MisfitError, match=says):
        dataclasses.replace(PICTURE, **changed).check()
