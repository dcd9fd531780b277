"""Performance that is estimated before labels are there: told, and what it decides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.reports import terminal
from mmon.results import Status
from tests.e2e.running import process
from tests.performance.without_labels import binary_world

OPTIONS: dict[str, Any] = {"task": "binary", "target": "y", "score": "s"}
ROWS = 4_000


def frame(
    seed: int, shift: float = 0.0, rows: int = ROWS, *, labelled: bool = True
) -> pl.DataFrame:
    """Rows whose inputs moved by so much; the scores are the chances."""
    score, target = binary_world(np.random.default_rng(seed), rows, shift)
    side = np.arange(rows) % 2
    table = pl.DataFrame({"s": score, "y": target, "side": side.astype(str)})
    return table if labelled else table.drop("y")


REFERENCE, HARDER = frame(1, 0.6), frame(2, -0.4, labelled=False)
"""Production's positives are rarer, so that their average precision falls."""


def told(report: mmon.Report, name: str, **where: Any) -> dict[str, Any]:
    """The one result of that name."""
    rows = report.results.filter(pl.col("name") == name, aspect=where.pop("aspect", "value"))
    (found,) = rows.filter(**where).to_dicts() if where else rows.to_dicts()
    return found


def configured(folder: Path, settings: dict[str, Any], **sections: Any) -> Path:
    """A configuration with settings of model performance alone."""
    others = dict.fromkeys(("data_drift", "concept_drift", "data_quality", "system_performance"))
    body = {
        "reference": "r",
        "production": "p",
        "task": "binary",
        "columns": {"target": "y", "score": "s"},
        "analyses": {**others, "model_performance": settings},
        **sections,
    }
    path = folder / "mmon.yaml"
    path.write_text(json.dumps(body))
    return path


def run(
    folder: Path, production: pl.DataFrame, settings: dict[str, Any], **sections: Any
) -> mmon.Report:
    """A run with it."""
    config = configured(folder, settings, **sections)
    return mmon.run(config, reference=REFERENCE, production=production)


def statuses(report: mmon.Report, name: str) -> list[str]:
    return report.results.filter(pl.col("name") == name, aspect="drop")["status"].to_list()


def test_without_labels_performance_is_estimated_and_passes_nothing(tmp_path: Path) -> None:
    report = run(tmp_path, frame(3, 0.6, labelled=False), {})
    found = told(report, "estimated_roc_auc")
    truth = told(mmon.compare(REFERENCE, frame(3, 0.6), **OPTIONS), "roc_auc")
    low, high = found["interval"]
    assert low <= truth["value"] <= high
    assert found["reason"] == "labels not there yet; blind to concept drift"
    assert statuses(report, "estimated_roc_auc") == [Status.NO_DETECTION]
    assert report.verdict == "inconclusive"
    assert "no row has a target" in report.to_markdown()
    assert "estimated roc_auc 0.8" in report.to_markdown().replace("\\", "")


@pytest.mark.parametrize("gate", [False, True])
def test_a_drop_that_is_only_estimated_fails_a_run_where_that_is_asked_for(
    gate: bool, tmp_path: Path
) -> None:
    settings = {"metrics": ["average_precision"], "estimates": {"gate": gate}}
    report = run(tmp_path, HARDER, settings)
    wanted = Status.DETECTED if gate else Status.POTENTIAL_DETECTION
    assert statuses(report, "estimated_average_precision") == [wanted]
    assert report.verdict == ("breach" if gate else "inconclusive")


def test_estimates_can_be_left_out(tmp_path: Path) -> None:
    report = run(tmp_path, HARDER, {"estimates": None})
    assert not any(name.startswith("estimated") for name in report.results["name"])


