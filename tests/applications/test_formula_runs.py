"""Numbers of one's own wherever profiles run: baselines, histories, and data that spoils them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import mmon
from mmon import api
from mmon.errors import ConfigError
from mmon.profiles import baseline
from mmon.profiles.table import Profile
from mmon.results import Status, Verdict
from tests.applications.number_runs import document, one, sales
from tests.monitoring.days import Watched

BEFORE, AFTER = sales(900), sales(700, seed=1)
MEAN = {"name": "mine", "sql": "avg(x0)", "thresholds": {"max_rise": {"detected": 0.3}}}


def made(tmp_path: Path, *applications: dict[str, object]) -> Profile:
    """A baseline of what was before, made with these applications, and read back."""
    BEFORE.write_parquet(tmp_path / "before.parquet")
    config = tmp_path / "mmon.yaml"
    config.write_text(f"reference: x\nproduction: x\napplications: {[*applications]}")
    target = tmp_path / "before.mmon"
    api.make_baseline(str(tmp_path / "before.parquet"), str(target), config_path=str(config))
    return baseline.load(target)


RATE = {"name": "mine", "sql": "avg(refund > 0)", "thresholds": {"max_rise": {"detected": 0.05}}}


def test_a_baseline_holds_the_sums(tmp_path: Path) -> None:
    stored = one(made(tmp_path, RATE), AFTER, **RATE)
    assert stored == one(BEFORE, AFTER, **RATE)


def test_a_baseline_without_the_sums_says_how_to_get_them(tmp_path: Path) -> None:
    found = document(made(tmp_path), AFTER, [RATE])
    value, rise = (one for one in found.results if one.application == "mine")
    assert value.value == pytest.approx((AFTER["refund"] > 0).mean())
    assert rise.status is Status.INCONCLUSIVE
    assert "summarised without it: make the baseline" in rise.reason


def rolled(tmp_path: Path, **settings: object) -> Watched:
    return Watched(
        tmp_path,
        str(tmp_path / "history.db"),
        settings={
            "applications": [MEAN],
            "analyses": {"data_drift": None, "data_quality": None, "system_performance": None},
            **settings,
        },
    )


def test_windows_of_a_history_are_judged_by_the_number(tmp_path: Path) -> None:
    watched = rolled(tmp_path)
    watched.write(0, 1)
    watched.write(2, shift=2.0)
    report = watched.run(3)
    mine = report.results.filter(
        (pl.col("application") == "mine") & (pl.col("aspect") == "rise")
    ).sort("window")
    assert mine["status"].to_list() == ["no_detection", "no_detection", "detected"]


def test_a_reference_that_rolls_has_the_number_of_the_windows_before(tmp_path: Path) -> None:
    reference = str(tmp_path / "reference.parquet")
    watched = rolled(tmp_path, reference={"path": reference, "previous": 1})
    watched.write(0, 1, shift=1.0)
    watched.write(2, 3, shift=3.0)
    report = watched.run(4)
    mine = report.results.filter(
        (pl.col("application") == "mine") & (pl.col("aspect") == "value")
    ).sort("window")
    days = [pl.read_parquet(path)["x0"].mean() for path in sorted((tmp_path / "days").glob("*"))]
    assert mine["value"].to_list() == pytest.approx(days)
    assert mine["reference_value"].to_list()[1:] == pytest.approx(days[:-1])


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("avg(prise)", "there is no column 'prise': did you mean 'price'"),
        ("avg(country)", "of type String, which are no numbers"),
        ("avg(price > country)", "cannot compare|comparison"),
        ("avg(at)", "which are no numbers"),
    ],
)
def test_what_the_reference_cannot_compute_is_a_wrong_configuration(sql: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as caught:
        one(BEFORE, AFTER, sql)
    assert "applications: 'mine'" in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("after", "keys", "why"),
    [
        (AFTER.drop("price"), {}, "there is no column 'price'"),
        (AFTER.with_columns(price=pl.lit("much")), {}, "no row has a value"),
        (AFTER.with_columns(price=pl.lit(float("nan"))), {}, "700 of 700 rows it is NaN"),
        (AFTER.with_columns(price=pl.lit(None, pl.Float64)), {}, "no row has a value"),
        (AFTER, {"where": "items > 100"}, "where is true of no row"),
        (AFTER.clear(), {}, "there are no rows"),
    ],
)
def test_what_production_cannot_compute_is_a_result_with_a_reason(after, keys, why) -> None:
    found = one(BEFORE, after, "avg(price)", thresholds={"max": {"detected": 5.0}}, **keys)
    assert [result.status for result in found] == [Status.INCONCLUSIVE]
    assert why in found[0].reason


def test_a_number_alone_makes_a_breach_and_a_pass() -> None:
    levels = {"max": {"detected": 30.0}}
    entry = {"name": "mine", "sql": "avg(price)", "thresholds": levels}
    assert document(BEFORE, AFTER, [entry]).verdict is Verdict.PASS
    dear = AFTER.with_columns(pl.col("price") * 2)
    assert document(BEFORE, dear, [entry]).verdict is Verdict.BREACH


def test_columns_that_are_left_out_may_be_in_a_formula() -> None:
    found = document(
        BEFORE,
        AFTER,
        [{"name": "mine", "sql": "avg(price)"}],
        columns={"ignore": ["price"]},
    )
    (result,) = [r for r in found.results if r.application == "mine"]
    assert result.value == pytest.approx(AFTER["price"].mean())


def test_text_files_are_read_as_numbers_first(tmp_path: Path) -> None:
    for name, side in (("before", BEFORE), ("after", AFTER)):
        side.with_columns(pl.format("{} €", pl.col("price").round(2)).alias("label")).write_csv(
            tmp_path / f"{name}.csv"
        )
    report = mmon.run(
        {
            "reference": str(tmp_path / "before.csv"),
            "production": str(tmp_path / "after.csv"),
            "applications": [{"name": "mine", "sql": "avg(price)"}],
        }
    )
    (row,) = report.results.filter(pl.col("application") == "mine").to_dicts()
    assert row["value"] == pytest.approx(AFTER["price"].mean())
    assert np.isfinite(row["p_value"])
