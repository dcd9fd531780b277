"""Concept drift: what moved besides the features, and what means another outcome than before."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
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