def test_labels_stand_beside_the_estimate_and_decide(tmp_path: Path) -> None:
    production = pl.concat([frame(seed, -0.4, 1_500) for seed in (5, 6)])
    settings = {"metrics": ["average_precision"]}
    report = run(tmp_path, production, settings, windows={"rows": 1_500})
    assert statuses(report, "estimated_average_precision") == []
    for window in (0, 1):
        found = told(report, "estimated_average_precision", window=window)
        assert found["reason"].startswith("by the labels it is 0.")
        assert (
            abs(found["value"] - told(report, "average_precision", window=window)["value"]) < 0.05
        )
    page = report.to_html(tmp_path / "report.html") or (tmp_path / "report.html").read_text()
    assert "estimated without labels" in page
    assert "; estimated 0." in page
    assert "on average so far" in page
    assert "on average so far" in " ".join(report.to_markdown().split())
    assert "on average so far" in " ".join(terminal.render(report.document).split())
    (error,) = (
        one["value"]
        for one in json.loads(report.to_json() or "")["metrics"]
        if one["name"] == "estimated_average_precision_error"
    )
    both = [
        [told(report, f"{of}average_precision", window=window)["value"] for window in (0, 1)]
        for of in ("estimated_", "")
    ]
    assert error == pytest.approx(np.mean(np.abs(np.subtract(*both))))


@pytest.mark.slow
def test_estimates_work_from_a_baseline_by_window_and_segment(tmp_path: Path) -> None:
    held_out, production = tmp_path / "held_out.parquet", frame(7, -0.2, labelled=False)
    REFERENCE.write_parquet(held_out)
    sections: dict[str, Any] = {"segments": ["side"], "windows": {"rows": 2_000}}
    config = configured(tmp_path, {}, **sections, reference=str(held_out))
    fresh = mmon.run(config, production=production)
    stored = tmp_path / "stored.mmon"
    assert process("baseline", held_out, "--config", config, "-o", stored).status == 0
    config = configured(tmp_path, {}, **sections, reference=str(stored))
    again = mmon.run(config, production=production)
    names = pl.col("name").str.starts_with("estimated")
    assert fresh.results.filter(names).equals(again.results.filter(names))
    found = fresh.results.filter(pl.col("name") == "estimated_roc_auc", aspect="value")
    assert found.group_by("segment").len().sort("segment", nulls_last=True).rows() == [
        ("side = 0", 2),
        ("side = 1", 2),
        (None, 2),
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (pl.lit(None, pl.Float64), "no row has usable scores"),
        (pl.lit(float("nan")), "no row has usable scores"),
        (pl.col("s") * 300 - 100, "have a score outside [0, 1]: too many to leave out"),
        (pl.lit("high"), "have a score that is not a number: too many to leave out"),
    ],
)
def test_scores_that_are_no_use_give_a_reason(change: pl.Expr, reason: str) -> None:
    report = mmon.compare(REFERENCE, HARDER.with_columns(change.alias("s")), **OPTIONS)
    found = told(report, "estimated_roc_auc")
    assert found["value"] is None
    assert reason in found["reason"]
    assert "nothing can be told without labels" in report.to_markdown()


def test_a_model_without_scores_is_told_how_to_name_them() -> None:
    answer = (pl.col("s") > 0.5).cast(pl.Int64).alias("answer")
    ref, cur = (one.with_columns(answer).drop("s") for one in (REFERENCE, HARDER))
    report = mmon.compare(ref, cur, task="binary", target="y", prediction="answer", fast=True)
    assert told(report, "estimated_accuracy")["reason"] == (
        "it takes the model's scores, which columns.score names"
    )


def test_a_production_without_scores_gives_a_reason() -> None:
    report = mmon.compare(REFERENCE, HARDER.select("side"), **OPTIONS)
    assert told(report, "estimated_roc_auc")["reason"] == "there are no scores"


def test_rows_without_scores_are_said_to_be_left_out() -> None:
    half = pl.when(pl.int_range(pl.len()) % 2 == 0).then("s").alias("s")
    report = mmon.compare(REFERENCE, HARDER.with_columns(half), **OPTIONS)
    reason = told(report, "estimated_roc_auc")["reason"]
    assert reason.startswith("of the 2,000 of 4,000 rows that have scores; labels not there yet")
