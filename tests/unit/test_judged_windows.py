"""Windows that the data does not fill, and those that a run is not to judge, decide nothing."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.config.windows import Windows
from mmon.outline import summary
from mmon.results import Document, Status, Verdict
from tests.analyses.operations_runs import document, requests

MONDAY = dt.datetime(2024, 1, 1)
WEEK = dt.timedelta(days=7)
RNG = np.random.default_rng(0)
BEFORE = pl.DataFrame({"x": RNG.normal(size=4_000)})


def production(start: dt.datetime, rows: int, *, step: str = "10m", shift: int = 0) -> pl.DataFrame:
    """Rows in equal steps; those of the last ``shift`` are far away."""
    times = pl.datetime_range(start, start + dt.timedelta(days=400), step, eager=True)
    x = RNG.normal(size=rows) + 3.0 * (np.arange(rows) >= rows - shift)
    return pl.DataFrame({"at": times.head(rows), "x": x})


def run(after: pl.DataFrame, **windows: Any) -> Document:
    found = mmon.compare(
        BEFORE, after, columns={"timestamp": "at"}, windows={"every": "1w", **windows}
    )
    return found.document


def marks(document: Document) -> list[tuple[bool, bool]]:
    return [(one.is_complete, one.is_judged) for one in document.windows]


def test_a_last_window_that_the_data_does_not_fill_decides_nothing():
    found = run(production(MONDAY, 3 * 1008 + 40, shift=40))
    assert marks(found) == [(True, True)] * 3 + [(False, False)]
    last = [one for one in found.results if one.window == 3]
    assert last
    assert any(one.name == "total_variation" and (one.value or 0) > 0.5 for one in last)
    assert not any(one.gating for one in last)
    assert {one.status for one in last} == {Status.IRRELEVANT}
    assert found.windows[3].status is Status.IRRELEVANT
    assert (found.verdict, found.sentence) == (Verdict.PASS, "no drift in 1 column")


def test_a_first_window_that_began_before_the_data_decides_nothing():
    found = run(production(MONDAY + dt.timedelta(days=6, hours=20), 24 + 2 * 1008))
    assert marks(found) == [(False, False), (True, True), (True, True)]
    assert found.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("hours", "is_full"),
    [((0, 24), True), ((8, 18), True), ((20, 21), True)],
    ids=["always", "office", "batch"],
)
def test_a_window_is_full_though_nothing_comes_in_its_last_hours(hours, is_full):
    some = production(MONDAY, 4 * 1008)
    at = pl.col("at")
    kept = some.filter(at.dt.hour().is_between(*hours, closed="left"), at.dt.weekday() < 6)
    found = run(kept)
    assert [one.is_complete for one in found.windows] == [is_full] * 4
    partly = run(kept.filter(at < MONDAY + dt.timedelta(days=23)))
    assert [one.is_complete for one in partly.windows] == [True, True, True, False]


@pytest.mark.parametrize("is_date", [True, False])
def test_days_that_fill_a_month_fill_its_window(is_date):
    days = production(MONDAY, 60, step="1d")  # January and February of a leap year
    if is_date:
        days = days.with_columns(pl.col("at").dt.date())
    assert [one.is_complete for one in run(days, every="1mo").windows] == [True, True]
    assert [one.is_complete for one in run(days.head(50), every="1mo").windows] == [True, False]


@pytest.mark.parametrize(("hours", "is_full"), [(13, False), (24, True)])
def test_a_window_that_is_not_over_by_the_clock_is_incomplete(monkeypatch, hours, is_full):
    now = MONDAY + dt.timedelta(days=7, hours=hours)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", f"{now.replace(tzinfo=dt.UTC).timestamp():.0f}")
    mornings = production(MONDAY, 8 * 144).filter(pl.col("at").dt.hour() < 12)
    found = run(mornings, every="1d")
    assert [one.is_complete for one in found.windows] == [True] * 7 + [is_full]


def test_rows_that_do_not_fill_the_last_window_are_no_window():
    found = mmon.compare(BEFORE, BEFORE.head(2_100), windows={"rows": 1_000}).document
    assert marks(found) == [(True, True), (True, True), (False, False)]


def test_a_single_window_is_judged_whatever_fills_it():
    found = run(production(MONDAY, 400, shift=400))
    assert marks(found) == [(False, True)]
    assert found.verdict is Verdict.BREACH


def test_where_no_window_is_full_the_fullest_is_judged():
    found = run(production(MONDAY + dt.timedelta(days=1), 6 * 144 + 10))
    assert marks(found) == [(False, True), (False, False)]


@pytest.mark.parametrize(
    ("judge", "judged", "verdict"),
    [
        ("all", [0, 1, 2, 3], Verdict.BREACH),
        ("last", [3], Verdict.PASS),
        (2, [2, 3], Verdict.PASS),
        (4, [0, 1, 2, 3], Verdict.BREACH),
        (99, [0, 1, 2, 3], Verdict.BREACH),
    ],
)
def test_only_the_newest_complete_windows_are_judged(judge, judged, verdict):
    bad = production(MONDAY, 1008, shift=1008)
    good = production(MONDAY + dt.timedelta(days=7), 3 * 1008 + 40)
    found = run(pl.concat([bad, good]), judge=judge)
    assert [one.index for one in found.windows if one.is_judged] == judged
    assert found.verdict is verdict
    # What is not judged is measured and told all the same.
    first = [r for r in found.results if r.window == 0 and r.name == "total_variation"]
    assert [(r.status, r.gating) for r in first] == [(Status.DETECTED, 0 in judged)]
    assert found.windows[0].status is Status.DETECTED
    for text in (mmon.Report(found).to_markdown(), found.sentence):
        assert ("column drifted: x" in text) == (verdict is Verdict.BREACH)


def test_reports_say_which_windows_are_incomplete_or_context():
    found = mmon.Report(run(production(MONDAY, 3 * 1008 + 40), judge="last"))
    assert "4 windows (1 judged, 1 incomplete)" in str(found)
    rows = [line for line in found.to_markdown().splitlines() if "| 2024-01-" in line]
    assert "no drift (context)" in rows[0]
    assert rows[2].endswith("no drift |")
    assert rows[3].endswith("incomplete |")
    assert "incomplete" in found.to_html()


def test_what_was_found_in_a_window_of_context_is_counted_there():
    after = pl.concat([production(MONDAY, 1008, shift=1008), production(MONDAY + WEEK, 1008)])
    page = mmon.Report(run(after, judge="last")).to_html()
    (row,) = re.findall(r"<tr>(?:(?!<tr>).)*detected \(context\)(?:(?!<tr>).)*", page, re.DOTALL)
    assert re.findall(r">([0-9,]+)", row)[-3:] == ["1,008", "1", "0"]


def test_rows_that_are_missing_are_judged_in_the_window_that_they_do_not_fill():
    after = requests(8, 800, start=MONDAY)
    found = document(after, after, {"expected_rows": 200}, windows={"every": "2d"})
    assert marks(found)[-1] == (False, False)
    last = {r.name: r for r in found.results if r.window == 4 and r.gating}
    assert set(last) == {"completeness"}
    assert last["completeness"].status is Status.DETECTED
    # What the first window lacks came before the data.
    assert marks(found)[0] == (False, False)
    assert not any(r.gating for r in found.results if r.window == 0)


@pytest.mark.parametrize("judge", ["first", 0, -1, True, 1.5, "0", None])
def test_a_wrong_judge_is_refused(judge):
    with pytest.raises(ValueError, match="must be all, last, or a number of windows"):
        Windows.model_validate({"every": "1d", "judge": judge})


@pytest.mark.parametrize("wrong", [dt.datetime(2099, 1, 4, 23, 59), dt.datetime(1970, 1, 1)])
@pytest.mark.parametrize("judge", ["all", "last"])
def test_a_few_rows_of_another_age_make_no_window(wrong: dt.datetime, judge: str) -> None:
    rows = production(MONDAY, 3 * 1008)
    stray = pl.DataFrame({"at": [wrong] * 2, "x": [9.0] * 2})
    plain, found = run(rows, judge=judge), run(pl.concat([rows, stray]), judge=judge)
    assert found.windows == plain.windows
    assert (found.verdict, found.sentence) == (plain.verdict, plain.sentence)
    (told,) = (one.reason for one in found.results if one.name == "stray_rows")
    assert told == (
        f"2 production rows are in no window: at is {wrong:%Y-%m-%d %H:%M}, far from all others"
    )
    assert summary.rows_outside(found) == told


def test_many_rows_of_another_age_are_windows_of_their_own() -> None:
    rows = production(MONDAY, 3 * 1008)
    later = production(dt.datetime(2099, 1, 5), 1008)
    found = run(pl.concat([rows, later]))
    assert len(found.windows) == 4
    assert summary.rows_outside(found) is None
