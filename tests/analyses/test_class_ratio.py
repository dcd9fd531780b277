"""Of which columns the ratio of a rare class decides, and with which levels."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.errors import ConfigError

RNG = np.random.default_rng(5)


def table(rows: int, share: float) -> pl.DataFrame:
    bad = np.arange(rows) < share * rows
    return pl.DataFrame(
        {
            "x": RNG.normal(size=rows),
            "text": np.where(bad, "bad", "good"),
            "number": bad.astype(np.int64),
            "truth": bad,
            "score": np.where(bad, 0.6, 0.1) + RNG.uniform(0, 0.3, rows),
        }
    )


REF, CUR = table(6_000, 0.05), table(4_000, 0.1)


def ratios(**arguments) -> dict[str, dict]:
    report = mmon.compare(REF, CUR, **arguments)
    return {row["column"]: row for row in report.results.filter(name="class_ratio").to_dicts()}


@pytest.mark.parametrize("column", ["text", "number", "truth"])
def test_a_target_of_any_type_is_judged_by_its_classes(column):
    found = ratios(target=column)
    assert set(found) == {column}
    assert found[column]["status"] == "potential_detection"
    assert found[column]["value"] == pytest.approx(2.0, rel=0.01)
    assert found[column]["reason"].endswith(": 5.00% → 10.00%")


def test_a_score_is_judged_where_no_prediction_is():
    with_score = {"task": "binary", "target": "number", "score": "score"}
    assert {"number", "score"} == set(ratios(**with_score))
    assert {"number", "truth"} == set(ratios(**with_score, prediction="truth"))


def test_features_and_targets_of_a_regression_have_no_classes():
    assert not ratios()
    assert not ratios(task="regression", target="number", prediction="x")


@pytest.mark.parametrize(
    ("thresholds", "status"),
    [
        ({"class_ratio": {"detected": 1.2}}, "detected"),
        ({"class_ratio": {}}, "irrelevant"),
        ({"total_variation": {}, "ks": 0.2}, "irrelevant"),
        ({"total_variation": 0.4}, "potential_detection"),
    ],
    ids=["own levels", "taken out", "another metric decides", "other levels"],
)
def test_it_decides_where_total_variation_does_or_it_has_levels(thresholds, status):
    assert ratios(target="text", thresholds=thresholds)["text"]["status"] == status


def test_levels_of_a_column_without_classes_are_refused():
    levels = {"x": {"class_ratio": {"detected": 2.0}}}
    with pytest.raises(ConfigError, match="class_ratio: it is no target"):
        mmon.compare(REF, CUR, by_column=levels)
