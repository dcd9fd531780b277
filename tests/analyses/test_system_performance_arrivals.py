"""The reference's rates are averages by hour, and traffic without change raises few alarms."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mmon.analyses.system_performance.arrivals import Expectation, _count_tails
from mmon.analyses.system_performance.gaps import find_gaps, longest_gap_us
from mmon.analyses.system_performance.rates import Noise, Rates
from mmon.analyses.system_performance.spans import Span
from mmon.profiles.activity.activity import Activity
from mmon.profiles.activity.requests import Requests
from mmon.profiles.activity.steps import HOUR_US, MINUTE_US
from mmon.windows.timestamps import DAY_US
from tests.analyses.simulate_arrivals import (
    CASES,
    NOISES,
    SEASONS,
    START,
    counts,
    false_alarm,
    hourly,
    instants,
)
from tests.statistics.sequential import Claim, broken_claims


def activity(at) -> Activity:
    at = np.asarray(at, dtype=np.int64)
    return Activity.of(len(at), Requests(instants=at))


def seasonal(days: int, rate: float, seed: int = 0):
    rng = np.random.default_rng(seed)
    return instants(counts(rate * hourly("seasonal", days), "poisson", rng), rng)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Vienna", "Asia/Kolkata"])
def test_rates_are_pandas_averages_by_hour_of_the_week(zone):
    # To the end of the last hour, so that every hour was observed as often.
    at = np.append(seasonal(28, 20), [START, START + 28 * DAY_US - 1])
    rates = Rates.of(activity(at), zone)
    begins = pd.to_datetime(at // HOUR_US * HOUR_US, unit="us", utc=True).tz_convert(zone)
    by_hour = pd.Series(1, begins).groupby([begins.day_of_week, begins.hour]).sum() / 4
    edges = START + 28 * DAY_US + np.arange(169) * HOUR_US
    expected = rates.expected(edges)
    wanted = pd.to_datetime(edges[:-1], unit="us", utc=True).tz_convert(zone)
    oracle = [
        by_hour.get((w, h), 0.0) for w, h in zip(wanted.day_of_week, wanted.hour, strict=True)
    ]
    np.testing.assert_allclose(expected, oracle, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("days", "what"),
    [(2, "rate"), (5, "hours of the day"), (15, "hours of the week")],
)
def test_the_longer_the_reference_the_finer_its_rates(days, what):
    assert Rates.of(activity(seasonal(days, 20)), "UTC").what.endswith(what)


def test_a_stray_time_does_not_spoil_the_rate():
    at = np.append(seasonal(28, 20), [-(20_000 * DAY_US), START + 3_000 * DAY_US])
    clean, spoilt = (Rates.of(activity(some), "UTC") for some in (at[:-2], at))
    edges = START + np.array([29, 30]) * DAY_US
    assert spoilt.expected(edges) == pytest.approx(clean.expected(edges), rel=1e-3)


def test_no_rate_comes_of_one_instant_or_of_nothing():
    assert Rates.of(activity([START] * 9), "UTC") is None
    assert Rates.of(activity([]), "UTC") is None
    assert Rates.of(Activity.of(rows=5), "UTC") is None
    assert Rates.of(None, "UTC") is None


def test_a_window_between_two_dates_has_no_days():
    dates = Activity.of(2, Requests(instants=np.array([START, START + DAY_US]), is_daily=True))
    morning, evening = ((START + h * HOUR_US, START + (h + 12) * HOUR_US) for h in (0, 12))
    found = [Span.of_window(bounds, dates) for bounds in (morning, evening)]
    assert sorted(0 if span is None else span.length for span in found) == [0, DAY_US]
    assert None in found
    assert Span.of_window(morning, activity([START])).length == 12 * HOUR_US


def test_the_noise_of_a_poisson_process_is_1_and_of_busy_days_their_variance():
    rng = np.random.default_rng(1)
    mean = 50 * hourly("flat", 200)
    found = Rates.of(activity(instants(counts(mean, "poisson", rng), rng)), "UTC").noise(DAY_US)
    assert found.ratio == pytest.approx(1.0, abs=0.35)
    found = Rates.of(activity(instants(counts(mean, "busy days", rng), rng)), "UTC").noise(DAY_US)
    # Gamma of shape 10: a relative variance of a tenth, besides Poisson's.
    assert found.relative == pytest.approx(0.1 + 1 / 1_200, rel=0.35)
    assert found.ratio == pytest.approx(1 + 1_200 / 10, rel=0.35)


@pytest.mark.parametrize(("mean", "variance"), [(7.5, 7.5), (7.5, 30.0), (2_000.0, 90_000.0)])
def test_tails_of_counts_are_those_of_scipy(mean, variance):
    for rows in (0, 3, 7, 2_200):
        if variance == mean:
            law = stats.poisson(mean)
        else:
            law = stats.nbinom(mean**2 / (variance - mean), mean / variance)
        expected = law.cdf(rows), law.sf(rows - 1)
        assert _count_tails(rows, mean, variance) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_an_interval_holds_the_shares_that_no_test_rejects():
    expectation = Expectation(200.0, 4.0, 5_000, DAY_US, Noise(DAY_US, 2.0, 0.01, 20.0))
    low, high = expectation.interval(180)
    assert low < 0.9 < high
    for share, side in ((low, 1), (high, 0)):
        assert expectation.tails(180, share)[side] == pytest.approx(0.025, abs=1e-6)
    assert expectation.interval(0)[0] == 0.0
    assert 0.0 < expectation.interval(0)[1] < 0.2


def test_fewer_rows_are_less_probable_the_fewer_they_are():
    expectation = Expectation(200.0, 4.0, 5_000, DAY_US, Noise(DAY_US, 2.0, 0.01, 20.0))
    p_values = [expectation.p_value(rows) for rows in range(200, 0, -20)]
    assert p_values == sorted(p_values, reverse=True)
    assert p_values[-1] < 1e-6
    assert Expectation(200.0, 4.0, 5_000, DAY_US, None).p_value(0) is None


def test_a_longer_window_is_more_sure():
    expectation = Expectation(20.0, 5.0, 400, DAY_US, Noise(DAY_US, 1.0, 0.05, 20.0))
    p_values = [expectation.times(f).p_value(round(14 * f)) for f in (1.0, 4.0, 16.0)]
    assert p_values == sorted(p_values, reverse=True)


@pytest.mark.parametrize(("season", "noise"), [("flat", "poisson"), ("seasonal", "busy days")])
def test_traffic_without_change_raises_few_alarms_in_a_quick_look(season, noise):
    claims = {"judged": [Claim(0.97, 0.9)], "alarm": [Claim(0.055, 0.13)]}
    assert not broken_claims(claims, false_alarm(season, noise, (30, 24), rate=20))


@pytest.mark.simulation
@pytest.mark.parametrize("rate", [2, 100])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("season", SEASONS)
def test_traffic_without_change_raises_few_alarms(season, noise, case, rate):
    # What lasts as long as the window is seen a few times only in a short reference.
    few = case[0] * 24 < 6 * case[1] and noise in ("busy days", "wandering")
    claims = {
        "judged": [Claim(0.7, 0.6)],
        "alarm": [Claim(0.08, 0.11) if few else Claim(0.055, 0.08)],
    }
    assert not broken_claims(claims, false_alarm(season, noise, case, rate=rate))


def test_a_third_less_traffic_is_nearly_always_significant():
    found = []
    for seed in range(40):
        at = seasonal(30, 20, seed)
        rates = Rates.of(activity(at[at <= START + 29 * DAY_US]), "UTC")
        span = Span(START + 29 * DAY_US, START + 30 * DAY_US)
        rows = int((at > span.start).sum() * 2 / 3)
        found.append(Expectation.of(rates, span).p_value(rows) <= 0.05)
    assert np.mean(found) > 0.9


def test_gaps_are_the_steps_that_brute_force_finds_empty():
    at = seasonal(28, 40)
    rates = Rates.of(activity(at), "UTC")
    now = seasonal(29, 40, seed=1)
    now = now[(now > START + 28 * DAY_US)]
    hours = (now - 1 - START) // HOUR_US % 24
    now = now[~np.isin(hours, [9, 10, 15])]
    span = Span(START + 28 * DAY_US, START + 29 * DAY_US)
    gaps = find_gaps(activity(now), span, rates, HOUR_US)
    assert (gaps.empty, gaps.step_us) == (3, HOUR_US)
    assert gaps.told > 15
    longest, more = longest_gap_us(activity(now), span)
    ordered = np.sort(np.append(now, [span.start, span.end]))
    assert longest <= np.diff(ordered).max() <= longest + more


def test_the_step_is_short_where_there_are_many_rows_and_long_where_there_are_few():
    span = Span(START + 28 * DAY_US, START + 35 * DAY_US)
    found = {}
    for rate in (1, 2_000):
        rng = np.random.default_rng(0)
        at = instants(counts(rate * hourly("flat", 35), "poisson", rng), rng)
        rates = Rates.of(activity(at[at <= span.start]), "UTC")
        found[rate] = find_gaps(activity(at[at > span.start]), span, rates, None)
    assert found[2_000].step_us < HOUR_US < found[1].step_us
    assert found[2_000].empty == found[1].empty == 0


def test_windows_without_change_have_gaps_in_one_of_twenty_at_most():
    rng = np.random.default_rng(2)
    any_gap = []
    for _ in range(30):
        at = instants(counts(6 * hourly("seasonal", 29), "busy hours", rng), rng)
        span = Span(START + 28 * DAY_US, START + 29 * DAY_US)
        rates = Rates.of(activity(at[at <= span.start]), "UTC")
        gaps = find_gaps(activity(at[at > span.start]), span, rates, None)
        any_gap.append(gaps is not None and gaps.empty > 0)
    assert np.mean(any_gap) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 30)


def test_a_window_without_any_row_is_one_long_gap():
    rates = Rates.of(activity(seasonal(28, 40)), "UTC")
    span = Span(START + 28 * DAY_US, START + 29 * DAY_US)
    gaps = find_gaps(Activity.of(rows=0), span, rates, 15 * MINUTE_US)
    assert gaps.empty == gaps.told > 40
    assert longest_gap_us(Activity.of(rows=0), span) == (DAY_US, 0)
