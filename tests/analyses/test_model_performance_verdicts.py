"""Runs end in the verdict that the change of the model deserves, and no more often by chance."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import numpy as np
import polars as pl
import pytest

from mmon import performance
from mmon.analyses.model_performance import DROP
from mmon.analyses.model_performance.changes import MetricChange
from mmon.comparison.pipeline import run
from mmon.comparison.sides import Inputs
from mmon.config.sections import Config
from mmon.errors import ConfigError
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.results import Document, Status, Verdict
from mmon.sources import Data
from mmon.verdict import judge
from mmon.verdict.finding import Finding, Rule, expanded
from tests.quantities import named
from tests.statistics.sequential import Claim, Draw, broken_claims


def outcomes(rows: int, seed: int, *, noise: float = 0.0) -> pl.DataFrame:
    """Labels, scores that are calibrated but for noise, and nothing else."""
    rng = np.random.default_rng(seed)
    chance = rng.beta(0.7, 0.7, rows)
    target = rng.random(rows) < chance
    shuffled = np.where(rng.random(rows) < noise, rng.random(rows), chance)
    return pl.DataFrame({"y": target * 1, "p": shuffled, "x": rng.normal(size=rows)})


def document(ref: pl.DataFrame, cur: pl.DataFrame, settings: dict[str, Any]) -> Document:
    body = {
        "reference": "r",
        "production": "p",
        "task": "binary",
        "columns": {"target": "y", "score": "p"},
        "analyses": {
            "concept_drift": None,
            "data_drift": None,
            "data_quality": None,
            "model_performance": settings,
        },
    }
    inputs = Inputs(Data(ref.lazy(), "r"), Data(cur.lazy(), "p"))
    return run(Config.model_validate(body), inputs)


@pytest.mark.parametrize(
    ("labels", "asks", "verdict", "says"),
    [
        (0, {}, Verdict.PASS, "performance waits for labels: 0 of 3,000"),
        (1, {}, Verdict.PASS, "performance waits for labels: 1 of 3,000"),
        (20, {}, Verdict.PASS, "performance waits for labels: 20 of 3,000"),
        (3_000, {}, Verdict.PASS, "roc_auc held"),
        (0, {"model_performance": {}}, Verdict.INCONCLUSIVE, "no row has a target"),
        (20, {"model_performance": {}}, Verdict.INCONCLUSIVE, "too few labels: 20 of 3,000"),
    ],
)
@pytest.mark.parametrize("task", [None, "binary"])
def test_a_run_waits_for_labels_unless_performance_was_asked_for(
    labels: int, asks: dict[str, Any], verdict: Verdict, says: str, task: str | None
) -> None:
    cur = outcomes(3_000, seed=2).with_columns(y=pl.when(pl.int_range(pl.len()) < labels).then("y"))
    found = late(outcomes(3_000, seed=1), cur, asks, task)
    assert (found.verdict, says in found.sentence) == (verdict, True), found.sentence


def test_most_labels_are_no_labels_to_wait_for() -> None:
    ref = outcomes(3_000, seed=1)
    for labels, verdict in ((149, Verdict.PASS), (150, Verdict.INCONCLUSIVE)):
        few = outcomes(300, seed=2).with_columns(
            y=pl.when(pl.int_range(pl.len()) < labels).then("y")
        )
        assert late(ref, few, {"data_drift": None}, None).verdict is verdict


def test_labels_that_cannot_be_read_are_not_waited_for() -> None:
    ref, cur = (
        outcomes(3_000, seed).with_columns(y=pl.when(pl.col("y") == 1).then(a).otherwise(b))
        for seed, a, b in ((1, pl.lit("yes"), pl.lit("no")), (2, pl.lit("YES"), pl.lit("NO")))
    )
    found = late(ref, cur, {}, "binary")
    assert found.verdict is Verdict.BREACH
    assert "waits for labels" not in found.sentence
    own = {"data_drift": None, "data_quality": None, "concept_drift": None}
    alone = late(ref, cur, own, "binary")
    assert alone.verdict is Verdict.INCONCLUSIVE
    assert "a target that is neither 'yes' nor 'no'" in alone.sentence


def test_a_reference_without_labels_does_not_tell_the_positive_class() -> None:
    ref = outcomes(3_000, seed=1).with_columns(y=pl.lit(None, pl.Int64))
    with pytest.raises(ConfigError, match="'y' has no label in the reference"):
        late(ref, outcomes(3_000, seed=2), {}, "binary")


def test_few_labels_can_show_that_a_model_got_worse() -> None:
    cur = outcomes(3_000, seed=2, noise=1.0).with_columns(
        y=pl.when(pl.int_range(pl.len()) < 600).then("y")
    )
    found = late(outcomes(3_000, seed=1), cur, {}, None)
    assert found.verdict is Verdict.BREACH
    assert "roc_auc fell" in found.sentence
    assert "as 20% of the rows say, which have labels" in found.sentence


def test_the_newest_window_can_wait_for_labels_while_others_are_told() -> None:
    ref = outcomes(3_000, seed=1)
    is_late = pl.int_range(pl.len()) >= 2_100
    cur = outcomes(3_000, seed=2).with_columns(y=pl.when(~is_late).then("y"))
    found = late(ref, cur, {}, "binary", windows={"rows": 1_000})
    assert "performance of the newest window waits for labels: 100 of 1,000" in found.sentence
    assert "roc_auc" in found.sentence


def late(
    ref: pl.DataFrame, cur: pl.DataFrame, analyses: dict[str, Any], task: str | None, **more: Any
) -> Document:
    body = {
        "reference": "r",
        "production": "p",
        "task": task,
        "columns": {"target": "y", "score": "p"},
        "analyses": analyses,
        **more,
    }
    inputs = Inputs(Data(ref.lazy(), "r"), Data(cur.lazy(), "p"))
    return run(Config.model_validate(body), inputs)


@pytest.mark.parametrize("nothing", [None, float("nan")])
def test_answers_that_are_missing_leave_performance_open(nothing: float | None) -> None:
    whole, tenth = outcomes(4_000, seed=1), pl.int_range(pl.len()) % 10 == 0
    fewer = whole.with_columns(p=pl.when(tenth).then(pl.lit(nothing)).otherwise("p"))
    found = document(whole, fewer, {})
    assert (found.verdict, found.exit_status) == (Verdict.INCONCLUSIVE, 4)
    told = "400 of 4,000 labelled rows have no score: too many to leave out"
    assert found.sentence == f"undefined in production: {told}"
    # Where the model never answers so many it is judged by those it answers.
    assert document(fewer, fewer, {}).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("noise", "settings", "verdict", "status", "says"),
    [
        ((0.0, 0.0), {}, Verdict.PASS, 0, r"roc_auc .*\(0\.8\d+ → 0\.8\d+\)"),
        ((0.0, 0.5), {}, Verdict.BREACH, 1, r"roc_auc fell 0\.8\d+ → 0\.[67]\d+"),
        ((0.5, 0.0), {}, Verdict.PASS, 0, r"roc_auc .*\(0\.[67]\d+ → 0\.8\d+\)"),
        ((0.0, 0.5), {"gate": "none"}, Verdict.PASS, 0, r""),
        ((0.0, 0.5), {"metrics": ["brier_score"]}, Verdict.BREACH, 1, r"brier_score rose 0\."),
        ((0.5, 0.0), {"metrics": ["log_loss", "f1"]}, Verdict.PASS, 0, r"performance metrics"),
        (
            (0.0, 0.0),
            {"thresholds": {"recall": {"min": {"detected": 0.99}}}},
            Verdict.BREACH,
            1,
            r"recall 0\.\d+ \(limit 0\.99\)",
        ),
    ],
)
def test_the_verdict_and_its_sentence_follow(
    noise: tuple[float, float],
    settings: dict[str, Any],
    verdict: Verdict,
    status: int,
    says: str,
) -> None:
    ref, cur = (outcomes(4_000, seed, noise=one) for seed, one in enumerate(noise))
    found = document(ref, cur, settings)
    assert (found.verdict, int(found.exit_status)) == (verdict, status)
    assert re.search(says, found.sentence), found.sentence


def test_the_usual_levels_are_told() -> None:
    found = document(outcomes(4_000, 1), outcomes(4_000, 2), {})
    (drop,) = [one for one in found.results if one.aspect == "drop"]
    assert (drop.name, drop.potential, drop.detected) == ("roc_auc", 0.02, 0.05)
    own = document(outcomes(4_000, 1), outcomes(4_000, 2), {"metrics": ["log_loss", "f1"]})
    drops = {one.name: one for one in own.results if one.aspect == "drop"}
    assert {name: (one.relative, one.potential, one.detected) for name, one in drops.items()} == {
        "log_loss": (True, 0.1, 0.2),
        "f1": (False, 0.02, 0.05),
    }


def gate(rows: int, rare: float, seed: int) -> Draw:
    """Whether a run without any change is significant, and whether it raises an alarm."""
    rng, one = np.random.default_rng(seed), performance.metric_class("roc_auc")()

    def draw(_: Collection[str]) -> dict[str, bool]:
        sides = []
        for _side in range(2):
            target = rng.random(rows) < rare
            score = rng.normal(target * 1.5, 1.0)
            scores = 1.0 / (1.0 + np.exp(-score))
            tables = ClassificationTables.of_rows(target * 1, (scores > 0.5) * 1, scores)
            sides.append(one.estimates(tables)["roc_auc"])
        ref, cur = sides
        change = MetricChange(metric=one, name="roc_auc", ref=ref, cur=cur, rows=cur.rows)
        value = Finding(named("roc_auc"), cur.value, evidence=change)
        _, found = judge(expanded(value, [DROP]), Rule())
        return {
            "significant": (found.p_value or 0.0) <= 0.05,
            "alarm": found.status in (Status.POTENTIAL_DETECTION, Status.DETECTED),
        }

    return draw


def test_a_model_that_did_not_change_seldom_raises_an_alarm() -> None:
    # Better is no alarm: half of what is significant.
    claims = {"significant": [Claim(0.05, 0.1)], "alarm": [Claim(0.03, 0.07)]}
    assert not broken_claims(claims, gate(500, 0.3, seed=5))


@pytest.mark.simulation
@pytest.mark.parametrize(("rows", "rare"), [(300, 0.5), (1_000, 0.5), (1_000, 0.1), (5_000, 0.05)])
def test_the_size_of_the_default_gate(rows: int, rare: float) -> None:
    claims = {
        "significant": [Claim(0.035, 0.028), Claim(0.055, 0.063)],
        "alarm": [Claim(0.03, 0.036)],
    }
    assert not broken_claims(claims, gate(rows, rare, seed=rows))
