"""Tasks, metrics and levels that do not fit the columns are refused before any row is judged."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from tests.e2e import bad_outcomes
from tests.e2e.bad_outcomes import (
    FAILURE,
    USAGE,
    Case,
    check,
    columns,
    lacking,
    performance,
    put,
    ran,
    refused,
    run,
)

y = pl.col("y")
NOWHERE = "did you mean|it has: |there are: "
AB = put(y=y.replace_strict({0: "a", 1: "b"}), yhat=pl.col("yhat").replace_strict({0: "a", 1: "b"}))
MANY = put(
    y=(pl.int_range(pl.len()) % 300).cast(pl.String),
    yhat=(pl.int_range(pl.len()) * 7 % 300).cast(pl.String),
)
LEVEL = {"detected": 0.5}

TASKS = [
    refused("task without target", "binary", r"needs columns\.target", columns(target=None)),
    refused(
        "task without answer",
        "binary",
        r"needs columns\.prediction or a score",
        columns(prediction=None, score=None),
    ),
    refused("unknown task", None, r"task .*must be 'binary'.*'clustering'", {"task": "clustering"}),
    refused(
        "scores of binary", "binary", r"scores are for task: multi", columns(scores={"1": "p"})
    ),
    refused(
        "one score of several classes",
        "multiclass",
        r"score column for each class\n.*columns\.scores: \{class: column",
        columns(scores=None, score="p_a"),
    ),
    refused("score of a regression", "regression", r"score is for task: bin", columns(score="x")),
    refused("regression without", "regression", r"columns\.prediction\n", columns(prediction=None)),
    refused("lower alone", "regression", r"lower needs columns\.upper", columns(upper=None)),
    refused("interval of classes", "binary", r"for task: regression", columns(lower="x")),
    refused("target nowhere", "binary", rf"target: .*no column 'y'\n.*{NOWHERE}", ref=lacking("y")),
    refused("score nowhere", "binary", r"score: .*no column 'p'", ref=lacking("p")),
    refused(
        "score of a class nowhere",
        "multiclass",
        r"scores: .*no column 'p_z'\n.*did you mean 'p_",
        columns(scores={"a": "p_a", "b": "p_b", "c": "p_z"}),
    ),
    refused(
        "three classes",
        "binary",
        r"'0' and '1', and 1 more\n.*multiclass",
        ref=put(y=pl.int_range(pl.len()) % 3),
    ),
    refused("which is positive", "binary", r"It has 'a' and 'b'\n.*positive", ref=AB, cur=AB),
    refused(
        "no such positive",
        "binary",
        r"positive: 'y' has no class 'c'\n.*'a', 'b'",
        performance(positive="c"),
        ref=AB,
        cur=AB,
    ),
    refused(
        "probabilities as answers",
        "binary",
        r"columns\.prediction: its classes are not.*target 'y' '0', '1'\n.*columns\.score",
        columns(prediction="p", score=None),
    ),
    refused(
        "answers of -1",
        "binary",
        r"'yhat' has '-1', '1', the target 'y' '0', '1'\n.*columns: \{classes: \{'-1': '0'\}\}",
        ref=put(yhat=pl.col("yhat") * 2 - 1),
    ),
    refused(
        "answers in capitals",
        "multiclass",
        r"'yhat' has 'A', 'B', 'C', the target 'y' 'a', 'b', 'c'",
        ref=put(yhat=pl.col("yhat").str.to_uppercase()),
    ),
    refused("metric pzi", "binary", r"unknown metric 'pzi'", performance(metrics=["pzi"])),
    refused(
        "metric of regressions", "binary", r"'mae' is for task: reg", performance(metrics=["mae"])
    ),
    refused("average of two classes", "binary", r"\n.*'f1'", performance(metrics=["f1_macro"])),
    refused("no such class", "multiclass", r"no 'f1:z'", performance(metrics=["f1:z"])),
    refused("no such k", "multiclass", r"top_9", performance(metrics=["top_9_accuracy"])),
    refused("k of nothing", "multiclass", r"top_k.*at least 1, not 0", performance(top_k=[0])),
    refused("worth nothing", "binary", r"\n.*costs", performance(metrics=["business_value"])),
    refused(
        "costs of classes", "multiclass", r"costs are for", performance(costs={"true_positive": 1})
    ),
    refused("above 1", "binary", r"0, 1\], and 1.5 is not", performance(decision_threshold=1.5)),
    refused("below 0", "binary", r", and -0.5 is not", performance(decision_threshold=-0.5)),
    refused("a gain", "binary", r"max_drop.*-0.1", performance(max_drop={"detected": -0.1})),
    refused(
        "floors the wrong way",
        "binary",
        r"roc_auc.min .*potential \(0.5\) is below detected \(0.7\)",
        performance(thresholds={"roc_auc": {"min": {"potential": 0.5, "detected": 0.7}}}),
    ),
    *(
        refused(
            f"unknown name in {section}",
            "binary",
            rf"{section}.thresholds.{name} .*unknown (metric|check) '{name}'\n.*{hint}",
            {"analyses": {section: {"thresholds": {name: levels}}}},
        )
        for section, name, levels, hint in (
            ("data_drift", "kss", LEVEL, "'ks'"),
            ("data_quality", "missing", LEVEL, "'missing_share'"),
            ("model_performance", "roc_acu", {"min": LEVEL}, "'roc_auc'"),
            ("system_performance", "error_rat", {"max": LEVEL}, "'error_rate'"),
        )
    ),
    refused(
        "a gate without answer",
        None,
        r"model_performance .*performance needs columns\.prediction or a score",
        {**columns(prediction=None, score=None), **performance(max_drop={"detected": 0.1})},
    ),
    refused(
        "ranks of answers",
        "binary",
        r"metrics\[1\] .*'roc_auc' needs columns\.score",
        {**columns(score=None), **performance(metrics=["f1", "roc_auc"])},
    ),
    refused(
        "losses of answers",
        "binary",
        r"thresholds.log_loss .*'log_loss' needs columns\.score",
        {**columns(score=None), **performance(thresholds={"log_loss": {"max": LEVEL}})},
    ),
    refused(
        "levels without outcomes",
        None,
        r"thresholds.f1 .*performance needs columns.target",
        {**columns(target=None), **performance(thresholds={"f1": {"min": LEVEL}})},
    ),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("case", TASKS, ids=lambda case: case.name)
def test_a_task_that_does_not_fit_the_columns_is_refused(
    case: Case, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    check(run(case, folder, capfd), case)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("-t roc_auc=0.1", r"--threshold roc_auc: performance needs columns.target"),
        ("-t mae=0.1 --target y --score p", r"--threshold mae: .*'mae' is for task: regression"),
        ("-t roc_auc=-1 --target y --score p", r"--threshold roc_auc: .*below 0"),
        ("--task binary", r"--task: binary needs columns.target"),
        ("--task nothing", r"--task"),
        ("--target why --score p", r"--target: .*no column 'why'"),
        ("--target y --score q", r"--score: .*no column 'q'"),
        ("--segment contry", r"--segment: .*no column 'contry'"),
        ("--labels nope.parquet --id id", r"nope.parquet' does not exist|needs|target"),
    ],
)
def test_options_about_outcomes_are_refused_in_their_own_words(
    options: str, says: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for seed, name in ((1, "ref"), (2, "prod")):
        bad_outcomes.binary(seed=seed).write_parquet(folder / f"{name}.parquet")
    found = ran(folder, capfd, "compare", "ref.parquet", "prod.parquet", *options.split())
    assert found.status in (USAGE, FAILURE), found.out
    assert found.out == ""
    assert re.search(says, found.err), found.err
