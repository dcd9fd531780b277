"""Odd labels, times and settings, in a run that asks when performance changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.e2e.bad_outcomes import (
    INCONCLUSIVE,
    PASS,
    Case,
    check,
    columns,
    first,
    put,
    refused,
    run,
    told,
)

AT, Y = pl.col("at"), pl.col("y")
PLACE = pl.int_range(pl.len())
NO_LABEL = pl.lit(None, dtype=pl.Int64)


def asked(**settings: Any) -> dict[str, Any]:
    return {"analyses": {"change_points": settings}}


CASES = [
    told(
        "no label in production",
        "binary",
        INCONCLUSIVE,
        r"change_points = None: production has no labels",
        cur=put(y=NO_LABEL),
    ),
    told(
        "labels of one window of four",
        "binary",
        PASS,
        r"change_points = 0.0: 300 labelled rows in 300 steps of 1 min",
        settings={"windows": {"rows": 300}},
        cur=put(y=pl.when(PLACE < 300).then(Y)),
    ),
    told(
        "labels of one row",
        "binary",
        INCONCLUSIVE,
        r"change_points = None: all labelled rows are of one step of 1 s",
        cur=put(y=pl.when(PLACE < 1).then(Y)),
    ),
    told(
        "one class, and always the same answer",
        "binary",
        INCONCLUSIVE,
        r"change_points = \d",
        cur=put(y=1, yhat=1),
    ),
    told(
        "all times equal",
        "binary",
        PASS,
        r"change_points = None: all labelled rows are of one step of 1 s",
        cur=put(at=AT.first()),
    ),
    told(
        "no time at all",
        "binary",
        PASS,
        r"change_points = None: no labelled row has a time",
        cur=put(at=pl.lit(None, dtype=pl.Datetime("us"))),
    ),
    told(
        "times of some rows",
        "binary",
        PASS,
        r"change_points = 0.0: .*; 600 labelled rows have no time",
        cur=put(at=pl.when(PLACE % 2 == 0).then(AT)),
    ),
    told(
        "days for times",
        "binary",
        PASS,
        r"change_points = None: all labelled rows are of one step of 1 d",
        ref=put(at=AT.dt.date()),
        cur=put(at=AT.dt.date()),
    ),
    told(
        "no column of times",
        "binary",
        PASS,
        r"change_points = 0.0: 1,200 labelled rows in 1,200 steps of 1 row",
        settings=columns(timestamp=None, ignore=["latency", "failed", "at"]),
    ),
    told(
        "fifty rows",
        "binary",
        INCONCLUSIVE,
        r"change_points = 0.0: 50 labelled rows .*: too few to tell a change",
        cur=first(50),
    ),
    told(
        "predictions that are no numbers",
        "regression",
        INCONCLUSIVE,
        r"change_points = None: 600 of 1,200 rows of production .* because of 'yhat'",
        cur=put(yhat=pl.when(PLACE % 2 == 0).then(float("nan")).otherwise("yhat")),
    ),
    refused("an unknown detector", "binary", r"adwim", asked(detectors=["adwim"])),
    refused("no change at most", "binary", r"analyses.change_points.most", asked(most=0)),
    refused(
        "levels of what is not measured",
        "binary",
        r"error_rates_step.*|did you mean 'error_rate_step'",
        asked(thresholds={"error_rates_step": {"detected": 0.1}}),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_ends_in_a_sentence(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    check(run(case, tmp_path, capfd), case)
