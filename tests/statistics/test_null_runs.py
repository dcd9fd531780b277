"""Whole runs on data that did not change: columns, performance, windows and segments together."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon import config_file
from mmon.comparison import pipeline, sides
from mmon.results import Status
from mmon.sources import Data
from tests.statistics.sequential import Claim, broken_claims

pytestmark = pytest.mark.slow

START = dt.datetime(2024, 1, 1)
SURE = Claim(0.01, 0.15), Claim(0.05, 0.2)
TASKS = {
    "binary": {"score": "p"},
    "multiclass": {"prediction": "said"},
    "regression": {"prediction": "said"},
}


def rows(rng: np.random.Generator, task: str, count: int, days: int) -> pl.DataFrame:
    """Features, a segment of thirteen values, and a model that answers as well as ever."""
    x, z = rng.normal(size=count), rng.lognormal(0.0, 1.0, count)
    at = np.sort(rng.uniform(0, days, count))
    found: dict[str, Any] = {
        "at": [START + dt.timedelta(days=float(day)) for day in at],
        "x": x,
        "z": z,
        "city": rng.choice([f"city {index}" for index in range(13)], count),
        "plan": rng.choice(["a", "b", "c"], count, p=[0.7, 0.25, 0.05]),
    }
    if task == "binary":
        p = 1.0 / (1.0 + np.exp(-1.5 * x))
        found |= {"p": p, "y": (rng.random(count) < p).astype(np.int8)}
    elif task == "multiclass":
        # A class of 1 %.
        truth = rng.choice(["usual", "other", "rare"], count, p=[0.7, 0.29, 0.01])
        is_right = rng.random(count) < 0.8
        found |= {"y": truth, "said": np.where(is_right, truth, rng.permutation(truth))}
    else:
        found |= {"said": 3.0 * x, "y": 3.0 * x + rng.standard_t(4, count)}
    return pl.DataFrame(found)


def statuses(
    rng: np.random.Generator, task: str, windows: int, segments: bool, per_window: int
) -> set[Status]:
    """What the results that decide come to."""
    body: dict[str, Any] = {
        "reference": "-",
        "production": "x",
        "task": task,
        "columns": {"timestamp": "at", "target": "y", **TASKS[task]},
        "windows": {"every": "1d"},
        "segments": {"columns": ["city"], "gate": True} if segments else None,
        # Where labels are there, estimates decide nothing; fitting them takes most of the time.
        "analyses": {"model_performance": {"estimates": None}},
    }
    # Ten days are too few to tell what days do by themselves: chance among rows alone decides.
    ref, cur = rows(rng, task, 5_000, 10), rows(rng, task, per_window * windows, windows)
    inputs = sides.Inputs(Data(ref.lazy(), "ref"), Data(cur.lazy(), "cur"))
    report = mmon.Report(pipeline.run(config_file.validate(body), inputs))
    return {result.status for result in report.document.results if result.gating}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    ("windows", "segments", "claims"),
    [
        (3, False, (Claim(0.01, 0.5), Claim(0.05, 0.6))),
        pytest.param(8, False, SURE, marks=pytest.mark.simulation),
        pytest.param(2, True, SURE, marks=pytest.mark.simulation),
    ],
)
def test_a_run_in_which_nothing_changed_raises_no_alarm(
    task: str, windows: int, segments: bool, claims: tuple[Claim, Claim]
) -> None:
    rng = np.random.default_rng([windows, segments, len(task)])

    def draw(_: int) -> dict[str, bool]:
        found = statuses(rng, task, windows, segments, 400)
        is_any = bool(found & {Status.DETECTED, Status.POTENTIAL_DETECTION})
        return {"detected": Status.DETECTED in found, "any": is_any}

    assert not broken_claims({"detected": claims[:1], "any": claims[1:]}, draw)
