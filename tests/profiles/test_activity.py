"""What happened when: counted as pandas resamples, the same in any order of merging."""

from __future__ import annotations

import datetime as dt
import itertools

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings

from mmon.profiles.activity.activity import Activity
from mmon.profiles.activity.identities import MOST_IDS, STORED_IDS
from mmon.profiles.activity.latency_steps import LatencySteps
from mmon.profiles.activity.requests import Requests
from mmon.profiles.activity.steps import HOUR_US, LADDER_US, MINUTE_US, SECOND_US, coarser, tally
from mmon.profiles.baseline import load, save
from mmon.profiles.folding.growing import Limits
from mmon.profiles.table import Profile
from mmon.records.arrays import taken
from mmon.windows.timestamps import DAY_US, to_instants

START = 20_000 * DAY_US


def activity(instants, *, ids_kept: int = MOST_IDS, **columns) -> Activity:
    at = np.asarray(instants, dtype=np.int64)
    return Activity.of(len(at), Requests(instants=at, **columns), ids_kept=ids_kept)


def same(one: Activity, other: Activity) -> bool:
    assert one.step_us == other.step_us
    for name in ("starts", "counts", "failures"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for name in ("rows", "without_time", "oldest_us", "newest_us", "errors", "error_known"):
        assert getattr(one, name) == getattr(other, name), name
    assert one.resolution_us == other.resolution_us
    np.testing.assert_array_equal(one.latency.keys, other.latency.keys)
    np.testing.assert_array_equal(one.latency.counts, other.latency.counts)
    return True


@pytest.mark.parametrize("step_us", [MINUTE_US, HOUR_US, DAY_US])
def test_steps_count_rows_and_failures_as_pandas_resamples_them(step_us):
    rng = np.random.default_rng(1)
    at = START + rng.integers(0, 5 * DAY_US, 20_000)
    failed = rng.random(20_000) < 0.1
    found = activity(at, is_error=failed, error_known=np.ones(20_000, dtype=bool))
    while found.step_us < step_us:
        found = found.at(coarser(found.step_us))
    index = pd.to_datetime(at, unit="us")
    rule = pd.Timedelta(step_us, unit="us")
    # Steps hold their beginnings, as windows do.
    rows = pd.Series(1, index).resample(rule).sum()
    errors = pd.Series(failed * 1, index).resample(rule).sum()
    expected = pd.Series(found.counts, pd.to_datetime(found.starts, unit="us"))
    assert rows[rows > 0].to_dict() == expected.to_dict()
    assert errors[rows > 0].tolist() == found.failures.tolist()


@settings(max_examples=40)
@given(st.integers(0, 1 << 30), st.integers(2, 5), st.sampled_from([1, 60, 86_400]))
def test_a_merge_is_the_same_in_any_order_and_grouping(seed, parts, unit):
    rng = np.random.default_rng(seed)
    n = 300
    at = START + rng.integers(0, 30_000, n) * unit * SECOND_US
    failed, latency = rng.random(n) < 0.2, rng.lognormal(2, 2, n)
    known = rng.random(n) < 0.9
    missing = rng.random(n) < 0.1

    whole_rows = Requests(at, missing, is_error=failed, error_known=known, latency=latency)

    def part(rows):
        return Activity.of(len(at[rows]), taken(whole_rows, rows))

    pieces = [part(slice(start, None, parts)) for start in range(parts)]
    whole = part(slice(None))
    assert same(Activity.merge(pieces), whole)
    assert same(Activity.merge([Activity.merge(pieces[1:]), Activity.merge(pieces[:1])]), whole)
    assert same(Activity.merge([Activity.of(rows=0), *pieces[::-1]]), whole)


def test_steps_grow_until_few_enough_have_rows_and_merging_agrees():
    rng = np.random.default_rng(3)
    at = START + rng.integers(0, 200 * DAY_US, 60_000)
    latency = rng.lognormal(3, 1, 60_000)
    whole = activity(at, latency=latency)
    assert whole.step_us == HOUR_US
    assert len(whole.starts) <= 10_000
    parts = [activity(at[k::7], latency=latency[k::7]) for k in range(7)]
    assert same(Activity.merge(parts), whole)


def test_one_stray_time_does_not_coarsen_the_steps():
    at = np.append(START + np.arange(1_000) * SECOND_US, -(40_000 * DAY_US))
    assert activity(at).step_us == SECOND_US


def test_every_step_of_the_ladder_divides_the_next():
    assert all(b % a == 0 for a, b in itertools.pairwise(LADDER_US))
    assert coarser(DAY_US) % DAY_US == 0


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Vienna", "America/New_York", "Pacific/Honolulu", "Pacific/Auckland"]
)
def test_dates_are_whole_days_in_every_zone(zone):
    days = pl.date_range(dt.date(2024, 1, 1), dt.date(2024, 12, 31), eager=True)
    found = activity(to_instants(days, zone).to_numpy(), is_daily=days.dtype == pl.Date)
    assert len(found.starts) == 366
    assert (np.diff(found.starts) == DAY_US).all()
    assert found.starts[0] == dt.datetime(2024, 1, 1, tzinfo=dt.UTC).timestamp() * 1e6


