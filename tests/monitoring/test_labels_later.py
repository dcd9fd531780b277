"""A window whose labels come later is analysed again once there are enough of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.config_file import validate
from mmon.history.records import StoredWindow
from mmon.monitoring.late_labels import overdue
from mmon.results import ResultKind, Verdict
from tests.monitoring.days import Watched, date, rows

pytestmark = pytest.mark.slow

_ROWS = 600


def scored(day: int, count: int = _ROWS, *, turned: bool = False) -> pl.DataFrame:
    """Rows of a day with a score that tells the target, or the contrary of it."""
    rng = np.random.default_rng(day + 5000)
    score = rng.uniform(0.02, 0.98, count)
    target = rng.uniform(size=count) < (1.0 - score if turned else score)
    return rows(day, count).with_columns(score=pl.Series(score), defaulted=pl.Series(target))


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    """Four days whose labels are in a file of their own, which is empty yet."""
    (tmp_path / "days").mkdir()
    pl.concat([scored(day, 2000) for day in range(-3, 0)]).write_parquet(
        tmp_path / "reference.parquet"
    )
    for day in range(4):
        unlabelled = scored(day).drop("defaulted")
        unlabelled.write_parquet(tmp_path / "days" / f"{date(day)}.parquet")
    settings = {
        "labels": str(tmp_path / "labels.parquet"),
        "columns": {
            "timestamp": "event_time",
            "id": "request_id",
            "target": "defaulted",
            "score": "score",
        },
        "fast": True,
    }
    made = Watched(tmp_path, str(tmp_path / "history.db"), settings=settings)
    label(made)
    return made


@pytest.mark.parametrize("place", ["labels", "labels/*.parquet"])
def test_before_the_first_file_of_labels_performance_waits(watched, place: str) -> None:
    (watched.folder / "labels").mkdir()
    watched.settings["labels"] = str(watched.folder / place)
    document = watched.run(until=4)
    assert document.verdict is Verdict.PASS
    assert document.document.sentence.endswith("performance waits for labels: 0 of 2,400")


def label(watched: Watched, *days: int, share: float = 1.0, turned: tuple[int, ...] = ()) -> None:
    """Write the labels of some days: of a share of their rows."""
    parts = [scored(day, turned=day in turned).head(int(share * _ROWS)) for day in days]
    found = pl.concat([*parts, scored(0).clear()]).select("request_id", "defaulted")
    found.write_parquet(watched.folder / "labels.parquet")


def starts(report: mmon.Report) -> list[str]:
    return [one[:10] for one in report.windows["start"]]


def measured(report: mmon.Report) -> pl.DataFrame:
    return report.results.filter(pl.col("name") == "roc_auc", pl.col("value").is_not_null())


def test_performance_is_told_once_the_labels_are_there(watched: Watched) -> None:
    assert measured(watched.run(until=3)).is_empty()
    label(watched, 0, 1, share=0.3)
    assert watched.run(until=3).document.sentence.startswith("no new window")
    label(watched, 0, 1, share=0.7)
    report = watched.run(until=4)
    assert starts(report) == [date(0), date(1), date(3)]
    assert set(measured(report)["window"]) == {0, 1}
    label(watched, 0, 1)
    # Enough of them are known: more change nothing.
    assert watched.run(until=4).document.sentence.startswith("no new window")


def test_labels_that_are_filled_into_production_itself_are_found_too(watched: Watched) -> None:
    def fill(*days: int) -> None:
        for day in range(4):
            is_known = pl.lit(day in days)
            found = scored(day).with_columns(pl.when(is_known).then("defaulted"))
            found.write_parquet(watched.folder / "days" / f"{date(day)}.parquet")

    del watched.settings["labels"]
    fill()
    assert measured(watched.run(until=3)).is_empty()
    assert watched.run(until=3).document.sentence.startswith("no new window")
    fill(0, 1)
    report = watched.run(until=4)
    assert starts(report) == [date(0), date(1), date(3)]
    assert set(measured(report)["window"]) == {0, 1}
    assert watched.run(until=4).document.sentence.startswith("no new window")


def test_days_of_before_there_were_labels_are_left_as_they_are(watched: Watched) -> None:
    del watched.settings["labels"]
    assert measured(watched.run(until=2)).is_empty()
    for day in (2, 3):
        scored(day).write_parquet(watched.folder / "days" / f"{date(day)}.parquet")
    report = watched.run(until=4)
    assert starts(report) == [date(2), date(3)]
    assert set(measured(report)["window"]) == {0, 1}


def test_a_drop_that_labels_show_later_fails_the_run_that_finds_it(watched: Watched) -> None:
    assert watched.run(until=3).exit_status != 1
    label(watched, 0, 1, turned=(1,))
    report = watched.run(until=3)
    assert report.exit_status == 1
    assert report.windows["status"].to_list() == ["no_detection", "detected"]


def test_what_was_told_before_is_not_told_again(watched: Watched) -> None:
    path = watched.folder / "days" / f"{date(1)}.parquet"
    pl.read_parquet(path).with_columns(pl.col("x0") + 3).write_parquet(path)
    assert watched.run(until=3).exit_status == 1
    label(watched, 1)
    again = watched.run(until=3)
    assert starts(again) == [date(1)]
    assert again.exit_status == 0
    assert "failed before" in again.document.sentence
    label(watched, 1, 2, turned=(2,))
    assert watched.run(until=3).exit_status == 1


def test_labels_are_waited_for_only_so_long(watched: Watched) -> None:
    watched.run(until=3)
    label(watched, 0, 1, 2)
    labels = {"path": str(watched.folder / "labels.parquet"), "wait": "36h"}
    # The first day had waited long enough when the run before looked.
    assert starts(watched.run(4, labels=labels)) == [date(1), date(2), date(3)]


def test_a_run_passes_while_labels_may_still_come(watched: Watched) -> None:
    report = watched.run(until=1)
    assert report.verdict is Verdict.PASS
    assert "performance waits for labels: 0 of 600" in report.document.sentence
    coverage = report.results.filter(name="label_coverage")["reason"].item()
    assert "labels.parquet has no rows" in coverage
    label(watched, 0)
    coverage = watched.run(until=2).results.filter(name="label_coverage", window=1)
    assert "labels.parquet has no label of these rows yet" in coverage["reason"].item()


def test_few_labels_that_tell_performance_are_not_waited_for(watched: Watched) -> None:
    """As where only a share of the rows is ever labelled; an estimate is no label."""
    config, day = validate(watched.config), 86_400_000_000
    digests = {"config_digest": "", "reference_digest": ""}
    told = {"status": "no_detection", "verdict": "pass", "is_complete": True, **digests}
    window = StoredWindow(0, 0, day, 0, day, 5_000, 0, 500, **told)
    model = ResultKind.MODEL_PERFORMANCE
    for name, is_enough in (("roc_auc", True), ("estimated_roc_auc", False)):
        known = {0: {("model-performance", name, model, True)}}
        assert (overdue(config, [window], known, 100 * day) is None) is is_enough


def test_labels_that_came_while_nothing_ran_are_found(watched: Watched) -> None:
    labels = {"path": str(watched.folder / "labels.parquet"), "wait": "1d"}
    watched.run(until=1, labels=labels)
    label(watched, 0)
    report = watched.run(until=4, labels=labels)
    assert starts(report)[0] == date(0)
    assert set(measured(report)["window"]) == {0}
    assert f"labels of the window before {date(3)} did not come" in report.document.sentence


def test_labels_that_do_not_come_in_time_leave_the_run_open(watched: Watched) -> None:
    labels = {"path": str(watched.folder / "labels.parquet"), "wait": "2d"}
    runs = [watched.run(until=day, labels=labels) for day in (1, 2, 3)]
    assert [one.verdict for one in runs] == [Verdict.PASS, Verdict.PASS, Verdict.INCONCLUSIVE]
    told = f"labels of the window before {date(1)} did not come within 2d: none of 600"
    assert told in runs[-1].document.sentence
    label(watched, 1)
    watched.run(until=f"{date(3)}T06:00", labels=labels)
    assert watched.run(until=4, labels=labels).verdict is Verdict.PASS
