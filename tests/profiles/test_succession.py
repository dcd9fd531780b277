"""How alike neighbours in time are: the estimate, its rows, and what it leaves alone."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from scipy import stats

import mmon
from mmon.engine import local
from mmon.profiles.distributions.succession import of_labels, of_numbers
from mmon.profiles.merging import merged
from mmon.profiles.table import ColumnProfile
from tests.statistics.autoregressive import series

START = dt.datetime(2024, 1, 1)


def column(frame: pl.DataFrame, name: str = "x") -> ColumnProfile:
    found = mmon.profile(frame, columns={"timestamp": "at"}).column(name)
    assert found is not None
    return found


def correlation(frame: pl.DataFrame, name: str = "x") -> float:
    found = column(frame, name).dependence
    return 0.0 if found is None or found.values is None else found.values.correlation


def timed(**columns: object) -> pl.DataFrame:
    rows = len(next(iter(columns.values())))  # type: ignore[call-overload]  # arrays all
    at = pl.datetime_range(START, START + dt.timedelta(minutes=rows - 1), interval="1m", eager=True)
    return pl.DataFrame({"at": at, **columns})


def test_the_correlation_is_that_of_ranks_of_neighbours():
    values = series(np.random.default_rng(1), 5_000, 0.7)[:, 0]
    found = of_numbers(values, np.zeros(5_000, dtype=np.int64), np.ones(5_000, dtype=bool))[0]
    expected = stats.spearmanr(values[1:], values[:-1]).statistic
    assert found.pairs == 4_999
    assert found.correlation == pytest.approx(expected, abs=2e-3)


def test_labels_of_a_markov_chain_have_its_own_correlation():
    rng = np.random.default_rng(2)
    stays, fresh = rng.random(20_000) < 0.6, rng.choice(4, 20_000, p=[0.4, 0.3, 0.2, 0.1])
    last = np.maximum.accumulate(np.where(stays, 0, np.arange(20_000)))
    found = of_labels(fresh[last], np.zeros(20_000, dtype=np.int64), np.ones(20_000, dtype=bool))[0]
    assert found.correlation == pytest.approx(0.6, abs=0.02)


def test_of_independent_rows_it_is_0_on_average_also_in_short_stretches():
    rng = np.random.default_rng(3)
    stretch, single = np.repeat(np.arange(500), 20), np.ones(10_000, dtype=bool)
    for found in (
        of_numbers(rng.normal(size=10_000), stretch, single),
        of_numbers(rng.poisson(1.0, 10_000), stretch, single),
        of_labels(rng.integers(0, 3, 10_000), stretch, single),
    ):
        assert len(found) == 500
        assert abs(merged([*found.values()]).correlation) < 0.03


def test_stretches_of_one_value_or_of_few_rows_say_nothing():
    stretch = np.repeat([0, 1], [20, 5])
    values = np.append(np.full(20, 7.0), np.arange(5.0))
    assert of_numbers(values, stretch, np.ones(25, dtype=bool)) == {}
    assert of_labels(values, stretch, np.ones(25, dtype=bool)) == {}


def test_rows_of_one_time_are_no_neighbours():
    values = np.random.default_rng(8).normal(size=400)
    twice = timed(x=values).with_columns(pl.col("at").dt.truncate("2m"))
    assert column(twice).dependence is None


def test_a_profile_tells_the_correlation_in_order_of_time_whatever_the_order_of_rows():
    values = series(np.random.default_rng(4), 4_000, 0.7)[:, 0]
    frame = timed(x=values)
    assert correlation(frame) == pytest.approx(0.68, abs=0.04)
    assert correlation(frame.sample(fraction=1.0, shuffle=True, seed=1)) == pytest.approx(
        0.68, abs=0.04
    )


def test_rows_in_order_of_their_values_are_not_alike_where_times_are_not_or_are_days():
    values = np.sort(np.random.default_rng(5).normal(size=4_000))
    frame = timed(x=values)
    shuffled = frame.with_columns(pl.col("at").shuffle(seed=1))
    by_day = frame.with_columns(pl.col("at").dt.truncate("1d"))
    one_day = frame.with_columns(pl.lit(START).alias("at"))
    untimed = frame.drop("at").with_columns(at=pl.lit(None, dtype=pl.Datetime))
    for some in (shuffled, one_day, untimed):
        assert abs(correlation(some)) < 0.1
    # Days that follow each other are alike: their rows are not.
    assert abs(correlation(by_day)) < 0.1
    assert correlation(frame) > 0.9


def test_missing_values_that_come_together_are_told_apart_from_values():
    rng = np.random.default_rng(6)
    values = rng.normal(size=4_000)
    values[series(rng, 4_000, 0.95)[:, 0] > 1.0] = np.nan
    found = column(timed(x=values)).dependence
    assert found is not None
    assert found.missing is not None
    assert found.missing.surely > 0.5
    assert found.values is None or found.values.surely == 0.0


def test_many_batches_say_the_same(monkeypatch):
    values = series(np.random.default_rng(7), 6_000, 0.5)[:, 0]
    whole = correlation(timed(x=values))
    monkeypatch.setattr(local, "_BATCH_ROWS", (500, 500))
    assert correlation(timed(x=values)) == pytest.approx(whole, abs=0.12)
