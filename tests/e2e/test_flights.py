"""A year's flights from New York: a real model's July judged by its January to June, end to end."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest
from scipy.stats import ks_2samp

from mmon.errors import ExitStatus
from tests.data import performance_oracle as oracle
from tests.data.segment_labels import inside
from tests.e2e import flights
from tests.e2e.flights import Flights
from tests.e2e.running import Ended, process

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("flights")]

ORIGINS = ["EWR", "JFK", "LGA"]
BIG_CARRIERS = ["9E", "AA", "B6", "DL", "EV", "MQ", "UA", "US", "VX", "WN"]
SEGMENTS = [
    *(f"origin = {origin}" for origin in ORIGINS),
    *(f"carrier = {carrier}" for carrier in [*BIG_CARRIERS, "(other)"]),
]
# Metrics that need all scores in order, and so are approximate where there are many.
RANKED = ("roc_auc", "average_precision")
# From the clocks of New York, as the configuration says.
LOCAL_TIME = pl.col("time_hour").dt.convert_time_zone("America/New_York")


@dataclasses.dataclass(frozen=True)
class July:
    """The run under test: its data, how it ended and what it wrote."""

    folder: Path
    flights: Flights
    ended: Ended
    document: dict[str, Any]

    def results(self, **wanted: Any) -> list[dict[str, Any]]:
        """The results whose fields are as given; of the whole data unless ``segment`` says more."""
        wanted = {"segment": None, **wanted}
        every = self.document["results"]
        return [one for one in every if all(one[key] == wanted[key] for key in wanted)]

    def result(self, name: str, aspect: str = "value", **wanted: Any) -> dict[str, Any]:
        """The only such result."""
        (found,) = self.results(name=name, aspect=aspect, **wanted)
        return found


@pytest.fixture(scope="session")
def july(tmp_path_factory: pytest.TempPathFactory) -> July:
    flights.require()
    folder, data = tmp_path_factory.mktemp("flights"), flights.load()
    data.reference.write_parquet(folder / "reference.parquet")
    data.production.write_parquet(folder / "july.parquet")
    (folder / "mmon.yaml").write_text(flights.CONFIGURATION)
    ended = process("run", "mmon.yaml", cwd=folder)
    assert ended.status in {0, 1}, ended.err
    return July(folder, data, ended, json.loads((folder / "flights.json").read_text("utf-8")))


def rows(side: pl.DataFrame, segment: str | None) -> pl.DataFrame:
    """The rows of a side that are in a segment."""
    if segment is None:
        return side
    column, value = segment.split(" = ")
    if value == "(other)":
        return side.filter(~pl.col(column).is_in(BIG_CARRIERS))
    return side.filter(pl.col(column) == value)


def test_the_run_fails_and_says_why_in_its_last_line(july: July):
    assert july.ended.status == ExitStatus.BREACH
    assert july.ended.err == ""
    last = july.ended.out.splitlines()[-1]
    assert last.startswith(" BREACH ")
    assert "label coverage 89.6% (limit 90%) in carrier = 9E" in last
    assert "drift in carrier = AA and 2 more segments" in last
    assert "reference 166,158 rows   production 29,425 rows" in july.ended.out


def test_the_document_is_as_the_schema_says(july: July):
    schema = json.loads(process("schema", "--result").out)
    jsonschema.Draft7Validator(schema).validate(july.document)
    assert july.document["exit_status"] == ExitStatus.BREACH
    assert (july.document["verdict"], july.document["errors"]) == ("breach", [])


def test_the_page_has_a_section_for_every_question(july: July):
    page = (july.folder / "flights.html").read_text("utf-8")
    sections = re.findall(r"<section id=\"?(\w+)", page)
    wanted = ["columns", "performance", "features", "worse", "operations", "segments"]
    assert [one for one in sections if one in wanted] == wanted
    for words in ("roc_auc", "(other)", "VX", "air_time", "label coverage", "flight_id"):
        assert words in page


def test_july_is_one_window_from_midnight_to_midnight_in_new_york(july: July):
    (window,) = july.document["windows"]
    assert (window["start"], window["end"]) == ("2013-07-01T04:00:00Z", "2013-08-01T04:00:00Z")
    assert window["rows"] == july.flights.production.height
    assert window["status"] == "detected"


def test_each_airport_and_the_ten_largest_carriers_are_segments(july: July):
    named = {
        one["segment"]: one["value"]
        for one in july.document["metrics"]
        if one["name"] == "rows" and one["segment"] is not None
    }
    assert set(named) == set(SEGMENTS)
    by_rows = july.flights.reference["carrier"].value_counts(sort=True)["carrier"].to_list()
    assert sorted(by_rows[:10]) == BIG_CARRIERS
    assert len(by_rows) == 16
    for segment, count in named.items():
        assert count == rows(july.flights.production, segment).height


@pytest.mark.parametrize("segment", [None, *SEGMENTS])
def test_performance_is_scikit_learns_on_the_same_labelled_rows(july: July, segment: str | None):
    sides = [
        rows(side, segment).drop_nulls("late")
        for side in (july.flights.production, july.flights.reference)
    ]
    columns = ("late", "predicted_late", "probability_late")
    theirs = [oracle.binary(*(side[name].to_numpy() for name in columns)) for side in sides]
    for name in theirs[0]:
        ours = july.result(name, application="model-performance", segment=segment)
        assert ours["value"] == pytest.approx(theirs[0][name], abs=1e-9 + ours["error"]), name
        # The error told is production's; the reference has five times as many scores to rank.
        slack = 0.001 if name in RANKED else 1e-9
        assert ours["reference_value"] == pytest.approx(theirs[1][name], abs=slack), name
        low, high = ours["interval"]
        assert low <= ours["value"] <= high
        assert ours["error"] < 0.01


def test_the_model_is_a_little_worse_in_july_and_within_its_limits(july: July):
    drop = july.result("roc_auc", "drop")
    assert 0.005 < drop["value"] < 0.02
    assert drop["p_value"] < 0.001
    assert (drop["status"], drop["changed"]) == ("no_detection", True)


def test_flights_that_never_arrived_are_unlabelled(july: July):
    for segment in (None, *SEGMENTS):
        late = rows(july.flights.production, segment)["late"]
        coverage = july.result("label_coverage", segment=segment)
        share = late.is_not_null().mean()
        assert coverage["value"] == pytest.approx(share, rel=1e-12)
        status = "detected" if share < 0.9 else "potential_detection" if share < 0.95 else None
        assert coverage["status"] == (status or "no_detection")
        assert f"{late.count():,} of {len(late):,}" in coverage["reason"]
    assert july.result("label_coverage", segment="carrier = 9E")["status"] == "detected"


def test_the_error_rate_is_the_share_of_cancelled_flights(july: July):
    for segment in (None, *SEGMENTS):
        cur, ref = (
            rows(side, segment)["cancelled"].mean()
            for side in (july.flights.production, july.flights.reference)
        )
        rate = july.result("error_rate", segment=segment)
        assert (rate["value"], rate["reference_value"]) == pytest.approx((cur, ref), rel=1e-12)
        rise = july.result("error_rate_increase", "increase", segment=segment)
        assert rise["value"] == pytest.approx(cur - ref, abs=1e-12)
    assert july.result("error_rate_increase", "increase")["status"] == "no_detection"
    told = july.results(name="error_rate_increase", segment="origin = LGA")
    # Past its level by the estimate, and not surely.
    assert [(one["value"] > one["potential"], one["status"]) for one in told] == [
        (True, "no_detection")
    ]


def hours_of_week(side: pl.DataFrame) -> pl.DataFrame:
    """Flights of each hour of the week."""
    day, hour = LOCAL_TIME.dt.weekday(), LOCAL_TIME.dt.hour()
    return side.group_by(day.alias("day"), hour.alias("hour")).len()


def test_arrivals_are_expected_by_the_hours_of_the_week(july: July):
    # What each weekday and hour of January to June had on average, for the days of July.
    ref = july.flights.reference
    days = ref.select(LOCAL_TIME.dt.date().alias("date")).unique()["date"].dt.weekday()
    of_ref = dict(days.value_counts().rows())
    # It began on a Monday.
    of_july = {day: 5 if day <= 3 else 4 for day in range(1, 8)}
    expected = sum(rows * of_july[day] / of_ref[day] for day, _, rows in hours_of_week(ref).rows())
    invocations, completeness = july.result("invocations"), july.result("completeness")
    assert invocations["value"] == 29_425
    assert invocations["reference_value"] == pytest.approx(expected, rel=1e-3)
    assert "same hours of the week" in completeness["reason"]
    assert completeness["value"] == pytest.approx(29_425 / expected, rel=1e-3)
    low, high = completeness["interval"]
    assert 0.9 < low < 1.0 < completeness["value"] < high < 1.15
    assert completeness["status"] == "no_detection"


def test_nights_without_flights_are_no_gaps(july: July):
    gaps, longest = july.result("gaps"), july.result("longest_gap")
    assert (gaps["value"], gaps["status"]) == (0.0, "no_detection")
    assert "steps of 1 h" in gaps["reason"]
    hours = july.flights.production["time_hour"].unique().sort()
    quiet_s = hours.diff().max().total_seconds() - 3600
    assert abs(longest["value"] - quiet_s) <= longest["error"]
    assert july.result("freshness")["value"] == 3600.0


def test_the_chart_of_arrivals_counts_every_flight(july: July):
    (chart,) = july.document["activity"]
    moment = pl.col("time_hour").dt.truncate(f"{round(chart['step_s'])}s")
    counted = (
        july.flights.production.group_by(moment)
        .len()
        .with_columns(pl.col("time_hour").dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    )
    theirs = dict(counted.rows())
    assert dict(zip(chart["starts"], chart["rows"], strict=True)) == {
        start: theirs.get(start, 0) for start in chart["starts"]
    }
    assert sum(chart["rows"]) == 29_425
    expected = july.result("invocations")["reference_value"]
    assert sum(chart["expected"]) == pytest.approx(expected, rel=1e-3)


def test_july_has_later_flights_but_drifts_in_three_carriers_only(july: July):
    found = july.results(name="total_variation", application="data-drift")
    judged = {one["column"]: one for one in found if one["gating"]}
    # Summer storms: more delays, certainly, but not so many that it matters.
    assert {"air_time", "dep_delay"} == {
        name for name, one in judged.items() if one["value"] > 0.08
    }
    assert 0.08 < judged["dep_delay"]["value"] < 0.1
    assert judged["dep_delay"]["p_value"] < 1e-100
    assert judged["dep_delay"]["changed"]
    assert {one["status"] for one in judged.values()} == {"no_detection"}
    drifted = [
        (one["segment"], one["column"])
        for one in july.document["results"]
        if one["application"] == "data-drift" and one["status"] == "detected"
    ]
    assert {*drifted} == {(f"carrier = {name}", "air_time") for name in ("AA", "VX", "WN")}


def test_virgin_america_flies_faster_in_summer(july: July):
    (drift,) = july.results(name="total_variation", column="air_time", segment="carrier = VX")
    ref, cur = (
        rows(side, "carrier = VX")["air_time"].drop_nulls()
        for side in (july.flights.reference, july.flights.production)
    )
    # A shift: the same as the Kolmogorov-Smirnov distance, but for what chance adds to that.
    theirs = ks_2samp(ref.to_numpy(), cur.to_numpy(), method="asymp").statistic
    low, high = drift["interval"]
    assert low < theirs < high
    assert drift["value"] > 0.3
    # It flies to California and Nevada only, against the winds of winter.
    assert 15 < ref.mean() - cur.mean() < 20


def test_the_segments_that_got_worse_did(july: July):
    worse = [one for one in july.document["results"] if one["name"] == "worse_segment"]
    assert worse
    for one in worse:
        rise = []
        for is_there in (True, False):
            rates = []
            for side in (july.flights.reference, july.flights.production):
                known = side.drop_nulls("late")
                part = known.filter(inside(known, one["segment"]) == is_there)
                rates.append((part["late"] != part["predicted_late"]).mean())
            rise.append(rates[1] - rates[0])
        assert rise[0] - rise[1] > 0.03
        assert one["value"] == pytest.approx(rise[0] - rise[1], abs=0.03)


def test_an_outage_is_told_as_gaps_and_fails_the_run(july: July):
    # Nothing came on the ninth of July between eight in the morning and eight in the evening.
    day, hour = LOCAL_TIME.dt.date() == pl.date(2013, 7, 9), LOCAL_TIME.dt.hour()
    is_out = day & hour.is_between(8, 19)
    july.flights.production.filter(~is_out).write_parquet(july.folder / "outage.parquet")
    text = flights.CONFIGURATION.replace("july.parquet", "outage.parquet")
    text = text.replace("flights.json", "outage.json").replace("flights.html", "outage.html")
    (july.folder / "outage.yaml").write_text(text.replace("segments:", "#segments:"))
    ended = process("run", "outage.yaml", cwd=july.folder)
    assert ended.status == ExitStatus.BREACH, ended.err
    document = json.loads((july.folder / "outage.json").read_text("utf-8"))
    results = (one for one in document["results"] if one["gating"])
    raised = {one["name"]: one for one in results if one["status"] == "detected"}
    assert set(raised) == {"gaps"}
    assert raised["gaps"]["value"] == 12.0
