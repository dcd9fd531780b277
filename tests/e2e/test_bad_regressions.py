"""Bad and odd numbers in a regression: each run says what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.e2e.bad_outcomes import (
    INCONCLUSIVE,
    PASS,
    Case,
    check,
    put,
    run,
    told,
)

x, y = pl.col("x"), pl.col("y")
NO_NUMBER = pl.lit(None, dtype=pl.Float64)

REGRESSIONS = [
    told(
        "text for a number",
        "regression",
        INCONCLUSIVE,
        r"1,200 .*target that is not a number",
        cur=put(y="dear"),
    ),
    told(
        "text on both sides",
        "regression",
        INCONCLUSIVE,
        r"reference has no labels",
        ref=put(y="dear"),
        cur=put(y="dear"),
    ),
    told(
        "infinite answers",
        "regression",
        PASS,
        r"mae = .*infinite",
        cur=put(yhat=pl.when(x > 1.0).then(float("inf")).otherwise("yhat")),
    ),
    told(
        "targets of NaN",
        "regression",
        INCONCLUSIVE,
        r"none of 1,200 rows has a target",
        cur=put(y=float("nan")),
    ),
    told(
        "constant target",
        "regression",
        PASS,
        r"r2 = None: the target is 1 in every row",
        ref=put(y=1.0),
        cur=put(y=1.0),
    ),
    told(
        "perfect before",
        "regression",
        INCONCLUSIVE,
        r"value is 0: set a max instead",
        ref=put(yhat=y),
    ),
    told(
        "null answers",
        "regression",
        INCONCLUSIVE,
        r"1,200 labelled rows without a pred",
        cur=put(yhat=NO_NUMBER),
    ),
    told(
        "null answers on both sides",
        "regression",
        INCONCLUSIVE,
        r"mae drop = None",
        ref=put(yhat=NO_NUMBER),
        cur=put(yhat=NO_NUMBER),
    ),
    told(
        "crossed intervals",
        "regression",
        PASS,
        r"interval_coverage = 0.0: .*1,200",
        cur=put(low=pl.col("high"), high=pl.col("low")),
    ),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("case", REGRESSIONS, ids=lambda case: case.name)
def test_odd_numbers_end_in_their_status_and_say_why(
    case: Case, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    check(run(case, folder, capfd), case)
