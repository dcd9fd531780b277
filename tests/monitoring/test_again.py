"""Windows that are analysed again: asked for, filled later, or with rows that came late."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import mmon
from mmon import config_file
from mmon.comparison.reference import read_reference
from mmon.comparison.sides import Inputs
from mmon.errors import ConfigError
from mmon.history.store import History
from mmon.profiles import baseline
from tests.monitoring.days import Watched, date, half, rows

pytestmark = pytest.mark.slow


@pytest.fixture
def here(tmp_path: Path) -> Watched:
    """Four days of a model, of which three are analysed."""
    watched = Watched(tmp_path, str(tmp_path / "history.db"))
    watched.write(*range(4))
    watched.run(until=3)
    return watched


def starts(report: mmon.Report) -> list[str]:
    return [one[:10] for one in report.windows["start"]]


def test_a_range_is_analysed_again(here: Watched) -> None:
    before = here.kept()
    again = here.run(3, since=date(1), to=date(2))
    assert starts(again) == [date(1)]
    assert here.kept() == before
    assert starts(here.run(4, since=date(1))) == [date(1), date(2), date(3)]


def test_a_range_does_not_end_the_time_in_which_other_windows_may_fill(tmp_path: Path) -> None:
    late = {"every": "1d", "allowed_lateness": "1d"}
    model = Watched(tmp_path, str(tmp_path / "h.db"), settings={"windows": late})
    model.write(*range(3))
    model.run(f"{date(3)}T06:00")
    rows(2, 400).write_parquet(tmp_path / "days" / "late.parquet")
    model.run(f"{date(4)}T03:00", since=date(0), to=date(1))
    assert starts(model.run(f"{date(3)}T12:00")) == [date(2)]


def test_a_run_with_nothing_new_ends_as_the_one_before(here: Watched) -> None:
    here.write(3, shift=3.0)
    here.write(4)
    assert here.run(5).verdict == "breach"
    again = here.run(5)
    assert again.verdict == "breach"
    assert again.exit_status == 1
    assert again.document.sentence.startswith("no new window")


def test_what_a_run_that_was_killed_found_counts_in_the_next_one(
    here: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.write(3, shift=3.0)
    here.write(4, 5)
    commit, kept = History.commit, []

    def killed(self: History, *words: Any, **more: Any) -> None:
        if len(kept) == 2:
            raise KeyboardInterrupt
        kept.append(commit(self, *words, **more))

    monkeypatch.setattr(History, "commit", killed)
    with pytest.raises(KeyboardInterrupt):
        here.run(6)
    monkeypatch.setattr(History, "commit", commit)
    after = here.run(6)
    assert starts(after) == [date(3), date(4), date(5)]
    assert after.verdict == "breach"
    assert starts(here.run(6)) == [date(5)]


def test_a_range_finds_the_rows_that_files_named_for_later_days_hold(tmp_path: Path) -> None:
    """Files are named after the day on which they were loaded, once two days late."""
    model = Watched(tmp_path, str(tmp_path / "history.db"))
    model.write()
    (tmp_path / "days").mkdir(exist_ok=True)
    for day in range(6):
        found = rows(day, 300)
        parts = {day + 1: found[::2], day + (3 if day == 2 else 1): found[1::2]}
        for loaded, part in parts.items():
            name = f"load_{date(loaded)}_{day}_{part.height}.parquet"
            part.write_parquet(tmp_path / "days" / name)
    model.run(6)
    before = model.kept()
    model.run(6, since=date(2), to=date(3))
    assert model.kept() == before


def test_names_that_lie_of_one_file_hide_nothing_of_many_windows(tmp_path: Path) -> None:
    model = Watched(tmp_path, str(tmp_path / "history.db"), every=30, settings={"fast": True})
    model.write(*range(70))
    late = tmp_path / "days" / f"{date(69)}.parquet"
    pl.concat([pl.read_parquet(late), rows(10, 8)]).write_parquet(late)
    report = model.run(70)
    assert report.windows["rows"].to_list() == [38 if day == 10 else 30 for day in range(70)]


def test_a_range_skips_what_is_there_or_refuses_it(here: Watched) -> None:
    windows = {"every": "1d", "existing": "skip"}
    assert starts(here.run(4, since=date(1), windows=windows)) == [date(3)]
    with pytest.raises(ConfigError, match=r"3 windows are in the history"):
        here.run(4, since=date(1), windows={"every": "1d", "existing": "fail"})


def test_a_range_before_the_history_is_analysed_as_well(here: Watched, tmp_path: Path) -> None:
    later = Watched(tmp_path, str(tmp_path / "later.db"))
    later.run(4, since=date(2))
    assert starts(later.run(4, since=date(0), to=date(2))) == [date(0), date(1)]
    assert len(later.kept()["mmon_windows"]) == 4


def test_a_window_that_the_data_does_not_fill_is_filled_later(here: Watched) -> None:
    path = here.folder / "days" / f"{date(3)}.parquet"
    half(3, is_first=True).write_parquet(path)
    report = here.run(until=4)
    assert report.windows["is_complete"].to_list() == [False]
    assert starts(here.run(until=4)) == [date(3)]
    here.write(3)
    report = here.run(until=4)
    assert starts(report) == [date(3)]
    assert report.windows["is_complete"].to_list() == [True]
    assert report.windows["rows"].to_list() == [300]


def test_a_window_that_stays_half_is_whole_once_another_follows(here: Watched) -> None:
    half(3, is_first=True).write_parquet(here.folder / "days" / f"{date(3)}.parquet")
    here.run(until=4)
    here.write(4)
    report = here.run(until=5)
    assert starts(report) == [date(3), date(4)]
    assert report.windows["is_complete"].to_list() == [True, True]


def test_an_unfilled_window_can_wait(here: Watched) -> None:
    windows = {"every": "1d", "incomplete": "wait"}
    half(3, is_first=True).write_parquet(here.folder / "days" / f"{date(3)}.parquet")
    report = here.run(4, windows=windows)
    assert report.document.sentence.startswith("no new window")
    assert starts(report) == [date(2)]
    here.write(3)
    assert starts(here.run(4, windows=windows)) == [date(3)]


def test_before_the_first_window_has_closed_there_is_nothing_to_tell(tmp_path: Path) -> None:
    watched = Watched(tmp_path, str(tmp_path / "h.db"))
    watched.write(0)
    report = watched.run(until=f"{date(0)}T12:00")
    assert report.exit_status == 4
    assert report.document.sentence == "no window has closed and is filled yet"
    assert starts(watched.run(until=1)) == [date(0)]


def test_rows_that_come_late_reopen_their_window_while_that_is_allowed(tmp_path: Path) -> None:
    windows = {"every": "1d", "allowed_lateness": "12h"}
    watched = Watched(tmp_path, str(tmp_path / "h.db"), settings={"windows": windows})
    watched.write(*range(3))
    for day in (1, 2):
        path = watched.folder / "days" / f"{date(day)}.parquet"
        rows(day, 300).head(-9).write_parquet(path)
    watched.run(until=3)
    watched.write(1, 2)
    report = watched.run(until=f"{date(3)}T06:00")
    # The day before had been closed for longer when the last run looked.
    assert starts(report) == [date(2)]
    assert report.windows["rows"].to_list() == [300]
    assert report.windows["late_rows"].to_list() == [9]
    assert watched.run(until=f"{date(3)}T06:00").document.sentence.startswith("no new window")


def test_rows_that_come_too_late_are_told(here: Watched) -> None:
    # A text file is read as a whole.
    every = [*(rows(day, 300) for day in range(4)), rows(2, 309).tail(9)]
    pl.concat(every).write_csv(here.folder / "all.csv")
    report = here.run(4, production=str(here.folder / "all.csv"))
    assert starts(report) == [date(3)]
    assert report.document.sentence.endswith("; 9 rows came too late for windows that are analysed")


def test_rows_without_a_time_are_told(here: Watched) -> None:
    path = here.folder / "days" / f"{date(3)}.parquet"
    untimed = rows(3, 5).with_columns(event_time=pl.lit(None, pl.Datetime("us")))
    pl.concat([rows(3, 300), untimed]).write_parquet(path)
    assert "; 5 rows have no usable time, and are in no window" in here.run(4).document.sentence


def test_a_window_that_was_cut_off_is_whole_once_the_end_is_further(here: Watched) -> None:
    windows = {"every": "1d", "end": f"{date(3)}T12:00"}
    assert here.run(4, windows=windows).windows["rows"].to_list() == [half(3, is_first=True).height]
    report = here.run(until=4)
    assert starts(report) == [date(3)]
    assert report.windows["rows"].to_list() == [300]
    assert len(here.kept()["mmon_windows"]) == 4


def test_a_later_start_that_moves_no_boundary_is_the_same_cut(here: Watched) -> None:
    assert starts(here.run(4, windows={"every": "1d", "start": date(1)})) == [date(3)]


def test_a_gap_between_days_is_a_window_in_which_nothing_came(here: Watched) -> None:
    (here.folder / "days" / f"{date(3)}.parquet").unlink()
    assert here.run(until=4).document.sentence.startswith("no new window")
    here.write(4)
    report = here.run(until=5)
    assert report.windows["rows"].to_list() == [0, 300]


@pytest.mark.parametrize("gap", [99, 101, 104])
def test_a_long_gap_is_the_same_in_one_run_and_in_several(tmp_path: Path, gap: int) -> None:
    once, daily = (
        Watched(tmp_path, str(tmp_path / f"{name}.db"), every=20, settings={"fast": True})
        for name in ("once", "daily")
    )
    once.write(0, 1, 2, 3, 4, 5, 5 + gap, 6 + gap)
    once.run(7 + gap)
    for day in (3, 6, 6 + gap, 7 + gap):
        daily.run(day)
    assert daily.kept() == once.kept()
    assert len(once.kept()["mmon_windows"]) == (8 if gap > 101 else 7 + gap)


def test_that_nothing_came_is_told_at_once_where_rows_are_expected(here: Watched) -> None:
    (here.folder / "days" / f"{date(3)}.parquet").unlink()
    report = here.run(4, analyses={"system_performance": {"expected_rows": 300}})
    assert report.windows["rows"].to_list() == [0]
    assert report.exit_status == 1


def test_old_windows_are_dropped(here: Watched) -> None:
    here.run(4, history={"url": here.url, "keep": "2d"})
    assert len(here.kept()["mmon_windows"]) == 2
    assert starts(here.run(4, history={"url": here.url, "keep": "2d"})) == [date(3)]


def test_another_reference_is_told_and_results_go_on(here: Watched) -> None:
    rows(-9, 900).write_parquet(here.folder / "reference.parquet")
    report = here.run(until=4)
    assert starts(report) == [date(3)]
    assert "the reference is another one since 2024-01-04" in report.document.sentence
    here.write(4)
    assert "another one" not in here.run(until=5).document.sentence


def test_a_baseline_of_the_same_reference_is_no_other_one(here: Watched) -> None:
    reference = read_reference(config_file.validate(here.config, "arguments"), Inputs(), None)
    baseline.save(reference, here.folder / "reference.mmon")
    report = here.run(until=4, reference=str(here.folder / "reference.mmon"))
    assert starts(report) == [date(3)]
    assert "another one" not in report.document.sentence


def test_first_rows_that_begin_in_mid_window_are_told_as_incomplete(tmp_path: Path) -> None:
    watched = Watched(tmp_path, str(tmp_path / "h.db"))
    watched.write(0, 1)
    half(0, is_first=False).write_parquet(watched.folder / "days" / f"{date(0)}.parquet")
    report = watched.run(until=2)
    assert report.windows["is_complete"].to_list() == [False, True]
    dropped = Watched(tmp_path, str(tmp_path / "d.db"))
    windows = {"every": "1d", "incomplete": "drop"}
    assert starts(dropped.run(2, windows=windows)) == [date(1)]


def test_only_the_newest_windows_of_a_run_decide_where_that_is_asked(tmp_path: Path) -> None:
    watched = Watched(tmp_path, str(tmp_path / "h.db"))
    watched.write(0, 1, 3)
    watched.write(2, shift=2.0)
    assert watched.run(4, windows={"every": "1d", "judge": "last"}).exit_status == 0
    assert watched.run(4, since=date(0)).exit_status == 1


@pytest.mark.parametrize(
    ("since", "to"), [(f"{date(0)}T12:00", f"{date(1)}T12:00"), (date(7), None)]
)
def test_a_range_that_holds_no_whole_window_is_named(
    watched: Watched, since: str, to: str | None
) -> None:
    watched.write(0, 1)
    watched.run(2)
    ends = f"from {since} to {to}" if to else f"from {since}"
    again = watched.run(9, since=since, to=to).document
    assert again.sentence.startswith(f"no window to analyse {ends}; the newest: no drift in ")
