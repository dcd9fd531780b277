"""The cost of a changed relation and where it changed: results, reasons, and what reports say."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest

import mmon
from mmon import models
from mmon.analyses.concept_drift import label_selection
from mmon.outline import units
from mmon.outline.phrases import phrase
from mmon.outline.why import why
from mmon.reports import html, markdown, terminal
from mmon.reports import json as as_json
from mmon.results import Document, Result, Status
from tests.models.relations import loans

pytestmark = [pytest.mark.models, pytest.mark.slow]

ROWS = 1_500
PARTS = "change_from_inputs", "change_from_concept", "change_from_unseen"
COSTS = Status.DETECTED, Status.POTENTIAL_DETECTION


def side(seed: int, planted: float, rows: int = ROWS) -> pl.DataFrame:
    """Loans that a model thinks are paid back, all of them."""
    frame, target = loans(np.random.default_rng(seed), rows, planted=planted)
    return frame.with_columns(defaulted=target.astype(np.int64), answer=pl.lit(0))


REF, CUR = side(1, 0.0), side(2, 0.9)


def ran(ref: pl.DataFrame, cur: pl.DataFrame, **settings: Any) -> Document:
    body = {
        "reference": "ref",
        "production": "cur",
        "task": "binary",
        "columns": {"target": "defaulted", "prediction": "answer"},
        **settings,
    }
    return mmon.run(body, reference=ref, production=cur).document


def cost(document: Document) -> Result:
    (only,) = (one for one in document.results if one.name == "concept_shift")
    return only


def places(document: Document) -> list[Result]:
    return [one for one in document.results if one.name == "changed_where"]


@pytest.fixture(scope="module")
def document() -> Document:
    return ran(REF, CUR)


def test_a_changed_relation_is_detected_and_costs_what_it_does(document: Document) -> None:
    found = cost(document)
    assert (found.status, found.gating) == (Status.DETECTED, True)
    # A tenth of the rows, of which 0.97 and no 0.07 default.
    assert found.value == pytest.approx(0.09, abs=0.03)
    assert (found.potential, found.detected) == (0.02, 0.05)
    assert found.reason == "share of wrong answers, by learners of 1,500 and 1,500 labelled rows"
    points = units.value_word(found).removeprefix("+")
    assert f"now mean something else, which costs {points} of accuracy" in document.sentence
    assert points.endswith(" points")


def test_the_rule_stands_beside_the_parts_in_every_report(document: Document) -> None:
    (first, *_) = places(document)
    assert first.segment is not None
    assert first.segment.startswith("region = north and income < 3")
    assert (first.status, first.gating) == (Status.IRRELEVANT, False)
    assert first.reference_value == pytest.approx(0.07, abs=0.1)
    assert first.value == pytest.approx(0.9, abs=0.1)
    reasons = why(document)
    assert reasons is not None
    (told, *_) = reasons.where
    assert told.startswith(f"the same inputs now mean something else where {first.segment}: ")
    assert "defaulted rate 0." in told
    assert f"now mean something else where {first.segment}" in reasons.lead
    plain = told.replace("<", "&lt;")
    assert plain[1:] in html.render(document)
    assert plain in markdown.render(document)
    assert told[:40] in terminal.render(document, width=200)
    stored = json.loads(as_json.render(document))["results"]
    assert first.segment in {one["segment"] for one in stored if one["name"] == "changed_where"}


def test_a_rule_is_no_configured_segment() -> None:
    document = ran(REF, CUR, segments=["region"])
    assert places(document)
    page = html.render(document)
    assert page.count("changed where") <= 1
    assert "region = north and income" not in terminal.render(document).split("segment ")[-1][:200]


def test_nothing_changed_is_told_as_that() -> None:
    document = ran(REF, side(3, 0.0))
    assert cost(document).status is Status.NO_DETECTION
    assert not places(document)


def test_no_place_is_told_where_nothing_is_to_be_explained() -> None:
    rng = np.random.default_rng(10)

    def turned(risks: tuple[float, float]) -> pl.DataFrame:
        x = rng.integers(0, 2, ROWS)
        target = (rng.random(ROWS) < np.array(risks)[x]) * 1
        return pl.DataFrame({"x": np.array(list("ab"))[x], "defaulted": target, "answer": 0})

    # As many wrong answers as before, and the best answer is still no.
    document = ran(turned((0.1, 0.4)), turned((0.4, 0.1)))
    assert cost(document).value == pytest.approx(0.0, abs=0.01)
    assert "nothing to explain" in " ".join(one.reason or "" for one in document.results)
    assert not places(document)


def test_levels_are_those_of_a_drop_or_its_own() -> None:
    of_drop = {"model_performance": {"max_drop": {"detected": 0.3}}}
    assert cost(ran(REF, CUR, analyses=of_drop)).status is Status.NO_DETECTION
    own = {"concept_drift": {"thresholds": {"concept_shift": {"potential": 0.01}}}}
    assert cost(ran(REF, CUR, analyses=own)).status is Status.POTENTIAL_DETECTION
    none = {"concept_drift": {"thresholds": {"concept_shift": {}}}}
    found = cost(ran(REF, CUR, analyses=none))
    assert (found.status, found.gating) == (Status.IRRELEVANT, False)


def test_a_regression_is_told_in_shares_of_its_mean_absolute_error() -> None:
    rng = np.random.default_rng(4)

    def priced(by: float) -> pl.DataFrame:
        x, name = rng.normal(size=1_000), np.array(["petrol", "diesel"])[rng.integers(0, 2, 1_000)]
        price = 50.0 + x + by * (name == "diesel") + rng.normal(size=1_000)
        return pl.DataFrame({"x": x, "fuel": name, "defaulted": price, "answer": 50.0 + x})

    document = ran(priced(0.0), priced(5.0), task="regression")
    found = cost(document)
    assert (found.relative, found.status) == (True, Status.DETECTED)
    assert (found.potential, found.detected) == (0.1, 0.2)
    assert places(document)[0].segment == "fuel = diesel"
    share = units.value_word(found).removeprefix("+")
    assert f"which costs {share} of its mae" in phrase(found, ())
    assert share.endswith("%")
    assert "{} of its mae" in as_json.render(document)
    assert "mean defaulted 50.0 → 5" in (places(document)[0].reason or "")


def test_a_metric_that_is_a_mean_over_rows_is_what_it_is_told_in() -> None:
    ref, cur = (one.with_columns(score=pl.lit(0.07) + 0.0 * pl.col("income")) for one in (REF, CUR))
    found = cost(
        ran(
            ref,
            cur,
            columns={"target": "defaulted", "score": "score"},
            analyses={"model_performance": {"metrics": ["roc_auc", "brier_score"]}},
        )
    )
    assert (found.relative, found.potential, found.detected) == (True, 0.1, 0.2)
    assert (found.reason or "").startswith("Brier score, by learners of ")
    # A tenth of the rows, by 0.9 squared, of what the reference has.
    assert found.value == pytest.approx(0.1 * 0.81 / (0.07 * 0.93), rel=0.35)


@pytest.mark.parametrize(
    ("change", "settings", "reason"),
    [
        ({}, {"fast": True}, "--fast fits no models"),
        ({}, {"sample": 0}, "sample is 0"),
        ({"defaulted": None}, {}, "one side has no rows with a label that can be used"),
        ({"defaulted": 0}, {"both": True}, "all labelled rows have the same outcome"),
        ({"income": -1.0, "region": "new"}, {}, "no overlap"),
    ],
)
def test_what_cannot_be_told_is_irrelevant_with_a_reason(change, settings, reason) -> None:
    both = settings.pop("both", False)
    ref, cur = (
        one.with_columns(
            **{name: pl.lit(value, dtype=one.schema[name]) for name, value in change.items()}
        )
        for one in (REF, CUR)
    )
    document = ran(ref if both else REF, cur, **settings)
    found = cost(document)
    assert (found.status, found.value) == (Status.IRRELEVANT, None)
    assert reason in (found.reason or "")
    assert f"concept shift is not told: {reason}" in terminal.render(document, width=200)


def test_a_relation_without_features_is_told_as_that() -> None:
    columns = ["defaulted", "answer"]
    found = cost(ran(REF.select(columns), CUR.select(columns)))
    assert (found.status, found.reason) == (
        Status.IRRELEVANT,
        "no feature is in both sides' rows",
    )


def test_without_scikit_learn_the_reason_is_the_install_line(monkeypatch) -> None:
    monkeypatch.setattr(models, "lacking", lambda: models.LACKING)
    found = cost(ran(REF, CUR))
    assert (found.status, found.value) == (Status.IRRELEVANT, None)
    assert "pip install 'mmon[ml]'" in (found.reason or "")


def test_few_rows_say_how_many_it_takes() -> None:
    found = cost(ran(REF, CUR.head(150)))
    assert found.status is Status.IRRELEVANT
    assert found.reason == "150 labelled rows of production: it takes 200"


@pytest.mark.parametrize("features", [0, 1, 500])
def test_any_number_of_features(features: int) -> None:
    rng = np.random.default_rng(5)
    more = {f"n{place}": rng.normal(size=250) for place in range(features)}
    sides = [one.head(250)[["defaulted", "answer"]].with_columns(**more) for one in (REF, CUR)]
    found = cost(ran(*sides))
    assert (found.value is not None) == (features > 0)


def test_labels_that_may_be_chosen_leave_it_open() -> None:
    rng = np.random.default_rng(6)
    ref, cur = (
        one.with_columns(
            score=pl.Series(np.clip(0.3 * one["defaulted"] + rng.random(ROWS) / 2, 0, 1))
        )
        for one in (REF, side(7, 0.0))
    )
    is_late = (cur["score"] > 0.35) & pl.Series(rng.random(ROWS) < 0.9)
    cur = cur.with_columns(defaulted=pl.when(is_late).then(None).otherwise(pl.col("defaulted")))
    columns = {"target": "defaulted", "score": "score"}
    document = ran(ref, cur, columns=columns)
    assert cost(document).status is Status.INCONCLUSIVE
    assert not places(document)
    (total,) = (one for one in document.results if one.name in ("change_total", *PARTS))
    assert total.value is None
    assert "labels may come sooner" in (total.reason or "")
    reasons = why(document)
    assert reasons is not None
    assert (reasons.lead, reasons.parts) == ("", ())
    assert "labels may come sooner" in reasons.notes[0]


def test_a_part_that_decides_is_inconclusive_where_labels_may_be_chosen() -> None:
    levels = {"concept_drift": {"thresholds": {"change_from_concept": {"detected": 0.02}}}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(label_selection, "doubt", lambda context: "labels are chosen")
        document = ran(REF, CUR, analyses=levels)
    (part,) = (one for one in document.results if one.name == "change_from_concept")
    assert (part.status, part.value, part.reason) == (
        Status.INCONCLUSIVE,
        None,
        "labels are chosen",
    )


def test_several_classes_that_one_side_lacks_keep_their_names() -> None:
    rng = np.random.default_rng(8)

    def kinds(names: list[str], rows: int = 600) -> pl.DataFrame:
        x = rng.integers(0, len(names), rows)
        return pl.DataFrame(
            {"x": np.array(names)[x], "defaulted": np.array(names)[x], "answer": np.array(names)[x]}
        )

    document = ran(kinds(["b", "c", "d"]), kinds(["a", "b", "c"]), task="multiclass")
    found = cost(document)
    assert found.value == pytest.approx(0.0, abs=0.01)
    assert found.status not in COSTS
