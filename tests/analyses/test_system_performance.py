"""What arrived, how fast and with how many errors: right numbers, and verdicts that hold."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import polars as pl
import pytest
from scipy import stats

from mmon.results import Status, Verdict
from tests.analyses.operations_runs import MONDAY, document, requests, results

DAILY = {"every": "1d"}
BEFORE = requests(28, 14_000)
AFTER = requests(1, 500, start=MONDAY + dt.timedelta(28), seed=1)


def levels(name: str, **bounds: dict[str, float]) -> dict[str, object]:
    return {"thresholds": {name: bounds}}


def test_numbers_are_those_of_polars():
    found = results(BEFORE, AFTER, windows=DAILY)
    assert found["invocations"].value == 500
    assert found["predictions_per_second"].value == pytest.approx(500 / 86_400)
    assert found["avg_latency"].value == pytest.approx(AFTER["ms"].mean())
    assert found["avg_latency"].reference_value == pytest.approx(BEFORE["ms"].mean())
    for name, share in (("latency_p50", 0.5), ("latency_p95", 0.95), ("latency_p99", 0.99)):
        expected = np.quantile(AFTER["ms"].to_numpy(), share, method="inverted_cdf")
        assert found[name].value == pytest.approx(expected)
    assert found["error_count"].value == AFTER["failed"].sum()
    assert found["error_rate"].value == pytest.approx(AFTER["failed"].mean())
    assert found["error_count"].reference_value == pytest.approx(BEFORE["failed"].mean() * 500)
    assert found["duplicate_ids"].value == 0.0
    assert found["late_rows"].value == 0.0
    midnight = MONDAY + dt.timedelta(29)
    assert found["freshness"].value == (midnight - AFTER["at"].max()).total_seconds()


def test_the_usual_traffic_passes_and_is_only_told():
    outcome = document(BEFORE, AFTER, windows=DAILY)
    judged = [one for one in outcome.results if one.status is not Status.IRRELEVANT]
    assert {(one.name, one.aspect, one.relative) for one in judged} == {
        ("error_rate_increase", "increase", False),
        ("latency_p95", "rise", True),
    }
    assert outcome.verdict is Verdict.PASS


def test_expected_rows_by_weekday_and_hour_are_the_average_of_those_hours():
    busy = BEFORE.filter((pl.col("at").dt.weekday() < 6) | (pl.int_range(pl.len()) % 4 == 0))
    for weekday in (1, 6):
        day = MONDAY + dt.timedelta(27 + weekday)
        found = results(busy, requests(1, 100, start=day, seed=2), windows=DAILY)
        same = busy.filter(pl.col("at").dt.weekday() == weekday)
        assert found["invocations"].reference_value == pytest.approx(same.height / 4, rel=1e-3)


def test_a_day_with_a_third_less_traffic_is_detected_when_a_level_is_set():
    fewer = AFTER.filter(pl.int_range(pl.len()) % 3 != 0)
    system = levels("invocations", max_drop={"detected": 0.2})
    drop = results(BEFORE, fewer, system, windows=DAILY)["invocations drop"]
    assert drop.value == pytest.approx(1 - fewer.height / drop.reference_value)
    assert drop.status is Status.DETECTED
    assert drop.gating


def test_a_fall_that_so_few_rows_cannot_show_is_inconclusive():
    few = BEFORE.filter(pl.int_range(pl.len()) % 100 == 0)
    system = levels("invocations", max_drop={"detected": 0.3})
    drop = results(few, AFTER.head(3), system, windows=DAILY)["invocations drop"]
    assert drop.status is Status.INCONCLUSIVE
    assert "it takes about" in drop.reason


@pytest.mark.parametrize(
    ("kept", "status"),
    [(1.0, Status.NO_DETECTION), (0.9, Status.POTENTIAL_DETECTION), (0.5, Status.DETECTED)],
)
def test_completeness_against_an_expected_number_is_a_fact(kept, status):
    found = results(BEFORE, AFTER.head(int(500 * kept)), {"expected_rows": 500}, windows=DAILY)
    assert found["completeness"].value == kept
    assert found["completeness"].status is status


def test_no_rows_at_all_is_a_breach_where_rows_were_expected():
    outcome = document(BEFORE, AFTER.head(0), {"expected_rows": 500})
    (found,) = (one for one in outcome.results if one.name == "completeness")
    assert (found.value, found.status) == (0.0, Status.DETECTED)
    assert outcome.verdict is Verdict.BREACH


def test_no_rows_without_an_expectation_is_told_and_no_crash():
    found = results(BEFORE, AFTER.head(0))
    assert found["invocations"].value == 0.0
    assert found["completeness"].value is None
    assert found["latency_p95"].value is None


def test_a_window_that_is_not_over_is_told_and_not_judged(monkeypatch):
    noon = MONDAY + dt.timedelta(28.5)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(noon.replace(tzinfo=dt.UTC).timestamp())))
    half = AFTER.filter(pl.col("at") < noon)
    found = results(BEFORE, half, {"expected_rows": 500}, windows=DAILY)
    assert found["completeness"].status is Status.IRRELEVANT
    assert "not over yet" in found["completeness"].reason
    assert found["invocations"].reference_value == pytest.approx(250, rel=0.1)
    assert found["freshness"].value == (noon - half["at"].max()).total_seconds()


def test_an_outage_is_counted_in_steps_and_in_seconds():
    start = MONDAY + dt.timedelta(28, hours=6)
    outage = pl.col("at").is_between(start, start + dt.timedelta(hours=4))
    found = results(BEFORE, AFTER.filter(~outage), {"step": "1h"}, windows=DAILY)
    assert found["gaps"].value == 4.0
    assert found["gaps"].reference_value == 0.0
    assert found["longest_gap"].value == pytest.approx(4 * 3_600, abs=900)
    there = AFTER.filter(~outage)["at"].diff().max().total_seconds()
    gap = found["longest_gap"]
    assert gap.value <= there <= gap.value + gap.error


def test_hours_that_are_always_quiet_are_no_gaps():
    nights = pl.col("at").dt.hour().is_between(1, 4)
    found = results(BEFORE.filter(~nights), AFTER.filter(~nights), {"step": "1h"}, windows=DAILY)
    assert found["gaps"].value == 0.0
    assert "20 steps of 1 h" in found["gaps"].reason


def test_more_errors_are_detected_and_by_points_of_share():
    worse = requests(1, 500, start=MONDAY + dt.timedelta(28), error_rate=0.15, seed=1)
    rise = results(BEFORE, worse, windows=DAILY)["error_rate_increase"]
    assert rise.value == pytest.approx(worse["failed"].mean() - BEFORE["failed"].mean())
    assert rise.status is Status.DETECTED
    table = [[worse["failed"].sum(), (~worse["failed"]).sum()]]
    table += [[BEFORE["failed"].sum(), (~BEFORE["failed"]).sum()]]
    # So do days of the reference tell, which differ by chance alone.
    assert rise.p_value < 1e-12
    assert stats.fisher_exact(table).pvalue < 1e-12


def test_one_more_error_among_few_rows_is_no_alarm():
    few = AFTER.head(10).with_columns(failed=pl.int_range(pl.len()) < 1)
    rise = results(BEFORE, few, windows=DAILY)["error_rate_increase"]
    assert rise.value > 0.05
    assert rise.status in (Status.NO_DETECTION, Status.INCONCLUSIVE)


def test_errors_after_a_reference_without_any_have_a_finite_rise():
    clean = BEFORE.with_columns(failed=pl.lit(value=False))
    found = results(clean, AFTER, levels("error_rate", max_rise={"detected": 1.0}), windows=DAILY)
    assert found["error_rate rise"].status is Status.DETECTED
    assert np.isfinite(found["error_rate rise"].value)
    # Who judges the rate in one way is not judged in the other as well.
    assert found["error_rate_increase"].status is Status.IRRELEVANT


def test_a_slower_model_is_detected_and_a_faster_one_is_not():
    slow = requests(1, 500, start=MONDAY + dt.timedelta(28), slower=1.8, seed=1)
    fast = requests(1, 500, start=MONDAY + dt.timedelta(28), slower=0.5, seed=1)
    assert results(BEFORE, slow, windows=DAILY)["latency_p95 rise"].status is Status.DETECTED
    assert results(BEFORE, fast, windows=DAILY)["latency_p95 rise"].status is Status.NO_DETECTION


@pytest.mark.parametrize(("limit", "status"), [(1_000.0, "no_detection"), (15.0, "detected")])
@pytest.mark.parametrize("name", ["avg_latency", "latency_p50", "latency_p95", "latency_p99"])
def test_absolute_levels_of_latencies(name, limit, status):
    found = results(BEFORE, AFTER, levels(name, max={"detected": limit}), windows=DAILY)[name]
    assert found.status == status
    assert found.interval[0] <= found.value <= found.interval[1]


def test_a_value_just_above_its_level_by_chance_is_not_detected():
    limit = results(BEFORE, AFTER, windows=DAILY)["latency_p95"].value * 0.999
    found = results(BEFORE, AFTER, levels("latency_p95", max={"detected": limit}), windows=DAILY)
    assert found["latency_p95"].status is Status.INCONCLUSIVE
    assert "by chance" in found["latency_p95"].reason


def test_repeated_ids_are_counted():
    twice = pl.concat([AFTER, AFTER.head(50)]).sort("at")
    found = results(BEFORE, twice, levels("duplicate_ids", max={"detected": 10}), windows=DAILY)
    assert found["duplicate_ids"].value == 50.0
    assert found["duplicate_ids"].status is Status.DETECTED


@pytest.mark.slow
def test_late_rows_are_counted_in_the_order_of_the_data():
    days = requests(2, 1_000, start=MONDAY + dt.timedelta(28), seed=1)
    first = days.filter(pl.col("at") < MONDAY + dt.timedelta(29))
    late = pl.concat(
        [days.filter(~pl.col("id").is_in(first.tail(7)["id"].implode())), first.tail(7)]
    )
    assert results(BEFORE, late, windows=DAILY)["late_rows"].value == 7.0
    allowed = {**DAILY, "allowed_lateness": "2d"}
    assert results(BEFORE, late, windows=allowed)["late_rows"].value == 0.0
    assert "late_rows" not in results(BEFORE, late)


def test_gate_none_only_tells():
    outcome = document(BEFORE, AFTER.head(0), {"expected_rows": 500, "gate": "none"})
    (found,) = (one for one in outcome.results if one.name == "completeness")
    assert (found.status, found.gating) == (Status.DETECTED, False)
    assert outcome.verdict is Verdict.PASS


def test_the_picture_has_every_step_and_every_row():
    (picture,) = document(BEFORE, AFTER, windows=DAILY).activity
    assert 96 <= len(picture.starts) <= 200
    assert sum(picture.rows) == 500
    assert sum(picture.errors) == AFTER["failed"].sum()
    assert sum(picture.expected) == pytest.approx(500, rel=0.1)
    steps = len(picture.starts)
    assert {len(one) for one in (picture.rows, picture.expected, picture.latency_p95)} == {steps}
    assert [rows == 0 for rows in picture.rows] == [one is None for one in picture.latency_p50]
    assert picture.starts[0] == "2024-01-29T00:00:00Z"
    assert picture.step_s * steps == 86_400


@pytest.mark.slow
def test_the_picture_expects_the_rows_that_the_configuration_does(monkeypatch):
    outcome = document(BEFORE, AFTER, {"expected_rows": 800}, windows=DAILY)
    assert sum(outcome.activity[0].expected) == pytest.approx(800, rel=1e-3)
    (rows,) = (one for one in outcome.results if one.name == "invocations")
    assert re.fullmatch(r"500 rows; by the reference's rate.* it would be \d+", rows.reason)
    untold = document(BEFORE.drop("at"), AFTER, {"expected_rows": 800}, windows=DAILY)
    assert sum(untold.activity[0].expected) == pytest.approx(800, rel=1e-3)
    noon = MONDAY + dt.timedelta(28.5)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(noon.replace(tzinfo=dt.UTC).timestamp())))
    half = document(
        BEFORE, AFTER.filter(pl.col("at") < noon), {"expected_rows": 800}, windows=DAILY
    )
    assert sum(half.activity[0].expected) == pytest.approx(400, rel=0.1)


ODD = {
    "latency in text": pl.col("ms").round(2).cast(pl.String),
    "latency that is no number": pl.lit("slow").alias("ms"),
    "latency without a value": pl.lit(None, dtype=pl.Float64).alias("ms"),
    "negative latency": -pl.col("ms"),
    "latency of NaN": pl.lit(float("nan")).alias("ms"),
    "infinite latency": pl.lit(float("inf")).alias("ms"),
    "huge latency": pl.lit(1e308).alias("ms"),
    "latency of one value": pl.lit(7).alias("ms"),
    "error without a value": pl.lit(None, dtype=pl.Boolean).alias("failed"),
    "error of type null": pl.lit(None).alias("failed"),
    "error in messages": pl.when("failed").then(pl.lit("boom")).alias("failed"),
    "error in status codes": pl.when("failed").then(500).otherwise(200).alias("failed"),
    "times without a value": pl.lit(None, dtype=pl.Datetime).alias("at"),
    "one instant": pl.lit(MONDAY).alias("at"),
    "dates": pl.col("at").dt.date(),
    "dates in text": pl.col("at").dt.date().cast(pl.String),
    "times in another zone": pl.col("at").dt.replace_time_zone("Asia/Kolkata"),
    "a stray time": pl.when(pl.int_range(pl.len()) == 0)
    .then(pl.lit(dt.datetime(1970, 1, 1)))
    .otherwise("at")
    .alias("at"),
    "ids without a value": pl.lit(None, dtype=pl.Int64).alias("id"),
    "empty ids": pl.lit("").alias("id"),
}


@pytest.mark.parametrize("side", ["reference", "production"])
@pytest.mark.parametrize("odd", ODD)
def test_odd_columns_give_results_with_reasons_and_no_crash(odd, side):
    frames = [BEFORE, AFTER]
    place = ("reference", "production").index(side)
    frames[place] = frames[place].with_columns(ODD[odd])
    found = results(frames[0], frames[1])
    assert found["invocations"].value == 500
    for name, one in found.items():
        assert one.value is not None or one.reason, name
        # All latencies of one side are far longer, and that is told.
        longer = (("huge latency", "production"), ("latency of one value", "reference"))
        is_longer = (odd, side) in longer
        assert (one.status is Status.DETECTED) == (is_longer and name == "latency_p95 rise")


def test_both_sides_of_times_in_whole_days_are_compared():
    odd = [frame.with_columns(ODD["dates"]) for frame in (BEFORE, AFTER)]
    found = results(*odd)
    assert found["invocations"].reference_value == pytest.approx(500, rel=0.1)
    assert found["gaps"].value == 0.0


def test_a_date_is_no_less_fresh_than_the_end_of_its_day():
    odd = [frame.with_columns(ODD["dates"]) for frame in (BEFORE, AFTER)]
    assert results(*odd, windows=DAILY)["freshness"].value == 0.0
    weekly = results(*odd, windows={"every": "1w"})
    assert weekly["freshness"].value == 6 * 86_400


def test_times_in_whole_hours_have_no_gaps_between_them():
    hours = [frame.with_columns(pl.col("at").dt.truncate("1h")) for frame in (BEFORE, AFTER)]
    found = results(*hours, {"step": "15m"})
    assert found["gaps"].value == 0.0
    assert "steps of 1 h" in found["gaps"].reason
    assert found["longest_gap"].value <= 3_600


@pytest.mark.parametrize("lacking", ["id", "at", "ms", "failed"])
@pytest.mark.parametrize("side", [0, 1])
def test_a_side_without_a_column_is_still_analysed(lacking, side):
    frames = [BEFORE, AFTER]
    frames[side] = frames[side].drop(lacking)
    found = results(frames[0], frames[1])
    assert found["invocations"].value == 500
    assert all(one.status in (Status.IRRELEVANT, Status.NO_DETECTION) for one in found.values())


@pytest.mark.parametrize("rows", [1, 2])
def test_one_or_two_rows_are_enough_not_to_crash(rows):
    found = results(BEFORE, AFTER.head(rows), windows=DAILY)
    assert found["invocations"].value == rows
    assert results(BEFORE.head(rows), AFTER, windows=DAILY)["invocations"].value == 500


@pytest.mark.parametrize("zone", ["Europe/Vienna", "America/New_York", "Asia/Kolkata"])
def test_days_of_dates_have_no_gaps_in_any_zone(zone):
    dates = requests(120, 6_000).with_columns(pl.col("at").dt.date())
    now = requests(20, 1_000, start=MONDAY + dt.timedelta(120), seed=3)
    windows = {"every": "1w", "timezone": zone, "start": "2024-04-30"}
    outcome = document(dates, now.with_columns(pl.col("at").dt.date()), windows=windows)
    gaps = [one for one in outcome.results if one.name == "gaps"]
    assert [one.value for one in gaps[:2]] == [0.0, 0.0]
    assert "7 steps of 1 d" in gaps[0].reason
    rows = [one for one in outcome.results if one.name == "invocations"]
    assert rows[0].reference_value == pytest.approx(350, rel=0.05)
    assert [len(one.starts) for one in outcome.activity][:2] == [7, 7]
