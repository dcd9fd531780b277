"""Verdicts on public data of known story, checked against scipy and plain comparisons.

What is expected follows from one rule: detected is what is surely beyond its level. By a rule of
"past the level, and surely not zero" some of it was another, and changed for these reasons:

=================  =================================================================================
hotel bookings     a breach, for 5.8 % of the bookings have agents that the reference lacks, surely
                   more than 5 %; adr and lead_time, at 0.15 and 0.13, stay potential. By months
                   four columns are detected, and none is left open
car prices         y_pred is detected and y_true with it, by total variation; mape, 14 % worse, is
                   past its level of 10 % by the estimate alone, and no longer potential
credit cards       the scores, by total variation instead of ks, since the change and in all windows
                   after it; their inputs are potential
bank marketing     a breach; by windows of 5,000 rows 15 columns, the economic indicators wholly
bike sharing       registered is detected, cnt potential; months of a year differ from all of it
=================  =================================================================================
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from pathlib import Path

import polars as pl
import pytest
from scipy.stats import ks_2samp

import mmon
from mmon import api
from tests.conftest import DATA

pytestmark = [pytest.mark.data, pytest.mark.models]

DEFAULT = ["ks", "total_variation"]
ELSEWHERE = ["system-performance", "multivariate-drift"]


@functools.cache
def hotel() -> tuple[pl.DataFrame, pl.DataFrame]:
    folder = DATA / "hotel_booking"
    return tuple(
        pl.read_parquet(folder / f"{side}.parquet") for side in ("reference", "production")
    )


@functools.cache
def hotel_report(exact: bool = False) -> mmon.Report:
    return mmon.compare(*hotel(), exact=exact)


def raised(report: mmon.Report) -> dict[str, str]:
    """Columns whose drift is at least potential, worst first, with their status."""
    rows = report.results.filter(
        pl.col("status").is_in(["potential_detection", "detected"]),
        pl.col("application") == "data-drift",
        pl.col("column").is_not_null(),
    ).sort("value", descending=True)
    return dict(zip(rows["column"], rows["status"], strict=True))


def test_hotel_bookings_may_have_drifted_in_three_columns_and_have_new_agents():
    report = hotel_report()
    assert report.exit_status == 1
    assert raised(report) == dict.fromkeys(["agent", "adr", "lead_time"], "potential_detection")
    detected = report.results.filter(pl.col("column").is_not_null(), status="detected")
    assert detected.select("name", "column").rows() == [("unseen_share", "agent")]
    assert 0.055 < detected["value"][0] < 0.06


def test_hotel_bookings_fail_where_potential_drift_fails():
    assert mmon.compare(*hotel(), metrics=DEFAULT, fail_on="potential").exit_status == 1


def test_the_identifier_and_the_time_are_recognised_and_not_tested():
    columns = {column.name: column for column in hotel_report().document.columns}
    assert columns["Index"].kind == "identifier"
    assert columns["timestamp"].reason == "time"
    tested = hotel_report().results.filter(application="data-drift")["column"]
    assert not {"Index", "timestamp"} & set(tested)


@pytest.mark.parametrize("exact", [False, True])
def test_every_ks_value_is_scipys_within_its_error(exact):
    ref, cur = hotel()
    rows = hotel_report(exact).results.filter(
        pl.col("name") == "ks", pl.col("column") != "timestamp"
    )
    assert rows.height >= 15
    for row in rows.iter_rows(named=True):
        column = row["column"]
        expected = ks_2samp(
            ref[column].to_numpy(), cur[column].to_numpy(), method="asymp"
        ).statistic
        assert row["value"] == pytest.approx(expected, abs=row["error"] + 1e-12)
        assert row["error"] < 0.001
        if exact:
            assert row["error"] == 0.0


def test_a_baseline_gives_the_same_statuses_and_values_within_the_error(tmp_path: Path):
    path = tmp_path / "hotel.mmon"
    api.make_baseline(str(DATA / "hotel_booking" / "reference.parquet"), path)
    keys = ["name", "column", "window"]
    # Operations look at the clock, and a baseline without rows says nothing of many columns.
    direct, stored = (
        report.results.filter(~pl.col("application").is_in(ELSEWHERE))
        for report in (hotel_report(), mmon.compare(str(path), hotel()[1]))
    )
    both = direct.join(stored, on=keys, how="full", nulls_equal=True, coalesce=True)
    assert both.height == direct.height
    assert both.filter(pl.col("status").ne_missing(pl.col("status_right"))).is_empty()
    far = (pl.col("value") - pl.col("value_right")).abs() > pl.col("error").fill_null(1.0) + 1e-12
    assert both.filter(far).is_empty()


def parquet(frame: pl.DataFrame, path: Path) -> str:
    frame.write_parquet(path)
    return str(path)


def test_bank_marketing_drifted_from_its_first_half_to_its_second():
    calls = pl.read_parquet(DATA / "bank_marketing" / "bank_additional_full.parquet")
    half = calls.height // 2
    assert mmon.compare(calls[:half], calls[half:], metrics=DEFAULT).exit_status == 1


def test_bike_rentals_grew_from_2011_to_2012():
    hours = pl.read_parquet(DATA / "bike_sharing" / "hour.parquet")
    years = [hours.filter(yr=year) for year in (0, 1)]
    report = mmon.compare(*years, metrics=DEFAULT)
    assert report.exit_status == 1
    found = raised(report)
    assert found["registered"] == "detected"
    assert found["cnt"] == "potential_detection"


def assert_equal_windows(report: mmon.Report, plain: list[mmon.Report]) -> None:
    """Every value of every window is that of a plain comparison, within both errors."""
    for index, alone in enumerate(plain):
        # Operations depend on the window's bounds; models are fitted in the newest window only.
        window, single = (
            one.results.filter(~pl.col("application").is_in(ELSEWHERE)) for one in (report, alone)
        )
        # How many windows the reference has is told of the run.
        of_window = pl.col("name") != "reference_blocks"
        window = window.filter(pl.col("window") == index, of_window)
        both = window.join(single, on=["name", "column"], nulls_equal=True)
        assert both.height == window.height == single.height
        slack = pl.col("error").fill_null(1.0) + pl.col("error_right").fill_null(1.0) + 1e-12
        far = (pl.col("value") - pl.col("value_right")).abs() > slack
        assert both.filter(far).is_empty()
        assert both.filter(pl.col("value").is_null() != pl.col("value_right").is_null()).is_empty()


def test_hotel_bookings_by_month_are_one_plain_comparison_each():
    ref, cur = hotel()
    report = mmon.compare(ref, cur, metrics=DEFAULT, windows={"every": "1mo"})
    bounds = [dt.datetime(2016 + m // 12, m % 12 + 1, 1) for m in range(9, 21)]
    plain, rows = [], []
    for start, end in itertools.pairwise(bounds):
        inside = cur.filter(pl.col("timestamp") >= start, pl.col("timestamp") < end)
        rows.append(inside.height)
        plain.append(mmon.compare(ref, inside, metrics=DEFAULT))
    assert report.windows["rows"].to_list() == rows
    assert sum(rows) == cur.height
    starts = [f"{start.isoformat()}Z" for start in bounds[:-1]]
    assert report.windows["start"].to_list() == starts
    assert_equal_windows(report, plain)


def test_of_hotel_bookings_by_month_four_columns_drifted_and_rows_suffice_for_all():
    report = mmon.compare(*hotel(), metrics=["total_variation"], windows={"every": "1mo"})
    drift = report.results.filter(name="total_variation")
    detected = drift.filter(status="detected")["column"].unique()
    assert set(detected) == {"adr", "agent", "country", "lead_time"}
    # One category fills several of them: deposit_type is "No Deposit" in 99.7 % of rows.
    # In one window the scores are so near to a level that their summary leaves it open.
    (near,) = drift.filter(status="inconclusive").iter_rows(named=True)
    assert near["column"] == "y_pred_proba"
    assert "use --exact" in near["reason"]


def test_car_prices_change_from_the_sixth_window_on():
    ref, cur = (
        pl.read_parquet(DATA / "car_price" / f"{side}.parquet")
        for side in ("reference", "production")
    )
    report = mmon.compare(ref, cur, metrics=DEFAULT, windows={"rows": 6_000})
    assert report.windows["rows"].to_list() == [6_000] * 10
    alarms = report.results.filter(
        pl.col("status").is_in(["potential_detection", "detected"]), pl.col("column").is_not_null()
    )
    assert sorted(alarms["window"].unique()) == [5, 6, 7, 8, 9]
    plain = [mmon.compare(ref, part, metrics=DEFAULT) for part in cur.iter_slices(6_000)]
    assert_equal_windows(report, plain)
