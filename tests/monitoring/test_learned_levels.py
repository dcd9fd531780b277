"""Levels that are learned from the windows of a history, or of the reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.errors import ConfigError
from tests.monitoring.days import Watched, date, rows

pytestmark = pytest.mark.slow


def watched(tmp_path: Path, levels: dict[str, Any], days: int = 20) -> Watched:
    """Days of which each one's level is somewhat another, as days' are."""
    settings = {
        "fast": True,
        "columns": {"timestamp": "event_time", "id": "request_id", "features": ["x1"]},
        "analyses": {
            "data_drift": {"thresholds": {"mean_shift": levels}, "metrics": ["mean_shift"]}
        },
    }
    found = Watched(tmp_path, str(tmp_path / "h.db"), settings=settings)
    found.write()
    shifts = np.random.default_rng(4).normal(0.0, 0.2, days)
    for day, shift in enumerate(shifts):
        write(tmp_path, day, float(shift))
    return found


def write(folder: Path, day: int, shift: float) -> None:
    rows(day, 2_000, shift=shift).write_parquet(folder / "days" / f"{date(day)}.parquet")


def judged(report: mmon.Report) -> pl.DataFrame:
    return report.results.filter(pl.col("name") == "mean_shift")


def test_a_level_is_so_many_deviations_beyond_the_windows_before(tmp_path: Path) -> None:
    model = watched(tmp_path, {"from": "history", "sigmas": 3})
    first = judged(model.run(20))
    # Five days of the reference tell nothing, nor do fewer than fourteen of the history.
    assert first["status"].to_list()[:14] == ["inconclusive"] * 14
    assert set(first["status"].to_list()[14:]) <= {"no_detection", "inconclusive"}
    sizes = np.abs(first["value"].to_numpy())
    for place in range(14, 20):
        level = sizes[:place].mean() + 3 * sizes[:place].std(ddof=1)
        assert first["detected"][place] == pytest.approx(level)
    told = [reason for reason in first["reason"] if reason is not None]
    assert any("is 3 standard deviations beyond the mean of" in reason for reason in told)
    write(tmp_path, 20, 1.5)
    last = judged(model.run(21))
    assert last["status"].to_list() == ["detected"]
    # What was found is not usual: it does not raise the level.
    write(tmp_path, 21, 0.0)
    after = judged(model.run(22))
    assert after["detected"][0] == pytest.approx(last["detected"][0])


def test_a_level_may_be_a_quantile_of_the_windows(tmp_path: Path) -> None:
    model = watched(tmp_path, {"from": "history", "quantile": 0.9})
    found = judged(model.run(20))
    sizes = np.abs(found["value"].to_numpy())
    is_usual = found["status"].is_in(["no_detection", "inconclusive"]).to_numpy()
    usual = sizes[:19][is_usual[:19]]
    assert found["detected"][19] == pytest.approx(np.quantile(usual, 0.9))


def test_levels_that_are_learned_and_set_stand_side_by_side(tmp_path: Path) -> None:
    model = watched(tmp_path, {}, days=3)
    levels: dict[str, Any] = {
        "total_variation": {"from": "history", "sigmas": 3},
        "psi": {"from": "history", "quantile": 0.9},
        "ks": {"detected": 0.1},
    }
    model = Watched(
        tmp_path,
        model.url,
        settings={**model.settings, "analyses": {"data_drift": {"thresholds": levels}}},
    )
    found = model.run(3).results.filter(pl.col("column") == "x1")
    names = set(found.filter("gating")["name"]) - {"missing_share", "out_of_range_share"}
    assert {"total_variation", "psi", "ks", "lasting_drift"} <= names
    only = {"total_variation": {"from": "history", "sigmas": 3}}
    report = mmon.run(
        {
            **model.config,
            "history": str(tmp_path / "other.db"),
            "analyses": {"data_drift": {"thresholds": only}},
        },
        until=date(3),
    )
    assert "lasting_drift" not in set(report.results["name"])


def test_without_a_history_windows_of_the_reference_tell_the_level(tmp_path: Path) -> None:
    parts = [rows(day, 500, shift=0.2 * (day % 2)) for day in range(-30, 0)]
    pl.concat(parts).write_parquet(tmp_path / "ref.parquet")
    rows(1, 500, shift=2.0).write_parquet(tmp_path / "new.parquet")
    levels = {"mean_shift": {"from": "history", "sigmas": 3}}
    report = mmon.compare(
        tmp_path / "ref.parquet",
        tmp_path / "new.parquet",
        timestamp="event_time",
        id="request_id",
        features=["x0"],
        windows={"every": "1d"},
        thresholds=levels,
    )
    (found,) = judged(report).iter_rows(named=True)
    assert found["status"] == "detected"
    assert 0.1 < found["detected"] < 0.5
    assert "of 30 windows" in found["reason"]


@pytest.mark.parametrize(
    ("levels", "told"),
    [
        ({"from": "history"}, "takes either sigmas or quantile"),
        ({"from": "history", "sigmas": 3, "quantile": 0.9}, "takes either sigmas or quantile"),
        ({"sigmas": 3}, "add from: history"),
        ({"from": "history", "sigmas": 3, "detected": 0.2}, "not both"),
        ({"from": "somewhere", "sigmas": 3}, "from"),
        ({"from": "history", "sigmas": -1}, "sigmas"),
        ({"from": "history", "quantile": 1}, "quantile"),
    ],
)
def test_a_level_that_cannot_be_learned_is_refused(levels: dict[str, Any], told: str) -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0]})
    with pytest.raises(ConfigError, match=told):
        mmon.compare(frame, frame, thresholds={"ks": levels})
