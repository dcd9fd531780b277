"""A tree on streams whose concept changes at known rows: when it got worse is what is told."""

from __future__ import annotations

import polars as pl
import pytest
from sklearn.tree import DecisionTreeClassifier

import mmon
from tests.conftest import DATA

pytestmark = pytest.mark.data

FITTED, FIRST, WINDOW = 5_000, 8_000, 1_000
CHANGES = (10_000, 20_000, 30_000)


@pytest.mark.parametrize("name", ["sine_0123_abrupto", "stagger_0120_abrupto"])
def test_the_changes_of_the_concept_are_dated(name: str) -> None:
    stream = pl.read_parquet(DATA / "concept_streams" / f"{name}.parquet")
    features, truth = stream.drop("class"), stream["class"].cast(pl.Int64)
    tree = DecisionTreeClassifier(max_depth=8, random_state=1)
    tree.fit(features[:FITTED].to_numpy(), truth[:FITTED].to_numpy())
    answer = pl.Series(tree.predict(features.to_numpy()))
    rows = features.with_columns(truth=truth, answer=answer)
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
