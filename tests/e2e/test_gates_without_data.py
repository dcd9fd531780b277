"""A gate that lost what it judges does not pass, and one that never had it is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.api import make_baseline
from mmon.errors import ConfigError, ExitStatus

ROWS = 3_000


def rows(seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    score = rng.random(ROWS)
    return pl.DataFrame(
        {
            "x": rng.normal(size=ROWS),
            "y": (rng.random(ROWS) < score).astype(np.int8),
            "p": score,
            "kind": rng.choice(["a", "b"], ROWS),
            "failed": rng.random(ROWS) < 0.01,
        }
    )


def run(folder: Path, cur: pl.DataFrame, **settings: Any) -> mmon.Report:
    rows(1).write_parquet(folder / "ref.parquet")
    cur.write_parquet(folder / "cur.parquet")
    sides = {"reference": f"{folder}/ref.parquet", "production": f"{folder}/cur.parquet"}
    return mmon.run({**sides, **settings})


def only(**analyses: Any) -> dict[str, Any]:
    names = ("data_drift", "data_quality", "model_performance", "system_performance")
    return {**dict.fromkeys(names), **analyses}


def test_a_gate_on_errors_whose_column_is_gone_is_inconclusive(tmp_path):
    report = run(
        tmp_path,
        rows(2).drop("failed"),
        columns={"error": "failed"},
        analyses=only(
            system_performance={"thresholds": {"error_rate": {"max": {"detected": 0.02}}}}
        ),
    )
    assert report.exit_status == ExitStatus.INCONCLUSIVE
    (found,) = report.results.filter(pl.col("name") == "error_rate").to_dicts()
    assert found["reason"] == "production has no column 'failed', the error"


@pytest.mark.parametrize("name", ["error_rate", "latency_p95", "duplicate_ids"])
def test_a_level_without_its_column_is_refused(tmp_path, name):
    levels = {"thresholds": {name: {"max": {"detected": 0.02}}}}
    with pytest.raises(ConfigError, match=rf"thresholds\.{name} needs columns\."):
        run(tmp_path, rows(2), analyses={"system_performance": levels})


def test_a_task_that_cannot_be_told_is_asked_for(tmp_path):
    with pytest.raises(ConfigError, match=r"task: it cannot be told from columns\.target") as e:
        run(tmp_path, rows(2), columns={"target": "y", "prediction": "y"})
    assert "set task to binary" in (e.value.hint or "")


@pytest.mark.parametrize(
    ("named", "lacks"), [("target", "prediction or a score"), ("score", "target, the true outcome")]
)
def test_outcomes_that_are_named_in_part_are_told_to_measure_nothing(tmp_path, named, lacks):
    report = run(tmp_path, rows(2), columns={named: "y"})
    assert report.exit_status == ExitStatus.PASS
    assert f"performance is not measured without columns.{lacks}" in report.to_json()


def test_that_labels_arrived_does_not_make_performance_conclusive(tmp_path):
    few = rows(2).with_columns(y=pl.when(pl.int_range(pl.len()) == 0).then("y"))
    levels = {"label_coverage": {"min": {"detected": 0.0001}}}
    report = run(
        tmp_path,
        few,
        task="binary",
        columns={"target": "y", "score": "p"},
        analyses=only(model_performance={"thresholds": levels}),
    )
    assert report.exit_status == ExitStatus.INCONCLUSIVE


def test_a_baseline_with_another_decision_threshold_is_refused(tmp_path):
    rows(1).write_parquet(tmp_path / "ref.parquet")
    rows(2).write_parquet(tmp_path / "cur.parquet")
    config = tmp_path / "mmon.yaml"
    text = "task: binary\ncolumns: {target: y, score: p}\n"
    sides = f"reference: {tmp_path}/ref.parquet\nproduction: {tmp_path}/cur.parquet\n"
    config.write_text(sides + text)
    stored = tmp_path / "ref.mmon"
    make_baseline(f"{tmp_path}/ref.parquet", stored, config_path=str(config))
    body = {
        "reference": str(stored),
        "production": f"{tmp_path}/cur.parquet",
        "task": "binary",
        "columns": {"target": "y", "score": "p"},
    }
    assert mmon.run(body).exit_status == ExitStatus.PASS
    with pytest.raises(ConfigError, match=r"decision_threshold: 0\.9 is asked for"):
        mmon.run({**body, "analyses": {"model_performance": {"decision_threshold": 0.9}}})
    with pytest.raises(ConfigError, match=r"columns\.score: 'x' is"):
        mmon.run({**body, "columns": {"target": "y", "score": "x"}})


def test_segments_that_one_side_lacks_are_told(tmp_path):
    kinds = pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("new")).otherwise(pl.lit("a"))
    report = run(tmp_path, rows(2).with_columns(kind=kinds), segments=["kind"])
    told = report.results.filter(pl.col("name").is_in(["new_segment", "missing_segment"]))
    assert sorted(zip(told["name"], told["segment"], told["value"], strict=True)) == [
        ("missing_segment", "kind = b", pytest.approx(ROWS / 2, rel=0.1)),
        ("new_segment", "kind = (other)", ROWS / 2),
    ]
    reasons = dict(told.select("name", "reason").iter_rows())
    assert reasons["new_segment"] == f"the reference has no such rows ({ROWS // 2:,} rows): new"
