"""What no single window proves is found by the runs of many days, and told since when."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from mmon.results import Verdict
from tests.monitoring.days import Watched, date, rows

pytestmark = pytest.mark.slow

LEVELS = {"total_variation": {"potential": 0.03, "detected": 0.2}}


def test_a_small_change_that_lasts_fails_daily_runs_and_is_told_since_when(tmp_path: Path) -> None:
    settings = {"fail_on": "potential", "analyses": {"data_drift": {"thresholds": LEVELS}}}
    watched = Watched(tmp_path, str(tmp_path / "history.db"), every=500, settings=settings)
    watched.write(*range(12))
    assert watched.run(until=12).verdict is not Verdict.BREACH
    watched.write(*range(12, 16), shift=0.2)
    reports = [watched.run(until=day + 1) for day in range(12, 16)]
    assert reports[-1].verdict is Verdict.BREACH
    assert "lasting drift" in reports[-1].document.sentence
    found = reports[-1].results.filter(name="lasting_drift", column="x0").to_dicts()[0]
    assert found["status"] == "potential_detection"
    assert found["reason"] == f"2,000 rows of 4 windows since {date(12)}"
    single = reports[-1].results.filter(name="total_variation", column="x0").to_dicts()[0]
    assert single["status"] != "potential_detection"


def test_one_bad_day_does_not_fail_the_next_one(tmp_path: Path) -> None:
    """Where days differ by nature the evidence of a single one is not refuted at once."""
    watched = Watched(tmp_path, str(tmp_path / "history.db"), every=500)
    shifts = np.random.default_rng(5).normal(0.0, 0.3, 34)
    days = [rows(day - 30, 500, shift=float(shifts[day])) for day in range(30)]
    pl.concat(days).write_parquet(tmp_path / "reference.parquet")
    for day in range(4):
        bad = 4.0 if day == 1 else 0.0
        watched.write(day, shift=bad + float(shifts[30 + day]))
    reports = [watched.run(until=day + 1) for day in range(4)]
    assert [one.verdict is Verdict.BREACH for one in reports] == [False, True, False, False]
    healthy = reports[2].results.filter(name="lasting_drift")
    assert set(healthy["status"]) == {"no_detection"}


def test_the_budget_is_that_of_the_configuration(tmp_path: Path) -> None:
    watched = Watched(tmp_path, str(tmp_path / "history.db"))
    watched.write(0, shift=0.35)
    strict = watched.run(until=1, false_alarms={"expected": 1, "per": 100_000})
    loose = Watched(tmp_path, str(tmp_path / "loose.db")).run(
        until=1, false_alarms={"expected": 30, "per": 100}
    )
    found = [one.results.filter(name="total_variation", column="x0") for one in (strict, loose)]
    assert found[0]["p_value"].to_list() == found[1]["p_value"].to_list()
    assert found[0]["status"].to_list() != found[1]["status"].to_list()


def model(tmp_path: Path, days: int, **settings: object) -> Watched:
    """A model that errs in 10% of the rows, from the eighth day on in 16%."""
    columns = {"timestamp": "event_time", "id": "request_id", "target": "y", "prediction": "said"}
    settings = {"columns": columns, "task": "binary", "fail_on": "potential", **settings}
    watched = Watched(tmp_path, str(tmp_path / "history.db"), settings=settings)
    watched.write(*range(days))
    rng = np.random.default_rng(1)
    for path in [tmp_path / "reference.parquet", *sorted((tmp_path / "days").iterdir())]:
        frame, rate = pl.read_parquet(path), 0.16 if date(8) <= path.stem < "3" else 0.1
        target, wrong = rng.integers(0, 2, len(frame)), rng.random(len(frame)) < rate
        said = pl.Series("said", np.where(wrong, 1 - target, target))
        frame.with_columns(pl.Series("y", target), said).write_parquet(path)
    return watched


def test_a_small_rise_of_the_error_rate_is_found_over_days(tmp_path: Path) -> None:
    watched = model(tmp_path, days=14)
    reports = [watched.run(until=day + 1) for day in (7, 13)]
    before, after = (one.results.filter(name="lasting_loss") for one in reports)
    assert set(before["status"]) == {"no_detection"}
    assert after["status"].to_list()[-1] in ("potential_detection", "detected")
    assert after["reason"].to_list()[-1] == f"1,800 rows of 6 windows since {date(8)}"
    assert reports[-1].verdict is Verdict.BREACH


@pytest.mark.parametrize("max_drop", [{}, {"from": "history", "sigmas": 3}])
def test_a_drop_without_a_level_of_its_own_has_no_lasting_one(
    tmp_path: Path, max_drop: dict[str, object]
) -> None:
    watched = model(tmp_path, days=2, analyses={"model_performance": {"max_drop": max_drop}})
    report = watched.run(until=2)
    assert report.results.filter(name="lasting_loss").is_empty()
    assert not report.results.filter(name="lasting_drift").is_empty()
