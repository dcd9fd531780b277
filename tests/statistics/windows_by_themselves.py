"""Whole runs of windows that differ by nature, each judged as if it alone were new."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from mmon import config_file
from mmon.comparison.assessment import assess
from mmon.comparison.reference import read_reference
from mmon.comparison.sides import Inputs, Production, read_production
from mmon.results import Result, Status
from mmon.sources import Data
from mmon.verdict.finding import Rule

START = dt.datetime(2024, 1, 1)
HOUR = dt.timedelta(hours=1)
COLUMNS = 20
BUDGET = 0.5 / 365
"""The level of a window's family: half of one false alarm in 365 windows."""
ALARMS = (Status.POTENTIAL_DETECTION, Status.DETECTED)

Values = Callable[[int, int], np.ndarray]
"""(rows, columns) of a window by its number and rows."""


def frame(
    values: Values, first: int, windows: int, rows: int, length: dt.timedelta
) -> pl.DataFrame:
    """Windows of so many rows, evenly spread over each."""
    parts = [values(one, rows) for one in range(first, first + windows)]
    at = [
        START + length * (one + row / rows)
        for one in range(first, first + windows)
        for row in range(rows)
    ]
    every = np.concatenate(parts)
    columns = {f"x{index}": every[:, index] for index in range(every.shape[1])}
    return pl.DataFrame({"at": at, **columns})


def results(
    reference: pl.DataFrame,
    production: pl.DataFrame,
    every: str,
    alpha: float = BUDGET,
    **keys: object,
) -> Iterator[list[Result]]:
    """What decides in each window, judged by itself."""
    body = {
        "reference": "-",
        "production": "x",
        "columns": {"timestamp": "at"},
        "windows": {"every": every},
        "analyses": {
            **dict.fromkeys(("multivariate_drift", "concept_drift", "change_points")),
            "data_drift": {"metrics": ["total_variation"]},
            "system_performance": None,
        },
        **keys,
    }
    config = config_file.validate(body)
    inputs = Inputs(Data(reference.lazy(), "ref"), Data(production.lazy(), "cur"))
    before = read_reference(config, inputs, None)
    after = read_production(config, before, inputs, None, now_us=0)
    for place, window in enumerate(after.windows):
        if window.is_complete:
            found = assess(
                config, before, _only(after, place), rule=Rule(alpha, config.fail_on), now_us=0
            )
            yield [one for one in found.results if one.gating]


def _only(production: Production, place: int) -> Production:
    return dataclasses.replace(
        production,
        windows=[production.windows[place]],
        profiles=[production.profiles[place]],
        spans=[production.spans[place]],
        new_columns=[production.new_columns[place]],
    )


def alarms(found: Iterator[list[Result]]) -> list[set[str]]:
    """The columns that raise an alarm in each window."""
    return [{one.column or "" for one in window if one.status in ALARMS} for window in found]


def daily_cycle(rng: np.random.Generator, *, size: float = 1.0) -> Values:
    """Hourly windows of a stable cycle: each column's mean goes round once a day, by its phase."""
    phase = rng.uniform(0.0, 2.0 * np.pi, COLUMNS)

    def values(window: int, rows: int) -> np.ndarray:
        mean = size * np.sin(2.0 * np.pi * window / 24.0 + phase)
        return rng.normal(size=(rows, COLUMNS)) + mean

    return values


def day_effects(rng: np.random.Generator, *, size: float = 0.3) -> Values:
    """Windows each of which has a mean of its own, in each column."""

    def values(window: int, rows: int) -> np.ndarray:
        del window
        return rng.normal(size=(rows, COLUMNS)) + size * rng.normal(size=COLUMNS)

    return values


def moved(values: Values, column: int, by: float) -> Values:
    """The same windows, of which one column moved."""

    def other(window: int, rows: int) -> np.ndarray:
        found = values(window, rows)
        found[:, column] += by
        return found

    return other