def test_the_resolution_is_what_divides_all_times():
    assert activity(START + np.arange(50) * HOUR_US).resolution_us == HOUR_US
    assert activity(START + np.arange(50) * 7 * MINUTE_US).resolution_us == MINUTE_US
    assert activity(START + np.arange(500) * 7).resolution_us == 0
    parts = [activity([START]), activity([START + 2 * HOUR_US]), activity([START + 3 * HOUR_US])]
    assert Activity.merge(parts).resolution_us == HOUR_US
    assert Activity.merge(parts[:1] * 3).resolution_us == 0


def test_rows_without_a_time_are_counted_and_in_no_step():
    missing = np.array([True, False, True])
    found = Activity.of(3, Requests(np.array([0, START, 0]), missing))
    assert (found.without_time, found.counts.sum(), found.oldest_us) == (2, 1, START)
    nothing = Activity.of(
        3, Requests(is_error=np.ones(3, dtype=bool), error_known=np.ones(3, dtype=bool))
    )
    assert (nothing.without_time, nothing.errors, len(nothing.starts)) == (3, 3, 0)
    assert nothing.oldest_us is None


def test_latency_quantiles_by_step_are_within_5_percent():
    rng = np.random.default_rng(5)
    n = 50_000
    steps, latency = rng.integers(0, 4, n), rng.lognormal(0, 3, n)
    table = LatencySteps.of(HOUR_US, steps, latency)
    found = table.quantiles(table.steps, 5, (0.5, 0.95, 0.99))
    for step in range(4):
        exact = np.quantile(latency[steps == step], (0.5, 0.95, 0.99), method="inverted_cdf")
        np.testing.assert_allclose(found[:, step], exact, rtol=0.05)
    assert np.isnan(found[:, 4]).all()


def test_latencies_that_are_no_times_are_left_out_or_zero():
    odd = np.array([np.nan, np.inf, -np.inf, -3.0, 0.0, 1e300, 5e-324])
    table = LatencySteps.of(HOUR_US, np.zeros(7, dtype=np.int64), odd)
    assert table.counts.sum() == 4
    assert table.quantiles(table.steps, 1, (0.5,))[0, 0] == 0.0


@given(st.lists(st.integers(-(1 << 60), 1 << 60), max_size=50))
def test_a_tally_is_that_of_numpy(keys):
    array = np.array(keys, dtype=np.int64)
    expected, counts = np.unique(array, return_counts=True)
    found = tally(array)
    np.testing.assert_array_equal(found[0], expected)
    np.testing.assert_array_equal(found[1], counts)


def test_a_baseline_keeps_the_activity_and_few_ids(tmp_path):
    rng = np.random.default_rng(8)
    n = 9_000
    found = activity(
        START + rng.integers(0, 30 * DAY_US, n),
        is_error=rng.random(n) < 0.1,
        error_known=np.ones(n, dtype=bool),
        latency=rng.lognormal(3, 1, n),
        ids=pl.Series(rng.integers(0, 8_000, n)),
    )
    profile = Profile(source="x", rows=n, columns=(), activity=found)
    save(profile, tmp_path / "x.mmon")
    read = load(tmp_path / "x.mmon").activity
    assert same(read, found)
    assert read.identities.hashes.dtype == np.uint64
    assert len(read.identities.hashes) == STORED_IDS < len(found.identities.hashes)
    assert read.identities.bound == int(read.identities.hashes[-1])
    assert (read.identities.repeats, read.identities.is_exact) == (found.identities.repeats, True)
    assert same(Activity.merge([read, Activity.of(rows=0)]), found)


@pytest.mark.parametrize("windows", [1, 64, 366, 20_000])
def test_ids_and_steps_are_shared_by_the_windows(windows):
    kept, parts = Limits(None, None).shared_by(windows), []
    for batch in range(6):
        ids = pl.Series(range(batch * 3_000, (batch + 1) * 3_000))
        minutes = np.arange(batch * 3_000, (batch + 1) * 3_000) * 60_000_000
        parts.append(activity(minutes, ids=ids, ids_kept=kept.ids))
    found = Activity.merge(parts, ids_kept=kept.ids, steps_kept=kept.steps)
    assert len(found.identities.hashes) <= min(kept.ids, 18_000)
    assert len(found.starts) <= kept.steps
    assert found.counts.sum() == 18_000
    # A day by minutes for a year of days; memory that all together may take, for more.
    assert kept.steps >= 1_440 or windows > 366
    assert windows * kept.ids <= 8 * MOST_IDS
