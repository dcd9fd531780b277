"""Bad and odd targets, predictions and scores: each run says what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.e2e import bad_outcomes
from tests.e2e.bad_outcomes import (
    INCONCLUSIVE,
    PASS,
    Case,
    check,
    columns,
    first,
    lacking,
    performance,
    put,
    refused,
    run,
    same,
    told,
)

pytestmark = pytest.mark.slow

x, p, y = pl.col("x"), pl.col("p"), pl.col("y")
NO_NUMBER = pl.lit(None, dtype=pl.Float64)
NO_LABEL = put(y=pl.lit(None, dtype=pl.Int64))
MANY = put(
    y=(pl.int_range(pl.len()) % 300).cast(pl.String),
    yhat=(pl.int_range(pl.len()) * 7 % 300).cast(pl.String),
)
LOGITS = put(p=(p / (1.0 - p)).log())

OUTCOMES = [
    told("no target", "binary", INCONCLUSIVE, r"no column 'y', the target", cur=lacking("y")),
    told(
        "no label in the reference",
        "binary",
        INCONCLUSIVE,
        r"reference has no labels",
        ref=NO_LABEL,
    ),
    told("no label in production", "binary", INCONCLUSIVE, r"0 of 1,200 .*label", cur=NO_LABEL),
    told(
        "no label at all",
        "binary",
        INCONCLUSIVE,
        r"reference has no labels",
        ref=NO_LABEL,
        cur=NO_LABEL,
    ),
    told(
        "one class",
        "binary",
        INCONCLUSIVE,
        r"same target, '1'",
        r"auc drop = None: .*class 1",
        cur=put(y=1),
    ),
    told(
        "one class before",
        "binary",
        PASS,
        r"accuracy drop = -0.3",
        ref=put(y=0),
    ),
    told(
        "a third class",
        "binary",
        INCONCLUSIVE,
        r"unknown_target = 400.0: 400 .*neither '1' nor '0'",
        cur=put(y=pl.int_range(pl.len()) % 3),
    ),
    told(
        "answers in capitals",
        "multiclass",
        INCONCLUSIVE,
        r"the targets \('a', 'b', 'c'\) and the answers \('A', 'B', 'C'\) share no class",
        settings=columns(scores=None),
        cur=put(yhat=pl.col("yhat").str.to_uppercase()),
    ),
    told(
        "answers of -1 with a mapping",
        "binary",
        PASS,
        r"accuracy drop = 0\.0",
        settings=columns(score=None, classes={"-1": 0}),
        ref=put(yhat=pl.col("yhat") * 2 - 1),
        cur=put(yhat=pl.col("yhat") * 2 - 1),
    ),
    told("constant answers", "binary", PASS, r"all 1,200 .* same answer, '0'", cur=put(yhat=0)),
    told("no answers", "binary", PASS, r"no column 'yhat', .*scores", cur=lacking("yhat")),
    told("no scores", "binary", INCONCLUSIVE, r"no column 'p', the score", cur=lacking("p")),
    told(
        "no score of one class", "multiclass", INCONCLUSIVE, r"'p_b', the score", cur=lacking("p_b")
    ),
    told(
        "some scores outside",
        "binary",
        INCONCLUSIVE,
        r"score_outside = \d+\.0: ",
        cur=put(p=pl.when(x > 1.0).then(1.5).otherwise(p)),
    ),
    told(
        "percent",
        "binary",
        INCONCLUSIVE,
        r"1,173 of 1,200 .*outside \[0, 1\]",
        cur=put(p=p * 100.0),
    ),
    told("logits", "binary", PASS, r"no probabilities, which are in", ref=LOGITS, cur=LOGITS),
    told(
        "scores of NaN",
        "binary",
        INCONCLUSIVE,
        r"no row with a target has usable",
        cur=put(p=float("nan")),
    ),
    told(
        "scores of nothing",
        "binary",
        INCONCLUSIVE,
        r"no row with a target has usable",
        cur=put(p=NO_NUMBER),
    ),
    told(
        "scores of text",
        "binary",
        INCONCLUSIVE,
        r"1,200 .*score that is not a number",
        cur=put(p="high"),
    ),
    told(
        "scores of lists",
        "binary",
        INCONCLUSIVE,
        r"1,200 .*score that is not a number",
        cur=put(p=pl.concat_list("x")),
    ),
    told(
        "a class that never comes",
        "multiclass",
        PASS,
        r"precision:z = None: .*class z",
        settings=columns(scores={"a": "p_a", "b": "p_b", "c": "p_c", "z": "x"}),
        ref=put(x=0.0),
        cur=put(x=0.0),
    ),
    refused(
        "a class without scores",
        "multiclass",
        r"columns\.scores: class 'c' of 'y' has no column",
        settings=columns(scores={"a": "p_a", "b": "p_b"}),
    ),
    told(
        "300 classes",
        "multiclass",
        INCONCLUSIVE,
        r"800 .*none of the first 100 classes",
        settings=columns(scores=None),
        ref=MANY,
        cur=MANY,
    ),
    told(
        "one row", "binary", INCONCLUSIVE, r"auc drop = None: undefined in production", cur=first(1)
    ),
    told(
        "one row each",
        "binary",
        INCONCLUSIVE,
        r"so few of the reference|reference has no|undefined in",
        ref=first(1),
        cur=first(1),
    ),
    *(
        told(f"no rows, {task}", task, INCONCLUSIVE, r"production has no rows", cur=first(0))
        for task in bad_outcomes.MAKERS
    ),
    told(
        "not asked",
        None,
        PASS,
        r"0 of 1,200 .*label",
        r"no drift in",
        settings={"analyses": {"data_drift": {}}},
        cur=NO_LABEL,
    ),
    told(
        "not asked, no target",
        None,
        PASS,
        r"'y', the target",
        settings={"analyses": {"data_drift": {}, "data_quality": {}}},
        cur=lacking("y"),
    ),
    told(
        "too few labels",
        "binary",
        INCONCLUSIVE,
        r"too few labels: 40 of 1,200 .* it takes about [\d,]+",
        cur=put(y=pl.when(pl.int_range(pl.len()) < 40).then(y)),
    ),
]

SAME = "roc_auc drop = 0.0083"
TYPES = [
    told(f"{name} of {kind}", "binary", PASS, SAME, cur=put(**{name: pl.col(name).cast(dtype)}))
    for name, kind, dtype in (
        ("yhat", "texts", pl.String),
        ("yhat", "floats", pl.Float64),
        ("yhat", "booleans", pl.Boolean),
        ("y", "texts", pl.String),
        ("y", "floats", pl.Float32),
        ("y", "booleans", pl.Boolean),
        ("p", "texts", pl.String),
    )
] + [
    told(
        f"positive {positive!r}",
        "binary",
        PASS,
        SAME,
        settings=performance(positive=positive),
        ref=change,
        cur=change,
    )
    for positive, change in (
        (1, put(y=y.cast(pl.String))),
        ("1", put(y=y.cast(pl.Boolean))),
        (True, same),
    )
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("case", OUTCOMES + TYPES, ids=lambda case: case.name)
def test_each_run_ends_in_its_status_and_says_why(
    case: Case, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    check(run(case, folder, capfd), case)
