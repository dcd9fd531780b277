"""Scores that are no probabilities (margins, logits, points) are ranked, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score, top_k_accuracy_score

import mmon
from mmon.api import make_baseline
from mmon.engine import local
from mmon.errors import ConfigError, ExitStatus
from mmon.results import Status

ROWS = 4_000
NAMES = ("a", "b", "c")
COLUMNS = {"target": "y", "score": "margin"}


def margins(seed: int, *, is_broken: bool = False) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    margin = rng.normal(0.0, 2.2, ROWS)
    y = rng.random(ROWS) < 1.0 / (1.0 + np.exp(-margin))
    if is_broken:
        y = np.where((margin < 0.0) | (margin > 1.0), rng.random(ROWS) < 0.5, y)
    return pl.DataFrame({"x": rng.normal(size=ROWS), "margin": margin, "y": y.astype(np.int8)})


def logits(seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    scores = rng.normal(0.0, 300.0, (ROWS, 3))
    y = np.argmax(scores + rng.gumbel(0.0, 250.0, (ROWS, 3)), axis=1)
    columns = {f"s_{name}": scores[:, code] for code, name in enumerate(NAMES)}
    return pl.DataFrame({"y": [NAMES[code] for code in y], **columns})


def told(report: mmon.Report) -> dict[str, Any]:
    """The values by name."""
    values = report.results.filter(pl.col("aspect") == "value", pl.col("segment").is_null())
    return {one["name"]: one for one in values.to_dicts()}


def test_a_model_that_broke_where_margins_are_no_probabilities_fails() -> None:
    ref, cur = margins(1), margins(2, is_broken=True)
    report = mmon.compare(ref, cur, columns=COLUMNS)
    assert report.exit_status == ExitStatus.BREACH
    found = told(report)
    expected = [roc_auc_score(one["y"], one["margin"]) for one in (ref, cur)]
    assert [found["roc_auc"]["reference_value"], found["roc_auc"]["value"]] == pytest.approx(
        expected, abs=2e-3
    )
    assert found["average_precision"]["value"] == pytest.approx(
        average_precision_score(cur["y"], cur["margin"]), abs=2e-3
    )
    for name, reason in (("brier_score", "no probabilities"), ("f1", "name columns.prediction")):
        assert found[name]["status"] == Status.IRRELEVANT
        assert found[name]["value"] is None
        assert reason in found[name]["reason"]


def test_a_threshold_makes_answers_of_margins(tmp_path: Path) -> None:
    ref, cur = margins(1), margins(2)
    for name, frame in (("ref", ref), ("cur", cur)):
        frame.write_parquet(tmp_path / f"{name}.parquet")
    sides = {"reference": f"{tmp_path}/ref.parquet", "production": f"{tmp_path}/cur.parquet"}
    settings = {"model_performance": {"decision_threshold": 0}}
    report = mmon.run({**sides, "columns": COLUMNS, "analyses": settings})
    right = ((cur["margin"] >= 0) == cur["y"].cast(pl.Boolean)).mean()
    assert told(report)["accuracy"]["value"] == pytest.approx(right)
    for metric, needs in (("log_loss", "probabilities"), ("accuracy", "answers")):
        asked = {"model_performance": {"metrics": [metric]}}
        with pytest.raises(ConfigError, match=rf"{metric}' needs {needs}, and 'margin'"):
            mmon.run({**sides, "columns": COLUMNS, "analyses": asked})


@pytest.mark.slow
@pytest.mark.parametrize("batch", [300, 100_000])
def test_logits_of_several_classes_rank_as_they_do_in_scikit_learn(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "_BATCH_ROWS", (batch, batch))
    ref, cur = logits(1), logits(2)
    columns = {"target": "y", "scores": {name: f"s_{name}" for name in NAMES}}
    found = told(mmon.compare(ref, cur, columns=columns))
    scores = cur.select(f"s_{name}" for name in NAMES).to_numpy()
    by_class = [roc_auc_score(cur["y"] == name, scores[:, code]) for code, name in enumerate(NAMES)]
    assert found["roc_auc_macro"]["value"] == pytest.approx(np.mean(by_class), abs=2e-3)
    top = top_k_accuracy_score(cur["y"].to_list(), scores, k=2, labels=NAMES)
    assert found["top_2_accuracy"]["value"] == pytest.approx(top)
    right = np.mean(np.array(NAMES)[np.argmax(scores, axis=1)] == cur["y"].to_numpy())
    assert found["accuracy"]["value"] == pytest.approx(right)
    assert found["log_loss"]["value"] is None
    # As of the softmax of the same logits, whose order in each class is nearly the same.
    low, high = found["roc_auc_macro"]["interval"]
    assert 0.01 < high - low < 0.03


def test_a_baseline_knows_that_scores_are_no_probabilities(tmp_path: Path) -> None:
    ref, cur = margins(1), margins(2, is_broken=True)
    ref.write_parquet(tmp_path / "ref.parquet")
    config = tmp_path / "mmon.yaml"
    config.write_text(
        f"reference: {tmp_path}/ref.parquet\nproduction: {tmp_path}/ref.parquet\n"
        "columns: {target: y, score: margin}\n"
    )
    make_baseline(f"{tmp_path}/ref.parquet", tmp_path / "ref.mmon", config_path=str(config))
    report = mmon.compare(tmp_path / "ref.mmon", cur, columns=COLUMNS)
    assert report.exit_status == ExitStatus.BREACH
    assert told(report)["roc_auc"]["value"] < 0.6


@pytest.mark.parametrize("share", [0.005, 0.03])
def test_more_than_a_hundredth_of_unusable_rows_leaves_performance_open(share: float) -> None:
    rng = np.random.default_rng(1)
    score = rng.random(ROWS)
    ref = pl.DataFrame({"p": score, "y": (rng.random(ROWS) < score).astype(np.int8)})
    lost = pl.when(pl.int_range(pl.len()) < share * ROWS).then(pl.lit(None)).otherwise("p")
    cur = ref.with_columns(lost.cast(pl.String).fill_null("high").alias("p"))
    report = mmon.compare(ref, cur, columns={"target": "y", "score": "p"})
    is_open = share > 0.01
    assert report.exit_status == (ExitStatus.INCONCLUSIVE if is_open else ExitStatus.PASS)
    said = "120 of 4,000 rows have a score that is not a number: too many to leave out"
    assert (said in str(report)) is is_open
