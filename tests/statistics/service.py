"""A service with twenty columns, day by day, as a run with a history assesses it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import polars as pl

from mmon import config_file
from mmon.analyses import Context, data_drift
from mmon.comparison.assessment import assess
from mmon.comparison.sides import Production
from mmon.config.sections import Config
from mmon.profiles.block_noise import BlockNoise
from mmon.profiles.distributions import Counts, Distribution, Ecdf
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.table import ColumnProfile, Profile
from mmon.results import ColumnKind, Result, Status, Window
from mmon.sources import Data
from mmon.verdict import judge
from mmon.verdict.finding import Rule
from mmon.verdict.own_noise import OwnNoise
from tests.statistics.lasting_samples import SHAPES

ALARMS = (Status.POTENTIAL_DETECTION, Status.DETECTED)
COLUMNS = 20
DAY_US = 86_400_000_000
OTHERS = ("change_points", "concept_drift", "model_performance", "multivariate_drift")
AT_ZERO = {"total_variation": {"potential": 0, "detected": 0}}


def config(levels: dict[str, Any] | None) -> Config:
    """Of a service with twenty columns."""
    drift: dict[str, Any] = {"metrics": ["total_variation"]}
    drift |= {} if levels is None else {"thresholds": levels}
    return config_file.validate(
        {
            "reference": "ref",
            "production": "cur",
            "sample": 0,
            "windows": {"every": "1d"},
            "analyses": {
                "data_drift": drift,
                **dict.fromkeys(OTHERS),
                "system_performance": None,
            },
        }
    )


def profile(draw: list[Distribution], rows: int) -> Profile:
    """Of columns with those distributions."""
    return Profile(
        "data",
        rows,
        tuple(
            ColumnProfile(
                f"column {place}",
                "String" if isinstance(one, Counts) else "Float64",
                ColumnKind.CATEGORICAL if isinstance(one, Counts) else ColumnKind.NUMERIC,
                Reading.LABEL if isinstance(one, Counts) else Reading.NUMBER,
                one.presence,
                one,
            )
            for place, one in enumerate(draw)
        ),
    )


def one_window(cur: Profile, day: int) -> Production:
    """A day of production."""
    start = dt.datetime(2024, 1, 1) + dt.timedelta(days=day)
    window = Window(0, cur.rows, start.isoformat() + "Z")
    at = 19_723 * DAY_US + day * DAY_US
    return Production(Data(pl.LazyFrame(), "cur"), [window], [cur], 0, [{}], [(at, at + DAY_US)])


def drawn(rng: np.random.Generator, rows: int, shift: float = 0.0) -> Profile:
    """Four columns of each shape, the normal ones shifted."""
    found = [
        Ecdf.of(rng.normal(shift, 1.0, rows)) if name == "normal" else shape(rng, rows)
        for name, shape in SHAPES.items()
        for _ in range(COLUMNS // len(SHAPES))
    ]
    return profile(found, rows)


def days(
    rng: np.random.Generator, sizes: tuple[int, int], of: Config, shifts: list[float]
) -> list[list[Result]]:
    """The results of each day of a service whose normal columns are shifted by so much."""
    ref, rule = drawn(rng, sizes[0]), Rule.of_budget(of)
    state, found = None, []
    for day, shift in enumerate(shifts):
        production = one_window(drawn(rng, sizes[1], shift), day)
        also, state = data_drift.advance(_context(ref, production, of), state)
        part = assess(of, ref, production, rule=rule, now_us=0, also=also)
        found.append(part.results)
    return found


def _context(ref: Profile, production: Production, of: Config) -> Context:
    return Context(ref, production.profiles[0], of, bounds=production.spans[0])


def lasting_days(
    rng: np.random.Generator,
    sizes: tuple[int, int],
    of: Config,
    shifts: list[float],
    noise: BlockNoise | None = None,
) -> list[list[Result]]:
    """Of the same, only what adds up over the days, beside what blocks of the reference do."""
    ref, rule = drawn(rng, sizes[0]), Rule.of_budget(of)
    state, found = None, []
    for day, shift in enumerate(shifts):
        production = one_window(drawn(rng, sizes[1], shift), day)
        context = dataclasses.replace(_context(ref, production, of), noise=OwnNoise(noise))
        also, state = data_drift.advance(context, state)
        found.append(judge(also.findings, rule))
    return found


def alarms(results: list[Result], name: str = "") -> list[Result]:
    """Results that raise an alarm, of one name or of any."""
    return [r for r in results if r.gating and r.status in ALARMS and name in ("", r.name)]
