"""Concept drift: what moved besides the features, and what means another outcome than before."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

import mmon
from mmon.analyses import change_points, concept_drift, multivariate_drift
from mmon.api import make_baseline
from mmon.errors import ConfigError
from mmon.metrics import load
from mmon.profiles.distributions.counts import Counts
from mmon.results import Document, Result, Status

ROWS = 4000


def binary(rng: np.random.Generator, *, rows: int = ROWS, shift: float = 0.0) -> pl.DataFrame:
    """A calibrated score of two features, one of them a category."""
    x, g = rng.normal(shift, 1.0, rows), rng.integers(0, 4, rows)
    p = 1.0 / (1.0 + np.exp(-(x + 0.5 * g - 1.0)))
    y = (rng.random(rows) < p).astype(int)
    labels = np.array(["a", "b", "c", "d"])[g]
    return pl.DataFrame({"x": x, "g": labels, "noise": rng.normal(size=rows), "p": p, "y": y})


def ran(ref: pl.DataFrame, cur: pl.DataFrame, **settings: Any) -> Document:
    sides = {"reference": "ref", "production": "cur"}
    body = {**sides, "task": "binary", "columns": {"target": "y", "score": "p"}, **settings}
    return mmon.run(body, reference=ref, production=cur).document


def found(document: Document, name: str, column: str | None = None) -> Result:
    """The one result of that name."""
    own = [r for r in document.results if r.application == "concept-drift" and r.segment is None]
    (one,) = (r for r in own if r.name == name and column in (None, r.column))
    return one


def test_every_page_says_what_it_assumes_and_cannot_see() -> None:
    known = [*concept_drift.quantities(), *multivariate_drift.quantities()]
    lacking = {
        (one.name, heading)
        for one in [*known, *change_points.quantities()]
        for heading in ("Assumes\n-------\n", "Cannot see\n----------\n")
        if heading not in one.page
    }
    assert not lacking


def test_columns_of_the_outcome_are_no_features() -> None:
    rng = np.random.default_rng(1)
    ref, cur = binary(rng), binary(rng, shift=1.5)
    document = ran(ref, cur)
    drift = {r.column for r in document.results if r.application == "data-drift"}
    assert drift == {"x", "g", "noise", None}
    share = next(r for r in document.results if r.name == "share_drifted")
    assert share.value == 1 / 3
    assert found(document, "score_drift").status is Status.DETECTED
    moved = found(document, "target_drift")
    assert moved.column == "y"
    counts = [
        Counts.from_mapping(dict(s["y"].cast(pl.String).value_counts().iter_rows()))
        for s in (ref, cur)
    ]
    metric = load("total_variation")
    plain = metric.score(*counts)
    assert moved.value == pytest.approx(metric.corrected(plain.value or 0.0, *counts))
    assert moved.p_value == pytest.approx(plain.p_value)


@pytest.mark.slow
def test_the_drift_of_an_outcome_has_levels_and_a_metric_of_features() -> None:
    rng = np.random.default_rng(2)
    ref, cur = binary(rng), binary(rng, shift=1.5)
    plain = found(ran(ref, cur), "score_drift")
    assert (plain.potential, plain.detected) == (0.1, 0.2)
    settings: dict[str, Any] = {"thresholds": {"total_variation": {}, "ks": {"detected": 0.7}}}
    by_ks = found(ran(ref, cur, analyses={"data_drift": settings}), "score_drift")
    assert (by_ks.detected, by_ks.reason) == (0.7, "by ks")
    own = {"concept_drift": {"thresholds": {"score_drift": {"potential": 0.9}}}}
    document = ran(ref, cur, analyses=own, by_column={"y": {"target_drift": {}}})
    told = found(document, "score_drift")
    assert (told.potential, told.detected, told.status) == (0.9, None, Status.NO_DETECTION)
    assert found(document, "target_drift").status is Status.IRRELEVANT
    assert not any(r.gating for r in document.results if r.name == "target_drift")


def test_a_gate_of_none_only_tells() -> None:
    rng = np.random.default_rng(3)
    ref, cur = binary(rng), binary(rng, shift=1.5)
    off = ran(ref, cur, analyses={"concept_drift": {"gate": "none"}})
    assert not any(r.gating for r in off.results if r.application == "concept-drift")


def test_levels_of_an_analysis_that_is_off_are_refused() -> None:
    rng = np.random.default_rng(4)
    frame = binary(rng, rows=100)
    with pytest.raises(ConfigError, match=r"by_column\.y\.target_drift.*concept_drift"):
        ran(
            frame,
            frame,
            analyses={"concept_drift": None},
            by_column={"y": {"target_drift": {"detected": 0.1}}},
        )


@pytest.mark.parametrize("name", ["target_drift", "class_ratio"])
def test_levels_of_what_a_column_is_not_are_refused(name: str) -> None:
    frame = binary(np.random.default_rng(4), rows=100)
    with pytest.raises(ConfigError, match=f"by_column.x.{name}: it is no target"):
        ran(frame, frame, by_column={"x": {name: {"detected": 0.1}}})


def test_a_calibrated_score_means_the_same_when_inputs_move() -> None:
    rng = np.random.default_rng(5)
    ref, cur = binary(rng, rows=20_000), binary(rng, rows=5_000, shift=1.0)
    one = found(ran(ref, cur), "calibration_drift")
    assert one.value is not None
    assert one.value < 0.01
    assert one.p_value is not None
    assert one.p_value > 0.01
    assert one.status is Status.NO_DETECTION
    assert (one.potential, one.detected) == (0.02, 0.05)


@pytest.mark.parametrize("rate", [0.06, 0.12, -0.1])
def test_calibration_drift_is_the_mean_change_of_the_outcome(rate: float) -> None:
    rng = np.random.default_rng(6)
    ref, cur = binary(rng, rows=20_000), binary(rng, rows=20_000)
    # Of any score so many more rows come true, or fewer.
    flips = np.random.default_rng(7).random(20_000) < abs(rate)
    y = np.where(flips, float(rate > 0), cur["y"].to_numpy()).astype(int)
    hit = cur["y"].mean()
    assert isinstance(hit, float)
    expected = abs(rate) * (1.0 - hit if rate > 0 else hit)
    one = found(ran(ref, cur.with_columns(y=y)), "calibration_drift")
    assert one.value == pytest.approx(expected, abs=0.01)
    assert one.interval is not None
    assert one.interval[0] < expected < one.interval[1]
    assert one.p_value is not None
    assert one.p_value < 1e-4


@pytest.mark.slow
def test_an_outcome_that_swaps_between_scores_is_seen_though_no_mean_moves() -> None:
    rng = np.random.default_rng(8)
    ref, cur = binary(rng, rows=10_000), binary(rng, rows=10_000)
    half = cur.with_columns(y=(pl.col("p").rank("ordinal") <= 5_000).cast(pl.Int64))
    one = found(ran(ref, half), "calibration_drift")
    assert one.status is Status.DETECTED
    assert found(ran(ref, half), "target_drift").value == pytest.approx(0.0, abs=0.1)


@pytest.mark.slow
def test_the_worst_class_is_told() -> None:
    rng = np.random.default_rng(9)

    def three(rows: int, mixed: bool) -> pl.DataFrame:
        p = rng.dirichlet((1.0, 1.0, 1.0), rows)
        y = (p.cumsum(axis=1) < rng.random((rows, 1))).sum(axis=1)
        swap = mixed & (rng.random(rows) < 0.3)
        y = np.where(swap & (y == 1), 2, y)
        return pl.DataFrame(
            {"x": rng.normal(size=rows), "y": np.array(["a", "b", "c"])[y]}
            | {f"p_{name}": p[:, place] for place, name in enumerate("abc")}
        )

    scores = {name: f"p_{name}" for name in "abc"}
    settings = {"task": "multiclass", "columns": {"target": "y", "scores": scores}}
    worse = ran(three(9_000, False), three(9_000, True), **settings)
    one = found(worse, "calibration_drift")
    assert one.reason in ("of class b", "of class c")
    assert one.value == pytest.approx(0.1, abs=0.015)
    calm = found(ran(three(9_000, False), three(9_000, False), **settings), "calibration_drift")
    assert calm.status is Status.NO_DETECTION


def prices(rng: np.random.Generator, rows: int, *, shift: float = 0.0, rise: float = 0.0) -> Any:
    x = rng.normal(shift, 1.0, rows)
    y = 10.0 + 3.0 * x + rng.normal(0.0, 2.0, rows) + rise
    return pl.DataFrame({"x": x, "noise": rng.normal(size=rows), "yhat": 10.0 + 3.0 * x, "y": y})


def test_a_regression_is_told_in_shares_of_its_error() -> None:
    rng = np.random.default_rng(10)
    settings = {"task": "regression", "columns": {"target": "y", "prediction": "yhat"}}
    ref = prices(rng, 10_000)
    error = (ref["y"] - ref["yhat"]).abs().mean()
    assert isinstance(error, float)
    one = found(ran(ref, prices(rng, 10_000, rise=0.5), **settings), "calibration_drift")
    assert one.relative
    assert one.value == pytest.approx(0.5 / error, rel=0.15)
    assert (one.potential, one.detected, one.status) == (0.1, 0.2, Status.DETECTED)
    moved = found(ran(ref, prices(rng, 10_000, shift=0.7), **settings), "calibration_drift")
    assert moved.status is Status.NO_DETECTION


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"y": pl.lit(None, pl.Int64)}, Status.IRRELEVANT, "no row of production has a label"),
        ({"y": pl.lit(7)}, Status.IRRELEVANT, "no row of production has a label that can be used"),
        ({"p": pl.lit(None, pl.Float64)}, Status.INCONCLUSIVE, "usable answer"),
        ({"p": pl.col("p") * 100}, Status.INCONCLUSIVE, "outside"),
        ({"p": pl.lit(0.5)}, Status.POTENTIAL_DETECTION, None),
        ({"y": pl.lit(1)}, Status.DETECTED, None),
    ],
    ids=["no labels", "other classes", "no scores", "percent", "one score", "one class"],
)
def test_what_cannot_be_compared_says_why(
    change: dict[str, pl.Expr], status: Status, says: str | None
) -> None:
    rng = np.random.default_rng(11)
    ref, cur = binary(rng), binary(rng)
    one = found(ran(ref, cur.with_columns(**change)), "calibration_drift")
    assert one.status is status
    assert says is None or says in (one.reason or "")


def pairs(rng: np.random.Generator) -> pl.DataFrame:
    """A score, an answer that follows from it, and the classes by name."""
    frame = binary(rng)
    return frame.with_columns(
        yhat=(pl.col("p") > 0.5).cast(pl.Int64),
        word=pl.when(pl.col("y") == 1).then(pl.lit("yes")).otherwise(pl.lit("no")),
    )


@pytest.mark.parametrize(
    ("roles", "change", "column"),
    [
        ({"target": "y", "score": "p"}, {"p": pl.when(pl.col("x") < 1.0).then("p")}, "p"),
        (
            {"target": "y", "score": "p"},
            {"p": pl.when(pl.col("p") < 0.9).then("p").otherwise(98.0)},
            "p",
        ),
        (
            {"target": "y", "score": "p"},
            {"p": pl.when(pl.col("x") < 0.0).then("p").otherwise(pl.col("p") * 100.0)},
            "p",
        ),
        ({"target": "y", "prediction": "yhat"}, {"yhat": 2 * pl.col("yhat") - 1}, "yhat"),
        (
            {"target": "y", "prediction": "yhat"},
            {"yhat": pl.when(pl.col("x") < 1.0).then("yhat")},
            "yhat",
        ),
        (
            {"target": "word", "score": "p"},
            {"word": pl.col("word").str.replace("yes", "1")},
            "word",
        ),
    ],
    ids=["no score", "few percent", "percent", "minus one", "no answer", "spelling"],
)
def test_rows_that_are_left_out_of_one_side_show_no_change(
    roles: dict[str, str], change: dict[str, pl.Expr], column: str
) -> None:
    rng = np.random.default_rng(34)
    ref, cur = pairs(rng), pairs(rng).with_columns(**change)
    used = ["x", "g", *roles.values()]
    positive = {"model_performance": {"positive": "yes"}} if "word" in used else {}
    document = ran(ref.select(used), cur.select(used), columns=roles, analyses=positive)
    own = [r for r in document.results if r.name in ("relation_drift", "calibration_drift")]
    assert {r.name for r in own} >= {"relation_drift"}
    assert {r.status for r in own} == {Status.INCONCLUSIVE}
    relations = [r.reason or "" for r in own if r.name == "relation_drift"]
    assert all(f"with a target are left out because of '{column}'" in one for one in relations)
    assert not any(r.aspect == "step" for r in document.results)
    (when,) = (r for r in document.results if r.name == "change_points")
    assert "left out" in (when.reason or "")


@pytest.mark.parametrize("column", ["y", "yhat"])
def test_infinite_numbers_are_blamed_on_the_column_that_has_them(column: str) -> None:
    rng = np.random.default_rng(35)
    ref, cur = prices(rng, 4_000), prices(rng, 4_000)
    some = pl.when(pl.int_range(pl.len()) % 10 == 0).then(float("inf")).otherwise(pl.col(column))
    settings = {"task": "regression", "columns": {"target": "y", "prediction": "yhat"}}
    document = ran(ref, cur.with_columns(some.alias(column)), fast=True, **settings)
    one = found(document, "calibration_drift")
    assert one.reason == (
        f"400 of 4,000 rows of production with a target are left out because of '{column}'"
    )


def test_a_score_without_values_is_not_told_as_a_side_without_rows() -> None:
    rng = np.random.default_rng(37)
    ref, cur = binary(rng), binary(rng).with_columns(p=pl.lit(None, pl.Float64))
    one = found(ran(ref, cur, fast=True), "score_drift")
    assert one.reason == "no row of production has a value"


def test_rows_that_are_left_out_of_both_sides_alike_are_no_reason() -> None:
    rng = np.random.default_rng(36)
    half = pl.when(pl.int_range(pl.len()) % 2 == 0).then("p")
    document = ran(*(binary(rng, rows=16_000).with_columns(p=half) for _ in range(2)))
    own = [r for r in document.results if r.name in ("relation_drift", "calibration_drift")]
    assert {r.status for r in own} == {Status.NO_DETECTION}


def test_predictions_of_a_regression_that_are_missing_show_no_change() -> None:
    rng = np.random.default_rng(35)
    settings = {"task": "regression", "columns": {"target": "y", "prediction": "yhat"}}
    ref, cur = prices(rng, 4_000), prices(rng, 4_000)
    some = cur.with_columns(yhat=pl.when(pl.col("x") < 1.0).then("yhat"))
    document = ran(ref, some, **settings)
    told = {"calibration_drift": "have no prediction", "relation_drift": "because of 'yhat'"}
    for name, why in told.items():
        own = [r for r in document.results if r.name == name]
        assert {r.status for r in own} == {Status.INCONCLUSIVE}
        assert all(why in (r.reason or "") for r in own)


@pytest.mark.slow
def test_a_relation_that_changed_is_told_of_its_feature_alone() -> None:
    rng = np.random.default_rng(12)
    ref, cur = binary(rng, rows=20_000), binary(rng, rows=20_000)
    in_a = pl.col("g") == "a"
    changed = cur.with_columns(y=pl.when(in_a).then(1 - pl.col("y")).otherwise(pl.col("y")))
    document = ran(ref, changed)
    one = found(document, "relation_drift", "g")
    sides = [
        frame.group_by("g").agg(pl.col("y").sum(), pl.len()).sort("g") for frame in (ref, changed)
    ]
    hits, rows = (np.array([side[name] for side in sides]) for name in ("y", "len"))
    oracle = StratifiedTable(
        [[[a[1], n[1] - a[1]], [a[0], n[0] - a[0]]] for a, n in zip(hits.T, rows.T, strict=True)]
    )
    odds = oracle.oddsratio_pooled * hits[0] / (rows[0] - hits[0])
    change = abs(hits[1] / rows[1] - odds / (1.0 + odds))
    assert one.value == pytest.approx(float(change @ rows[1]) / 20_000, abs=0.006)
    assert one.status is Status.DETECTED
    assert not one.gating
    assert document.verdict == "breach"
    calm = found(ran(ref, cur), "relation_drift", "g")
    assert calm.status is Status.NO_DETECTION
    assert found(ran(ref, cur), "relation_drift", "noise").status is Status.NO_DETECTION


@pytest.mark.slow
def test_no_relation_changed_where_the_outcome_or_another_feature_did() -> None:
    """Features that have nothing to do with what moved are silent, and nothing decides."""
    rng = np.random.default_rng(30)

    def prior(rows: int, share: float) -> pl.DataFrame:
        y = rng.random(rows) < share
        right = rng.random(rows) < 0.9
        x = rng.normal(size=(rows, 2)) + np.outer(y, [1.0, 0.0])
        answer = np.where(right, y, ~y).astype(int)
        return pl.DataFrame({"x": x[:, 0], "noise": x[:, 1], "yhat": answer, "y": y.astype(int)})

    answers = {"columns": {"target": "y", "prediction": "yhat"}}
    more = ran(prior(10_000, 0.3), prior(10_000, 0.37), **answers)
    shifted = ran(binary(rng, rows=20_000), binary(rng, rows=20_000, shift=0.7))
    numbers = {"task": "regression", **answers}
    larger = ran(prices(rng, 8_000), prices(rng, 8_000, shift=0.4), **numbers)
    for document in (more, shifted, larger):
        own = [r for r in document.results if r.name == "relation_drift"]
        assert {r.status for r in own} == {Status.NO_DETECTION}
        assert "concept drift" not in document.sentence


@pytest.mark.slow
def test_a_relation_decides_where_it_has_levels() -> None:
    rng = np.random.default_rng(31)
    ref, cur = binary(rng), binary(rng)
    # One feature means the opposite; no score is compared.
    turned = cur.with_columns(g=pl.col("g").replace({"a": "d", "d": "a"}))
    told = ran(ref, turned)
    assert found(told, "relation_drift", "g").status is Status.DETECTED
    assert told.verdict == "pass"
    levels = {"relation_drift": {"potential": 0.02, "detected": 0.04}}
    for settings in (
        {"analyses": {"concept_drift": {"thresholds": levels}}},
        {"by_column": {"g": levels}},
    ):
        document = ran(ref, turned, **settings)
        assert document.verdict == "breach"
        assert "1 feature with another relation to the target: g" in document.sentence
        assert "concept drift" not in document.sentence


def test_the_relation_of_several_classes_is_that_of_the_worst() -> None:
    rng = np.random.default_rng(13)

    def side(rows: int, share: float) -> pl.DataFrame:
        g = rng.integers(0, 3, rows)
        y = np.where(rng.random(rows) < 0.6, g, rng.integers(0, 3, rows))
        y = np.where((g == 1) & (rng.random(rows) < share), 0, y)
        labels = np.array(["low", "middle", "high"])
        return pl.DataFrame({"g": labels[g], "y": labels[y], "yhat": labels[g]})

    settings = {"task": "multiclass", "columns": {"target": "y", "prediction": "yhat"}}
    ref, cur = side(9_000, 0.0), side(9_000, 0.4)
    one = found(ran(ref, cur, **settings), "relation_drift")
    assert one.reason in ("of class middle", "of class low")
    of_low = [
        s.group_by("g").agg((pl.col("y") == "low").mean()).sort("g")["y"].to_numpy()
        for s in (ref, cur)
    ]
    weight = cur.group_by("g").len().sort("g")["len"].to_numpy() / 9_000
    assert one.value == pytest.approx(float(weight @ abs(of_low[1] - of_low[0])), abs=0.03)
    assert one.status is Status.DETECTED
    new = cur.with_columns(y=pl.when(pl.col("y") == "low").then(pl.lit("new")).otherwise("y"))
    # Of a class that is gone no odds can be compared.
    assert found(ran(ref, new, **settings), "relation_drift").reason == "of class middle"


@pytest.mark.slow
def test_the_relation_of_a_regression_is_of_its_mean_target() -> None:
    rng = np.random.default_rng(14)
    settings = {"task": "regression", "columns": {"target": "y", "prediction": "yhat"}}
    ref, cur = prices(rng, 10_000), prices(rng, 10_000)
    changed = cur.with_columns(y=pl.col("y") + 2.0 * (pl.col("noise") > 1.0))
    document = ran(ref, changed, **settings)
    error = (ref["y"] - ref["yhat"]).abs().mean()
    assert isinstance(error, float)
    one = found(document, "relation_drift", "noise")
    edges = np.quantile(ref["noise"], np.arange(1, 10) / 10)
    sides = [
        [s["y"].to_numpy()[np.searchsorted(edges, s["noise"]) == b] for b in range(10)]
        for s in (ref, changed)
    ]
    change = np.array([b.mean() - a.mean() for a, b in zip(*sides, strict=True)])
    surely = 1.0 / np.array([a.var() + b.var() for a, b in zip(*sides, strict=True)])
    left = change - np.average(change, weights=surely)
    assert one.value == pytest.approx(float(abs(left).mean()) / error, rel=0.15)
    assert one.relative
    calm = found(ran(ref, cur, **settings), "relation_drift", "x")
    assert calm.status is Status.NO_DETECTION
    sure = ref.with_columns(y=pl.col("yhat"))
    same = ran(sure, sure, **settings)
    assert "error is 0" in (found(same, "relation_drift", "x").reason or "")
    assert "error is 0" in (found(same, "calibration_drift").reason or "")


@pytest.mark.slow
def test_a_baseline_tells_the_same(tmp_path: Path) -> None:
    rng = np.random.default_rng(15)
    ref, cur = binary(rng), binary(rng, shift=1.0)
    sides = {name: str(tmp_path / f"{name}.parquet") for name in ("reference", "production")}
    for frame, path in zip((ref, cur), sides.values(), strict=True):
        frame.write_parquet(path)
    body = {**sides, "task": "binary", "columns": {"target": "y", "score": "p"}}
    (tmp_path / "mmon.yaml").write_text(json.dumps(body))
    kept = str(tmp_path / "ref.mmon")
    make_baseline(sides["reference"], kept, config_path=str(tmp_path / "mmon.yaml"))
    again = mmon.run({**body, "reference": kept}).document
    own = [r for r in ran(ref, cur).results if r.application == "concept-drift"]
    assert {r.name for r in own} >= {"calibration_drift", "relation_drift", "score_drift"}
    assert [r for r in again.results if r.application == "concept-drift"] == own


@pytest.mark.slow
def test_hundreds_of_features_and_one_of_a_constant_are_compared() -> None:
    rng = np.random.default_rng(16)
    many = {f"f{i}": rng.normal(size=600) for i in range(300)}
    frame = binary(rng, rows=600).with_columns(**many, same=pl.lit(1.0), none=pl.lit(None, pl.Utf8))
    ref, cur = frame[:300], frame[300:]
    own = [r for r in ran(ref, cur).results if r.name == "relation_drift"]
    assert len(own) >= 303
    assert not any(r.status.severity > Status.INCONCLUSIVE.severity for r in own)


def confirmed(
    frame: pl.DataFrame, seed: int, *, positives: float, negatives: float
) -> pl.DataFrame:
    """Labels have arrived for so many of either outcome."""
    there = pl.when(pl.col("y") == 1).then(positives).otherwise(negatives)
    chance = pl.Series(np.random.default_rng(seed).random(frame.height))
    return frame.with_columns(y=pl.when(chance < there).then("y"))


def test_labels_that_come_sooner_for_one_outcome_are_a_doubt() -> None:
    rng = np.random.default_rng(17)
    ref, cur = binary(rng, rows=8_000), binary(rng, rows=8_000)
    document = ran(ref, confirmed(cur, 1, positives=0.95, negatives=0.2))
    one = found(document, "label_selection")
    assert one.status is Status.DETECTED
    assert not one.gating
    assert "without one differ in p by" in (one.reason or "")
    judged = [r for r in document.results if r.name == "roc_auc" and r.has_levels]
    assert [r.status for r in judged] == [Status.INCONCLUSIVE]
    assert "labels may come sooner" in (judged[0].reason or "")
    assert judged[0].value is not None
    for name in ("calibration_drift", "target_drift"):
        assert found(document, name).status is Status.INCONCLUSIVE
    assert document.verdict == "inconclusive"
    assert "labels may come sooner" in document.sentence


def test_labels_that_are_missing_by_chance_are_no_doubt() -> None:
    rng = np.random.default_rng(18)
    ref, cur = binary(rng, rows=8_000), binary(rng, rows=8_000)
    document = ran(ref, confirmed(cur, 2, positives=0.4, negatives=0.4))
    one = found(document, "label_selection")
    assert one.status is Status.NO_DETECTION
    assert found(document, "calibration_drift").status is Status.NO_DETECTION
    assert document.verdict == "pass"
    whole = ran(ref, cur)
    assert not any(r.name == "label_selection" for r in whole.results)


@pytest.mark.slow
def test_labels_that_the_reference_lacks_in_the_same_way_are_no_doubt() -> None:
    rng = np.random.default_rng(34)
    ref, cur = (
        confirmed(binary(rng, rows=8_000), seed, positives=0.95, negatives=0.2) for seed in (4, 5)
    )
    document = ran(ref, cur)
    one = found(document, "label_selection")
    assert (one.status, one.value) == (Status.NO_DETECTION, pytest.approx(0.0, abs=0.05))
    assert re.search(
        r"differ in p by 0\.\d+, of which 0\.\d+ as in the reference", one.reason or ""
    )
    assert found(document, "calibration_drift").status is Status.NO_DETECTION
    # The other outcome's labels coming sooner is no selection as in the reference.
    late = confirmed(binary(rng, rows=8_000), 6, positives=0.2, negatives=0.95)
    assert found(ran(ref, late), "label_selection").status is Status.DETECTED


@pytest.mark.parametrize("decimals", [2, 3])
def test_scores_of_few_values_are_in_the_same_cells_with_and_without_labels(decimals: int) -> None:
    rng = np.random.default_rng(35)
    ref, cur = (binary(rng, rows=20_000).with_columns(pl.col("p").round(decimals)) for _ in "ab")
    document = ran(ref, confirmed(cur, 7, positives=0.95, negatives=0.95))
    one = found(document, "label_selection")
    there, lacking = re.findall(r"[\d,]+(?= (?:rows with a|without one))", one.reason or "")
    assert int(there.replace(",", "")) + int(lacking.replace(",", "")) == 20_000
    assert one.value == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("metric", ["roc_auc", "accuracy", "brier_score", "log_loss"])
def test_a_collapse_is_certain_whatever_the_missing_labels_are(metric: str) -> None:
    rng = np.random.default_rng(32)
    ref, cur = binary(rng, rows=8_000), binary(rng, rows=8_000)
    flipped = cur.with_columns(y=1 - pl.col("y"))
    some = flipped.with_columns(
        y=pl.when((pl.col("p") < 0.8) | (pl.int_range(pl.len()) % 3 > 1)).then("y")
    )
    own = {"model_performance": {"metrics": [metric]}}
    document = ran(ref, some, analyses=own)
    assert found(document, "label_selection").status is Status.DETECTED
    assert found(document, "calibration_drift").status is Status.INCONCLUSIVE
    (judged,) = (r for r in document.results if r.name == metric and r.has_levels)
    assert judged.status is Status.DETECTED
    assert document.verdict == "breach"


def test_a_regression_that_collapsed_is_certain_where_few_labels_are_missing() -> None:
    rng = np.random.default_rng(33)
    ref, cur = prices(rng, 6_000), prices(rng, 6_000, rise=4.0)
    settings = {"task": "regression", "columns": {"target": "y", "prediction": "yhat"}}
    for top, status in ((12.0, Status.DETECTED), (8.0, Status.INCONCLUSIVE)):
        late = cur.with_columns(y=pl.when(pl.col("yhat") < top).then("y"))
        document = ran(ref, late, **settings)
        (judged,) = (r for r in document.results if r.name == "mae" and r.has_levels)
        assert judged.status is status


def test_the_doubt_can_be_taken_away() -> None:
    rng = np.random.default_rng(19)
    ref, cur = binary(rng, rows=8_000), binary(rng, rows=8_000)
    few = confirmed(cur, 3, positives=0.95, negatives=0.2)
    own = {"concept_drift": {"thresholds": {"label_selection": {}}}}
    document = ran(ref, few, analyses=own)
    assert found(document, "label_selection").status is Status.IRRELEVANT
    assert found(document, "calibration_drift").status is Status.DETECTED


def test_labels_of_a_regression_and_of_classes_are_looked_at_too() -> None:
    rng = np.random.default_rng(20)
    ref, cur = prices(rng, 6_000), prices(rng, 6_000)
    late = cur.with_columns(y=pl.when(pl.col("yhat") < 10.0).then("y"))
    numbers = {"task": "regression", "columns": {"target": "y", "prediction": "yhat"}}
    assert found(ran(ref, late, **numbers), "label_selection").status is Status.DETECTED
    p = rng.dirichlet((1.0, 1.0), 6_000)
    y = np.where(rng.random(6_000) < p[:, 0], "a", "b")
    frame = pl.DataFrame({"x": rng.normal(size=6_000), "y": y, "p_a": p[:, 0], "p_b": p[:, 1]})
    scores = {"a": "p_a", "b": "p_b"}
    classes = {"task": "multiclass", "columns": {"target": "y", "scores": scores}}
    some = frame.with_columns(y=pl.when(pl.col("p_a") > 0.4).then("y"))
    assert found(ran(frame, some, **classes), "label_selection").status is Status.DETECTED
