"""Performance of a window whose labels are those of chosen rows: what it is of all of them."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import expit

import mmon
from mmon import models, performance
from mmon.models.label_chance import LabelChance, label_chance
from mmon.models.rows import rows_of
from mmon.performance import PLAIN, WeightedRows
from tests.performance.without_labels import outcome_of, tables_of
from tests.statistics.sequential import Claim, broken_claims

pytestmark = [pytest.mark.models, pytest.mark.slow]

ROWS = 6_000


def frame(seed: int, rows: int = ROWS) -> pl.DataFrame:
    """Rows of a model that knows more of one region than of the other.

    ``sooner`` and ``middling`` are the chances of a label by region and by score.
    """
    rng = np.random.default_rng(seed)
    is_north = rng.random(rows) < 0.4
    x, z = rng.normal(size=rows), rng.normal(size=rows)
    odds = 1.5 * x + 0.6 * z - 0.8
    target = rng.random(rows) < expit(np.where(is_north, 1.5, 0.4) * odds)
    score = expit(odds * np.where(is_north, 1.2, 0.7))
    return pl.DataFrame(
        {
            "x": x,
            "z": z,
            "region": np.where(is_north, "north", "south"),
            "s": score,
            "y": target * 1,
            "sooner": np.where(is_north, 0.75, 0.2),
            "by_score": np.where(np.abs(score - 0.5) > 0.2, 0.8, 0.25),
        }
    )


def chosen(rows: pl.DataFrame, chance: str, seed: int = 0) -> pl.DataFrame:
    """The same, in which a row has its label with a chance."""
    has_label = np.random.default_rng([7, seed]).random(len(rows)) < rows[chance].to_numpy()
    known = pl.when(pl.Series(has_label)).then("y").alias("y")
    return rows.with_columns(known)


def features(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select("x", "z", "region", "s", "y")


REF, CUR = features(frame(1)), frame(2)


def ran(production: pl.DataFrame, reference: pl.DataFrame = REF, **options: Any) -> mmon.Report:
    body = {
        "reference": "r",
        "production": "p",
        "task": "binary",
        "columns": {"target": "y", "score": "s"},
        "analyses": {"model_performance": {"metrics": ["accuracy"]}},
        **options,
    }
    return mmon.run(body, reference=reference, production=production)


def told(report: mmon.Report, name: str, window: int = 0) -> dict[str, Any]:
    rows = report.results.filter(pl.col("name") == name, aspect="value", window=window)
    (found,) = rows.filter(pl.col("segment").is_null()).to_dicts()
    return found


def names(report: mmon.Report) -> set[str]:
    return {one for one in report.results["name"] if one.startswith("reweighted_")}


@pytest.mark.parametrize("chance", ["sooner", "by_score"])
def test_weighted_labels_tell_what_all_labels_would(chance: str) -> None:
    truth = float(((CUR["s"] >= 0.5) == (CUR["y"] == 1)).mean())
    report = ran(features(chosen(CUR, chance)))
    assert "labels may come sooner" in told(report, "label_selection")["reason"] + str(
        report.results.filter(name="accuracy")["reason"].to_list()
    )
    found, naive = told(report, "reweighted_accuracy"), told(report, "accuracy")
    assert abs(naive["value"] - truth) > 0.025
    assert abs(found["value"] - truth) < 0.5 * abs(naive["value"] - truth)
    assert found["interval"][0] <= truth <= found["interval"][1]
    assert found["reference_value"] == naive["reference_value"]
    assert (found["status"], found["gating"]) == ("irrelevant", False)
    assert found["reason"].startswith("rows with a label (")
    assert report.verdict == "inconclusive"
    words = " ".join(report.to_markdown().replace("\\", "").split())
    assert "reweighted accuracy 0.7" in words
    assert "weighted to be like those without one" in words
    assert "reweighted accuracy" in (report.to_html() or "")


def test_nothing_is_weighted_where_labels_are_of_rows_like_all() -> None:
    rows = CUR.with_columns(sooner=pl.lit(0.4))
    assert not names(ran(features(chosen(rows, "sooner"))))
    assert not names(ran(features(CUR)))


def test_a_regression_is_weighted_too() -> None:
    def side(seed: int) -> pl.DataFrame:
        rng = np.random.default_rng(seed)
        x = rng.normal(size=ROWS)
        truth = x + np.where(x > 0.5, 2.0, 0.5) * rng.normal(size=ROWS)
        return pl.DataFrame({"x": x, "p": x, "y": truth, "sooner": np.where(x > 0.5, 0.8, 0.3)})

    cur = side(2)
    truth = float((cur["p"] - cur["y"]).abs().mean())
    report = ran(
        chosen(cur, "sooner").drop("sooner"),
        side(1).drop("sooner"),
        task="regression",
        columns={"target": "y", "prediction": "p"},
        analyses={"model_performance": {"metrics": ["mae", "r2"]}},
    )
    found = told(report, "reweighted_mae")
    assert abs(told(report, "mae")["value"] - truth) > 0.15
    assert abs(found["value"] - truth) < 0.05
    assert found["interval"][0] <= truth <= found["interval"][1]
    assert names(report) == {"reweighted_mae"}


def test_several_classes_are_weighted_too() -> None:
    def side(seed: int) -> pl.DataFrame:
        rng = np.random.default_rng(seed)
        sure = rng.random(ROWS) < 0.4
        odds = rng.normal(size=(ROWS, 3)) * np.where(sure, 3.0, 0.5)[:, None]
        scores = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
        target = (rng.random((ROWS, 1)) > scores.cumsum(axis=1)).sum(axis=1).clip(0, 2)
        labels = np.array(["a", "b", "c"])
        return pl.DataFrame(
            {
                **{f"p_{label}": scores[:, place] for place, label in enumerate(labels)},
                "answer": labels[scores.argmax(axis=1)],
                "y": labels[target],
                "sooner": np.where(sure, 0.8, 0.25),
            }
        )

    cur = side(2)
    truth = float((cur["answer"] == cur["y"]).mean())
    report = ran(
        chosen(cur, "sooner").drop("sooner"),
        side(1).drop("sooner"),
        task="multiclass",
        columns={"target": "y", "prediction": "answer", "scores": {c: f"p_{c}" for c in "abc"}},
        analyses={"model_performance": {"metrics": ["accuracy", "f1", "roc_auc"]}},
    )
    assert abs(told(report, "accuracy")["value"] - truth) > 0.05
    assert abs(told(report, "reweighted_accuracy")["value"] - truth) < 0.03
    assert names(report) == {
        "reweighted_accuracy",
        "reweighted_f1_macro",
        "reweighted_roc_auc_macro",
    }


@pytest.mark.parametrize(
    ("chance", "options", "reason"),
    [
        (pl.when(pl.col("s") > 0.6).then(0.9).otherwise(0.0), {}, "no overlap: "),
        (pl.when(pl.col("s") > 0.5).then(0.02).otherwise(0.0), {}, "are too few to tell"),
        (pl.col("by_score"), {"fast": True}, "--fast fits no models"),
        (pl.col("by_score"), {"sample": 0}, "sample is 0, so no rows are kept"),
    ],
)
def test_what_cannot_be_weighted_says_why(
    chance: pl.Expr, options: dict[str, Any], reason: str
) -> None:
    rows = chosen(CUR.with_columns(sooner=chance), "sooner")
    report = ran(features(rows), **options)
    found = told(report, "reweighted_accuracy")
    assert found["value"] is None
    assert reason in found["reason"]
    assert "reweighted accuracy: " in " ".join(report.to_markdown().replace("\\", "").split())


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "lacking", lambda: models.LACKING)
    found = told(ran(features(chosen(CUR, "by_score"))), "reweighted_accuracy")
    assert (found["value"], found["reason"]) == (None, models.LACKING)


@pytest.mark.parametrize(
    "change",
    [
        {"x": pl.lit(None, pl.Float64)},
        {"x": pl.lit(1.0), "z": pl.lit("same")},
        {"x": pl.when(pl.int_range(pl.len()) % 3 > 0).then("x")},
        {"s": pl.when(pl.int_range(pl.len()) % 50 > 0).then("s")},
    ],
    ids=("a feature is gone", "features are constant", "one has holes", "scores have"),
)
def test_odd_columns_are_taken_as_they_are(change: dict[str, pl.Expr]) -> None:
    sides = (features(one).with_columns(**change) for one in (chosen(CUR, "by_score"), frame(1)))
    found = told(ran(*sides), "reweighted_accuracy")
    assert found["value"] == pytest.approx(0.7, abs=0.1)


def weighted(seed: int, chance: str) -> tuple[LabelChance, pl.DataFrame, pl.DataFrame]:
    rows = frame(seed, 20_000)
    known = chosen(rows, chance, seed)["y"].is_not_null()
    sides = [rows.filter(one).select("x", "z", "region", "s") for one in (~known, known)]
    return label_chance(rows_of(sides[0], sides[1])), rows.filter(known), rows


@pytest.mark.parametrize("chance", ["sooner", "by_score"])
def test_labelled_rows_stand_for_as_many_as_there_are(chance: str) -> None:
    found, labelled, rows = weighted(3, chance)
    assert found.weights.sum() == pytest.approx(len(rows), rel=0.01)
    assert found.unlike < 0.01
    given = np.average(found.weights, weights=labelled["region"].to_numpy() == "north")
    assert given * (labelled["region"] == "north").sum() == pytest.approx(
        (rows["region"] == "north").sum(), rel=0.05
    )


@pytest.mark.simulation
@pytest.mark.parametrize("chance", ["sooner", "by_score"])
def test_a_weighted_share_is_near_the_truth_where_the_plain_one_is_not(chance: str) -> None:
    off: list[tuple[float, float]] = []
    seeds, accuracy = iter(range(100, 1_000_000)), performance.load("accuracy")

    def draw(_: Any) -> dict[str, float]:
        found, labelled, rows = weighted(next(seeds), chance)
        known, every = ((one["s"].to_numpy(), one["y"].to_numpy()) for one in (labelled, rows))
        like, truth = tables_of(*known), accuracy.by_variant(tables_of(*every))[PLAIN].value
        plain = accuracy.by_variant(like)[PLAIN].value
        part = WeightedRows(outcome_of(*known), found.weights, found.effective)
        one = performance.reweighted(accuracy, part, like)[PLAIN]
        assert truth is not None
        assert plain is not None
        assert one.value is not None
        assert one.interval is not None
        off.append((abs(plain - truth), abs(one.value - truth)))
        is_held = one.interval[0] <= truth <= one.interval[1]
        return {"near": float(off[-1][1] <= 0.01), "held": float(is_held)}

    claims = {"near": (Claim(0.85, 0.65),), "held": (Claim(0.92, 0.8),)}
    assert not broken_claims(claims, draw, most=30)
    plain, near = np.mean(off, axis=0)
    sys.stdout.write(f"off by {plain:.4f}, weighted by {near:.4f}\n")
    assert plain > 0.03
    assert near <= 0.005
