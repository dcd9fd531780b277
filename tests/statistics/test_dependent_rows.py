"""Tests keep their size where rows follow each other in time, or come in clusters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.analyses import Context
from mmon.analyses.data_drift import LEVELS, distances
from mmon.analyses.data_quality import checks
from mmon.config.sections import Config
from mmon.metrics import load
from mmon.profiles.table import Profile
from mmon.results import Result, Status
from mmon.results.quantity import Bound
from mmon.verdict import judge
from mmon.verdict.finding import Rule
from tests.statistics.autoregressive import in_clusters, series
from tests.statistics.sequential import Claim, Draw, broken_claims

pytestmark = pytest.mark.slow

START = dt.datetime(2024, 1, 1)
METRICS = ("total_variation", "ks")
CONFIG = Config.model_validate({"reference": "a", "production": "b"})
NOT_TOO_OFTEN, AT_A_LOOK = Claim(0.08, 0.1), Claim(0.08, 0.25)
PHI = 0.7


def timed(values: np.ndarray, shift: float = 0.0) -> Profile:
    """Rows a minute: a number, two labels, and a number of which some are missing together."""
    rows = len(values)
    at = pl.datetime_range(START, START + dt.timedelta(minutes=rows - 1), interval="1m", eager=True)
    number = values[:, 0] + shift
    gaps = np.where(values[:, 2] > 1.0, np.nan, values[:, 1])
    frame = pl.DataFrame(
        {"time": at, "x": number, "label": np.where(number > 0.5, "a", "b"), "gaps": gaps}
    )
    return mmon.profile(frame, columns={"timestamp": "time"})


def clustered(rng: np.random.Generator, clusters: int) -> Profile:
    """Ten rows a user, that are as alike as not."""
    values, user = in_clusters(rng, clusters, 10, 0.5)
    frame = pl.DataFrame(
        {"user": user, "x": values[:, 0], "label": np.where(values[:, 0] > 0.5, "a", "b")}
    )
    return mmon.profile(frame, columns={"cluster": "user"})


def p_values(ref: Profile, cur: Profile, names: Collection[str]) -> dict[str, float | None]:
    """Of "nothing changed", by the names of a column and a metric, or of a check."""
    context = Context(ref, cur, CONFIG)
    found: dict[str, float | None] = {}
    for before, after in context.pairs():
        for metric in METRICS:
            if f"{before.name} {metric}" in names and after is not None:
                told = distances.drift(context, load(metric), before, after, Bound("max", 0.0))
                found[f"{before.name} {metric}"] = told.evidence.p_value()
    if "gaps missing_share" in names:
        every = checks.analyse(context).findings
        (share,) = (o for o in every if (o.column, o.quantity.name) == ("gaps", "missing_share"))
        found["gaps missing_share"] = share.evidence.p_value()
    return found


def of_time(seed: int, phi: float) -> Draw:
    """Whether nothing changed is rejected at 0.05, of 2,000 rows against 10,000."""
    rng = np.random.default_rng(seed)

    def draw(names: Collection[str]) -> dict[str, bool]:
        sides = (timed(series(rng, rows, phi, columns=3)) for rows in (10_000, 2_000))
        return {name: p is not None and p <= 0.05 for name, p in p_values(*sides, names).items()}

    return draw


def of_clusters(seed: int) -> Draw:
    rng = np.random.default_rng(seed)

    def draw(names: Collection[str]) -> dict[str, bool]:
        sides = (clustered(rng, clusters) for clusters in (1_000, 200))
        return {name: p is not None and p <= 0.05 for name, p in p_values(*sides, names).items()}

    return draw


IN_TIME = ("x total_variation", "x ks", "gaps missing_share")
IN_CLUSTERS = ("x total_variation", "x ks", "label total_variation")


def test_rows_that_follow_each_other_keep_the_size_in_a_quick_look():
    assert not broken_claims(dict.fromkeys(IN_TIME, (AT_A_LOOK,)), of_time(1, PHI))


def test_rows_in_clusters_keep_the_size_in_a_quick_look():
    assert not broken_claims(dict.fromkeys(IN_CLUSTERS, (AT_A_LOOK,)), of_clusters(2))


@pytest.mark.simulation
def test_rows_that_follow_each_other_keep_the_size():
    assert not broken_claims(dict.fromkeys(IN_TIME, (NOT_TOO_OFTEN,)), of_time(3, PHI))


@pytest.mark.simulation
def test_rows_in_clusters_keep_the_size():
    assert not broken_claims(dict.fromkeys(IN_CLUSTERS, (NOT_TOO_OFTEN,)), of_clusters(4))


@pytest.mark.simulation
def test_independent_rows_are_as_many_as_they_are():
    rng = np.random.default_rng(5)

    def draw(names: Collection[str]) -> dict[str, bool]:
        ref, cur = (timed(rng.normal(size=(rows, 3))) for rows in (10_000, 2_000))
        context = Context(ref, cur, CONFIG)
        found = (distances.drift(context, load("ks"), *pair) for pair in context.pairs()[1:3:2])
        return {"fewer": any("count as" in (one.reason or "") for one in found)} | {
            name: False for name in names if name != "fewer"
        }

    assert not broken_claims({"fewer": [Claim(0.01, 0.03)]}, draw)


def test_a_change_is_told_with_the_rows_that_count():
    rng = np.random.default_rng(6)
    ref, cur = (
        timed(series(rng, rows, PHI, columns=3), shift)
        for rows, shift in ((10_000, 0.0), (2_000, 1.5))
    )
    context = Context(ref, cur, CONFIG)
    before, after = next(pair for pair in context.pairs() if pair[0].name == "x")
    assert after is not None
    found = distances.drift(context, load("total_variation"), before, after)
    assert found.reason is not None
    assert found.reason.startswith("rows follow each other: 2,000 count as about ")
    assert 250 < found.evidence.rows < 600
    assert (found.evidence.p_value_against(0.2) or 0.0) < 1e-6


def test_as_many_rows_as_it_is_said_to_take_are_enough():
    rng = np.random.default_rng(7)

    def told(rows: int) -> Result:
        cur = timed(series(rng, rows, 0.99, columns=3))
        context = Context(ref, cur, CONFIG)
        before, after = next(pair for pair in context.pairs() if pair[0].name == "x")
        assert after is not None
        (result,) = judge([distances.drift(context, load("ks"), before, after, LEVELS)], Rule())
        return result

    ref = timed(series(rng, 60_000, 0.99, columns=3))
    few = told(6_000)
    assert few.status is Status.INCONCLUSIVE
    assert "6,000 production rows, which count as about " in (few.reason or "")
    assert 10_000 < (few.rows_needed or 0) < 60_000
    # With some to spare: what rows count as is estimated from them.
    assert told(int(1.2 * (few.rows_needed or 0))).status is not Status.INCONCLUSIVE
