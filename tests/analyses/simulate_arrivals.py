"""Arrivals that did not change, of many shapes, and how often they raise an alarm."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from mmon.analyses.system_performance.arrivals import Expectation
from mmon.analyses.system_performance.rates import Rates
from mmon.analyses.system_performance.spans import Span
from mmon.profiles.activity.activity import Activity
from mmon.profiles.activity.requests import Requests
from mmon.profiles.activity.steps import HOUR_US
from mmon.windows.timestamps import DAY_US
from tests.statistics.sequential import Draw

START = 19_723 * DAY_US
"""Monday, 2024-01-01."""

SEASONS = ("flat", "seasonal")
NOISES = ("poisson", "busy hours", "busy days", "wandering", "regular")
CASES = ((7, 24), (30, 24), (30, 1), (28, 168), (60, 168))
"""Days of the reference, hours of the window."""


def hourly(season: str, days: int) -> NDArray[np.float64]:
    """The mean of each hour, as a share of the average hour."""
    if season == "flat":
        return np.ones(24 * days)
    hours = np.where(np.arange(24) < 7, 0.2, 1.5)
    weekdays = np.where(np.arange(days) % 7 >= 5, 0.4, 1.2)
    return np.outer(weekdays, hours).ravel()


def counts(mean: NDArray[np.float64], noise: str, rng: np.random.Generator) -> NDArray[np.int64]:
    """Rows of each hour."""
    n = len(mean)
    if noise == "regular":
        return np.rint(mean).astype(np.int64)
    if noise == "busy hours":
        mean = mean * rng.gamma(5, 1 / 5, n)
    if noise == "busy days":
        mean = mean * np.repeat(rng.gamma(10, 1 / 10, n // 24), 24)
    if noise == "wandering":
        # Autoregressive: what happens lasts for about ten hours.
        steps = rng.normal(0, 0.1, n)
        level = np.zeros(n)
        for hour in range(1, n):
            level[hour] = 0.9 * level[hour - 1] + steps[hour]
        mean = mean * np.exp(level)
    return rng.poisson(mean)


def instants(rows: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """So many rows in each hour, at random times."""
    hours = np.repeat(np.arange(len(rows)), rows)
    return START + hours * HOUR_US + rng.integers(1, HOUR_US + 1, len(hours))


def false_alarm(season: str, noise: str, case: tuple[int, int], *, rate: float) -> Draw:
    """Whether a window without change is judged, and if so, whether its p-value is at most 0.05."""
    rng = np.random.default_rng([0, math.ceil(rate), *case])
    days, window_hours = case
    end = START + days * DAY_US

    def draw(_: Collection[str]) -> dict[str, float]:
        mean = rate * hourly(season, days + 9)
        at = instants(counts(mean, noise, rng), rng)
        first = end + (int(rng.integers(0, 24)) * HOUR_US if window_hours < 24 else 0)
        span = Span(first, first + window_hours * HOUR_US)
        before = at[at <= end]
        rates = Rates.of(Activity.of(len(before), Requests(instants=before)), "UTC")
        expectation = None if rates is None else Expectation.of(rates, span)
        if expectation is None or expectation.noise is None:
            return {"judged": False, "alarm": math.nan}
        p_value = expectation.p_value(int(((at > span.start) & (at <= span.end)).sum()))
        return {"judged": True, "alarm": p_value is not None and p_value <= 0.05}

    return draw
