"""The errors of a regression that are estimated before labels are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon import models
from mmon.models.direct_loss import LossLearner
from tests.e2e.running import process
from tests.statistics.sequential import Claim, broken_claims

pytestmark = [pytest.mark.models, pytest.mark.slow]

OPTIONS: dict[str, Any] = {"task": "regression", "target": "y", "prediction": "p"}


def frame(seed: int, shift: float = 0.0, rows: int = 4_000) -> pl.DataFrame:
    """Rows of a model that errs more where x is larger, and in one of two groups."""
    rng = np.random.default_rng(seed)
    x, z = rng.normal(shift, 1.0, rows), rng.normal(size=rows)
    group = rng.choice(["a", "b"], rows)
    spread = np.exp(0.3 * x) * np.where(group == "a", 1.0, 2.0)
    answer = 2.0 * x + z
    truth = answer + spread * rng.normal(size=rows)
    return pl.DataFrame({"x": x, "z": z, "group": group, "p": answer, "y": truth})


def told(report: mmon.Report, name: str) -> dict[str, Any]:
    rows = report.results.filter(pl.col("name") == name, aspect="value", window=0)
    (found,) = rows.filter(pl.col("segment").is_null()).to_dicts()
    return found


def test_errors_that_grow_with_the_inputs_are_expected() -> None:
    production = frame(2, 0.7)
    truth = mmon.compare(frame(1), production, **OPTIONS)
    report = mmon.compare(frame(1), production.drop("y"), **OPTIONS)
    for name in ("mae", "rmse"):
        found, realised = told(report, f"estimated_{name}"), told(truth, name)
        assert realised["value"] > 1.15 * realised["reference_value"]
        assert found["value"] == pytest.approx(realised["value"], rel=0.06)
        low, high = found["interval"]
        assert low <= realised["value"] <= high
    assert told(truth, "estimated_mae")["reason"].startswith("by the labels it is ")


def test_what_cannot_be_learnt_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    production = frame(2).drop("y")

    def reason(reference: Any, cur: pl.DataFrame = production) -> str:
        found = told(mmon.compare(reference, cur, **OPTIONS), "estimated_mae")
        assert found["value"] is None
        return str(found["reason"])

    few = frame(1, rows=150)
    assert reason(few) == (
        "150 labelled rows of the reference are too few to learn its errors from: it takes 200"
    )
    assert reason(frame(1), production.with_columns(p=None)) == "no row has a prediction"
    held_out, stored, config = (tmp_path / n for n in ("r.parquet", "r.mmon", "mmon.yaml"))
    frame(1).write_parquet(held_out)
    config.write_text(
        f"{{reference: {held_out}, production: p, task: regression,"
        " columns: {target: y, prediction: p}}"
    )
    assert process("baseline", held_out, "--config", config, "-o", stored).status == 0
    assert "the baseline holds no rows" in reason(str(stored))
    monkeypatch.setattr(models.importlib.util, "find_spec", lambda _: None)
    assert "pip install 'mmon[ml]'" in reason(frame(1))


def test_categories_alone_and_values_that_are_missing_are_learnt_from() -> None:
    before, after = (one.drop("x", "z") for one in (frame(1), frame(2)))
    after = after.drop("y").with_columns(
        group=pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.lit("never seen")).otherwise("group")
    )
    found = told(mmon.compare(before, after, **OPTIONS), "estimated_mae")
    assert found["value"] == pytest.approx(found["reference_value"], rel=0.1)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"x": pl.lit(None, pl.Float64), "z": pl.lit(3.0), "group": pl.lit("a")}, None),
        ({"x": pl.when(pl.int_range(pl.len()) == 7).then(1.0)}, None),
        ({"x": pl.when(pl.int_range(pl.len()) == 7).then(float("inf")).otherwise("x")}, None),
        ({"y": pl.col("y") * 1e70}, "errors are too large for their squares to be added up"),
        ({"y": pl.col("p")}, None),
        # Names that a table of counts has, or that read as a pattern.
        ({"count": pl.col("group"), "^g.*$": pl.col("group")}, None),
    ],
)
def test_odd_columns_are_taken_as_they_are(change: dict[str, pl.Expr], wanted: str | None) -> None:
    before, after = (one.with_columns(**change) for one in (frame(1), frame(2)))
    found = told(mmon.compare(before, after.drop("y"), **OPTIONS), "estimated_mae")
    assert (found["value"] is None) is (wanted is not None)
    assert found["reason"] == (wanted or "labels not there yet; blind to concept drift")


@pytest.mark.simulation
def test_intervals_of_expected_errors_hold_what_labels_show() -> None:
    seeds = iter(range(1, 1_000_000))

    def draw(_: Any) -> dict[str, float]:
        seed = next(seeds)
        ref, cur = frame(2 * seed, rows=10_000), frame(2 * seed + 1, 0.4, rows=5_000)
        features = ["x", "z", "group", "p"]
        before, after = (np.abs((one["p"] - one["y"]).to_numpy()) for one in (ref, cur))
        one = LossLearner.of(ref.select(features), before).expected(cur.select(features), 5_000)
        return {"mae": float(abs(one.value - after.mean()) <= 1.96 * np.sqrt(one.variance))}

    assert not broken_claims({"mae": (Claim(0.92, 0.89),)}, draw, most=1_000)
