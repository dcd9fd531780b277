"""What is estimated without labels where a score means another thing in parts of the inputs."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import expit

import mmon
from mmon import performance
from mmon.models.density_ratio import density_ratio
from mmon.models.rows import rows_of
from mmon.performance import PLAIN, WeightedRows
from tests.performance.without_labels import outcome_of, tables_of
from tests.statistics.sequential import Claim, broken_claims

pytestmark = [pytest.mark.models, pytest.mark.slow]

OPTIONS: dict[str, Any] = {"task": "binary", "target": "y", "score": "s"}
TOLD = "calibrated on reference rows weighted towards production"


def frame(seed: int, share: float, rows: int = 8_000, *, gap: float = 0.8) -> pl.DataFrame:
    """Rows of two regions, one of which has that share; the score knows nothing of the regions.

    By so much the log-odds of one region are higher than it says, and lower of the other.
    """
    rng = np.random.default_rng(seed)
    is_north = rng.random(rows) < share
    x, z = rng.normal(size=rows), rng.normal(size=rows)
    odds = 1.2 * x + 0.5 * z - 0.5
    target = rng.random(rows) < expit(odds + gap * np.where(is_north, 1.0, -1.0))
    region = np.where(is_north, "north", "south")
    return pl.DataFrame({"x": x, "z": z, "region": region, "s": expit(odds), "y": target * 1})


def told(report: mmon.Report, name: str) -> dict[str, Any]:
    rows = report.results.filter(pl.col("name") == name, aspect="value", window=0)
    (found,) = rows.filter(pl.col("segment").is_null()).to_dicts()
    return found


def expected(
    before: pl.DataFrame, after: pl.DataFrame, name: str = "estimated_accuracy", **options: Any
) -> dict[str, Any]:
    settings = {"model_performance": {"metrics": [name.removeprefix("estimated_")]}}
    columns = {"target": "y", "score": "s"}
    sides = {"reference": "r", "production": "p"}
    body = {**sides, "task": "binary", "columns": columns, "analyses": settings, **options}
    return told(mmon.run(body, reference=before, production=after.drop("y")), name)


REF, CUR = frame(1, 0.5), frame(2, 0.85)


def test_a_score_that_means_another_thing_by_region_is_calibrated_towards_production() -> None:
    realised = float(((CUR["s"] >= 0.5) == (CUR["y"] == 1)).mean())
    weighted, plain = expected(REF, CUR), expected(REF, CUR, fast=True)
    assert weighted["reason"].startswith(f"{TOLD} (as ")
    assert weighted["reason"].endswith("labels not there yet; blind to concept drift")
    assert plain["reason"] == "labels not there yet; blind to concept drift"
    assert abs(weighted["value"] - realised) < 0.5 * abs(plain["value"] - realised)
    assert weighted["interval"][0] <= realised <= weighted["interval"][1]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (REF, frame(3, 0.5)),
        (frame(1, 0.5, gap=0.0), frame(2, 0.85, gap=0.0)),
        (frame(1, 0.0), frame(2, 1.0)),
        (REF, CUR.head(150)),
        (REF.select("s", "y"), CUR.select("s", "y")),
        (REF.with_columns(region=pl.lit("north")), CUR.with_columns(region=pl.lit("north"))),
    ],
    ids=("no shift", "same meaning", "no overlap", "few rows", "no features", "unknown region"),
)
def test_all_rows_of_the_reference_tell_where_weights_gain_nothing(
    before: pl.DataFrame, after: pl.DataFrame
) -> None:
    assert expected(before, after)["reason"] == "labels not there yet; blind to concept drift"


@pytest.mark.parametrize(
    "change",
    [
        {"x": pl.lit(None, pl.Float64)},
        {"x": pl.lit(3.0)},
        {"x": pl.when(pl.int_range(pl.len()) % 3 > 0).then("x")},
        {"s": pl.when(pl.int_range(pl.len()) % 3 > 0).then("s")},
        {"late": pl.lit("^x.*$")},
    ],
    ids=("a feature is gone", "it is constant", "it has holes", "scores have", "another column"),
)
def test_odd_columns_are_taken_as_they_are(change: dict[str, pl.Expr]) -> None:
    sides = REF.with_columns(**change), CUR.with_columns(**change)
    found = expected(*sides)
    assert found["value"] is not None
    assert TOLD in found["reason"]


def test_scores_without_any_use_are_no_matter_of_weights() -> None:
    found = expected(REF, CUR.with_columns(s=pl.lit("high")))
    assert found["value"] is None
    assert "not a number" in found["reason"]


def test_several_classes_are_calibrated_each_against_the_others() -> None:
    def side(seed: int, share: float) -> pl.DataFrame:
        rng, rows = np.random.default_rng(seed), 8_000
        region = rng.random(rows) < share
        odds = rng.normal(size=(rows, 3))
        true = odds * np.where(region, 0.2, 2.0)[:, None]
        scores, chances = (
            np.exp(one) / np.exp(one).sum(axis=1, keepdims=True) for one in (odds, true)
        )
        target = (rng.random((rows, 1)) > chances.cumsum(axis=1)).sum(axis=1).clip(0, 2)
        names = np.array(["a", "b", "c"])
        columns = {f"p_{label}": scores[:, place] for place, label in enumerate(names)}
        answer = names[scores.argmax(axis=1)]
        where = np.where(region, "north", "south")
        return pl.DataFrame({**columns, "region": where, "answer": answer, "y": names[target]})

    before, after = side(1, 0.5), side(2, 0.9)
    columns = {"target": "y", "prediction": "answer", "scores": {c: f"p_{c}" for c in "abc"}}
    options = {"task": "multiclass", "columns": columns}
    realised = float((after["answer"] == after["y"]).mean())
    weighted = expected(before, after, **options)
    plain = expected(before, after, fast=True, **options)
    assert TOLD in weighted["reason"]
    assert abs(weighted["value"] - realised) < 0.5 * abs(plain["value"] - realised)


NEAR = ("roc_auc", "accuracy", "brier_score", "f1")


def errors(seed: int) -> dict[str, tuple[float, float, bool]]:
    """How far estimates with and without weights are off, and whether the former's interval holds
    what the labels show: 10,000 rows of the reference, a window of 5,000."""
    ref, cur = frame(2 * seed, 0.5, 10_000), frame(2 * seed + 1, 0.85, 5_000)
    ratio = density_ratio(rows_of(*(one["x", "z", "region", "s"] for one in (ref, cur))))
    score, target = (ref[name].to_numpy() for name in ("s", "y"))
    rows = WeightedRows(outcome_of(score, target), ratio.weights, ratio.effective)
    before = tables_of(score, target)
    after = tables_of(cur["s"].to_numpy(), cur["y"].to_numpy(), is_labelled=False)
    plain, weighted = (performance.without_labels(before, after, by) for by in (None, rows))
    realised = tables_of(cur["s"].to_numpy(), cur["y"].to_numpy())
    found = {}
    for name in NEAR:
        metric = performance.load(name)
        truth, one = metric.by_variant(realised)[PLAIN].value, weighted(metric)[PLAIN]
        assert truth is not None
        assert one.value is not None
        assert one.interval is not None
        is_held = one.interval[0] <= truth <= one.interval[1]
        off = abs((plain(metric)[PLAIN].value or 0.0) - truth)
        found[name] = off, abs(one.value - truth), is_held
    return found


@pytest.mark.simulation
def test_weights_leave_a_fraction_of_the_error_and_intervals_hold_the_truth() -> None:
    seeds, off = iter(range(1_000_000)), dict[str, list[tuple[float, float]]]()

    def draw(_: Any) -> dict[str, float]:
        found = errors(next(seeds))
        for name, (plain, weighted, _held) in found.items():
            off.setdefault(name, []).append((plain, weighted))
        return {name: float(one[2]) for name, one in found.items()}

    claims = dict.fromkeys(NEAR, (Claim(0.92, 0.84),))
    assert not broken_claims(claims, draw, most=100)
    means = {name: np.mean(pairs, axis=0) for name, pairs in off.items()}
    sys.stdout.write(f"{ {name: one.round(4).tolist() for name, one in means.items()} }\n")
    for name in ("accuracy", "brier_score"):
        plain, weighted = means[name]
        assert weighted <= 0.4 * plain, name
