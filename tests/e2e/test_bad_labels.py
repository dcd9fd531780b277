"""Delayed labels that do not fit, and baselines that were made for something else, say so."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.e2e import bad_outcomes
from tests.e2e.bad_outcomes import (
    FAILURE,
    INCONCLUSIVE,
    PASS,
    Case,
    check,
    columns,
    lacking,
    performance,
    ran,
    refused,
    run,
    same,
    told,
)

y = pl.col("y")
SAME = "roc_auc drop = 0.0083"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


LABELS = bad_outcomes.binary(seed=2).select("id", "y")
JOINED = {"labels": {"path": "labels.parquet"}}
DELAYED: list[tuple[Case, pl.DataFrame | None]] = [
    (
        Case("labels nowhere", "binary", FAILURE, (r"'labels.parquet' does not exist",), JOINED),
        None,
    ),
    (
        told(
            "no labels yet", "binary", INCONCLUSIVE, r"labels.parquet has no rows", settings=JOINED
        ),
        LABELS.head(0),
    ),
    (
        refused(
            "wrong on",
            "binary",
            r"labels.on: .*no column 'nope'",
            {"labels": {"path": "labels.parquet", "on": "nope"}},
        ),
        LABELS,
    ),
    (
        refused(
            "labels without id",
            "binary",
            r"not known which column\b.*\n.*labels.on, or columns.id",
            {**JOINED, **columns(id=None)},
        ),
        LABELS,
    ),
    (
        refused("labels without target", "binary", r"labels.target: .*no column 'y'", JOINED),
        LABELS.drop("y"),
    ),
    (
        refused(
            "target in both",
            "binary",
            r"'y' is in prod.parquet and in labels.parquet",
            JOINED,
            cur=same,
        ),
        LABELS,
    ),
    (
        told(
            "no match",
            "binary",
            INCONCLUSIVE,
            r"no id of labels.parquet is in prod.parquet: an id is 'zr0'",
            settings=JOINED,
        ),
        LABELS.with_columns(id="z" + pl.col("id")),
    ),
    (
        told(
            "ids of numbers",
            "binary",
            INCONCLUSIVE,
            r"an id is 0 \(Int64\) in the one, 'r0' \(String\)",
            settings=JOINED,
        ),
        LABELS.with_columns(id=pl.int_range(pl.len())),
    ),
    (
        told(
            "repeated labels",
            "binary",
            PASS,
            r"repeated_labels = 50.0: 50 of 1,200",
            settings=JOINED,
        ),
        pl.concat([LABELS, LABELS.head(50)]),
    ),
    (
        told(
            "conflicting labels",
            "binary",
            PASS,
            r"conflicting_labels = 20.0: 20 of 1,200",
            r"label_coverage = 0.98\d+: 1,180",
            settings=JOINED,
        ),
        pl.concat([LABELS, LABELS.head(20).with_columns(y=1 - y)]),
    ),
    (
        told(
            "few labels",
            "binary",
            INCONCLUSIVE,
            r"too few labels: 25 of 1,200 .* it takes about [\d,]+",
            settings=JOINED,
        ),
        LABELS.head(25),
    ),
]


@pytest.mark.parametrize(("case", "labels"), DELAYED, ids=lambda one: getattr(one, "name", ""))
def test_delayed_labels_that_do_not_fit_say_why(
    case: Case, labels: pl.DataFrame | None, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if labels is not None:
        labels.write_parquet(folder / "labels.parquet")
    without_target = (
        case if case.name == "target in both" else dataclasses.replace(case, cur=lacking("y"))
    )
    check(run(without_target, folder, capfd), case)


STORED = {"reference": "ref.mmon"}
AGAIN = r"\n  hint: make .*(again|baseline)"
BASELINES: list[tuple[Case, Mapping[str, Any]]] = [
    (told("as it was made", "binary", PASS, SAME, settings=STORED), {}),
    (
        refused("without outcomes", "binary", r"holds no performance", settings=STORED),
        {"analyses": {"model_performance": None}},
    ),
    (
        refused(
            "without segments",
            "binary",
            rf"segments of 'country'{AGAIN}",
            {**STORED, "segments": ["country"]},
        ),
        {},
    ),
    (
        refused(
            "for another task",
            "multiclass",
            rf"task: multiclass .* summarised for binary{AGAIN}",
            {**STORED, **columns(scores=None)},
        ),
        {},
    ),
    (
        refused(
            "with other scores",
            "binary",
            rf"score: 'x' is a feature in the baseline{AGAIN}",
            {**STORED, **columns(score="x")},
        ),
        {},
    ),
    (
        refused("without scores", "binary", rf"score: 'p' is a feature .*{AGAIN}", STORED),
        columns(score=None),
    ),
    (
        refused(
            "for the other class",
            "binary",
            rf"positive: '0' .* '1'{AGAIN}",
            {**STORED, **performance(positive=0)},
        ),
        {},
    ),
]


@pytest.mark.parametrize(("case", "made"), BASELINES, ids=lambda one: getattr(one, "name", ""))
def test_a_baseline_that_was_made_for_something_else_says_so(
    case: Case, made: Mapping[str, Any], folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bad_outcomes.binary(seed=1).write_parquet(folder / "ref.parquet")
    (folder / "made.yaml").write_text(json.dumps(bad_outcomes.configuration("binary", made)))
    words = ("baseline", "ref.parquet", "--config", "made.yaml", "-o", "ref.mmon")
    assert ran(folder, capfd, *words).status == PASS
    check(run(case, folder, capfd), case)


def test_a_baseline_of_an_older_format_says_to_make_it_again(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bad_outcomes.binary(seed=1).write_parquet(folder / "ref.parquet")
    assert ran(folder, capfd, "baseline", "ref.parquet", "-o", "ref.mmon").status == PASS
    header = json.loads(pl.read_parquet_metadata(folder / "ref.mmon")["mmon.baseline"])
    old = {"mmon.baseline": json.dumps({**header, "format_version": 1})}
    pl.read_parquet(folder / "ref.mmon").write_parquet(folder / "ref.mmon", metadata=old)
    case = Case("old", "binary", FAILURE, (r"ref.mmon has baseline format 1;", AGAIN), STORED)
    check(run(case, folder, capfd), case)
