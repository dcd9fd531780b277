"""A tree on streams whose concept changes at known rows: when it got worse, and why, is told."""

from __future__ import annotations

import polars as pl
import pytest
from sklearn.tree import DecisionTreeClassifier

import mmon
from tests.conftest import DATA

pytestmark = pytest.mark.data

FITTED, FIRST, WINDOW = 5_000, 8_000, 1_000
CHANGES = (10_000, 20_000, 30_000)


def _answered(name: str) -> pl.DataFrame:
    """A stream with the answers of a tree that learnt its first rows."""
    stream = pl.read_parquet(DATA / "concept_streams" / f"{name}.parquet")
    features, truth = stream.drop("class"), stream["class"].cast(pl.Int64)
    tree = DecisionTreeClassifier(max_depth=8, random_state=1)
    tree.fit(features[:FITTED].to_numpy(), truth[:FITTED].to_numpy())
    answer = pl.Series(tree.predict(features.to_numpy()))
    return features.with_columns(truth=truth, answer=answer)


@pytest.mark.parametrize("name", ["sine_0123_abrupto", "stagger_0120_abrupto"])
def test_the_changes_of_the_concept_are_dated(name: str) -> None:
    rows = _answered(name)
    report = mmon.compare(
        # Rows that the tree was not fitted on.
        rows[FITTED:FIRST],
        rows[FIRST:],
        task="binary",
        target="truth",
        prediction="answer",
        windows={"rows": WINDOW},
    )
    steps = report.results.filter(aspect="step").to_dicts()
    assert report.verdict == "breach"
    for change in CHANGES:
        near = [
            one
            for one in steps
            if abs(FIRST + _row(one["reason"]) - change) <= WINDOW and abs(one["value"]) > 0.05
        ]
        assert len(near) == 1, (change, steps)
        # The window that begins with it, or the one before.
        assert abs(FIRST + WINDOW * near[0]["window"] - change) <= WINDOW
    # What else is named is small.
    assert sum(abs(one["value"]) > 0.05 for one in steps) == len(CHANGES)


def _row(reason: str) -> int:
    """The row of production that "at row 2,000 ± 10" is about."""
    return int(reason.removeprefix("at row ").split(" ± ")[0].replace(",", ""))


# After the last change the concept of stagger is the first one again. Its features change with the
# concept, as its classes are balanced.
@pytest.mark.models
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["sine_0123_abrupto", "stagger_0120_abrupto"])
def test_the_changes_are_of_the_concept(name: str, change: int) -> None:
    rows = _answered(name)
    report = mmon.compare(
        rows[change - 3 * WINDOW : change],
        rows[change : change + WINDOW],
        task="binary",
        target="truth",
        prediction="answer",
    )
    found = {one["name"]: one for one in report.results.to_dicts() if one["column"] is None}
    assert found["concept_shift"]["status"] == "detected"
    assert "concept drift" in report.document.sentence
    if name.startswith("sine"):
        assert "concept drift, not data drift" in report.document.sentence
    total, concept = found["change_total"]["value"], found["change_from_concept"]["value"]
    assert concept / total >= 0.9
    relations = [one for one in report.results.to_dicts() if one["name"] == "relation_drift"]
    assert sum(one["status"] == "detected" for one in relations) >= len(relations) - 1
    assert any(one["name"] == "changed_where" for one in report.results.to_dicts())
