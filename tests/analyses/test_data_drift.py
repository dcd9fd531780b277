"""Which results data drift makes, which of them decide, and what it says of the whole dataset."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

import mmon
from mmon import config_file, metrics
from mmon.comparison import pipeline, sides
from mmon.sources import Data

N = 1_000
START = dt.datetime(2024, 1, 1)


def table(seed: int, *, shift: float = 0.0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "moved": rng.normal(shift, 1, N),
            "still": rng.normal(size=N),
            "code": rng.choice(["a", "b", "c"], N),
            "signed_up": [START + dt.timedelta(days=float(d)) for d in rng.uniform(0, 99, N)],
        }
    )


REF, CUR = table(0), table(1, shift=2.0)


def compared(segments: list[str] | None = None, **drift) -> mmon.Report:
    body = {"reference": "-", "production": "x", "segments": segments}
    body["analyses"] = {"data_drift": drift, "data_quality": None}
    config = config_file.validate(body)
    inputs = sides.Inputs(Data(REF.lazy(), "ref"), Data(CUR.lazy(), "cur"))
    return mmon.Report(pipeline.run(config, inputs))


def rows(report: mmon.Report, **where) -> list[dict]:
    return report.results.filter(pl.col("application") == "data-drift").filter(**where).to_dicts()


def test_every_metric_is_computed_for_every_column_of_its_kinds():
    found = {(row["name"], row["column"]) for row in rows(compared()) if row["column"]}
    kinds = {"moved": "numeric", "still": "numeric", "code": "categorical", "signed_up": "datetime"}
    expected = {
        (name, column)
        for name in metrics.names()
        for column, kind in kinds.items()
        if kind in metrics.metric_class(name).kinds
    }
    assert found == expected


def test_total_variation_decides_for_numbers_and_categories():
    gating = {(row["name"], row["column"]) for row in rows(compared(), gating=True)}
    assert gating == {("total_variation", column) for column in ("moved", "still", "code")}


@pytest.mark.parametrize(
    ("drift", "expected"),
    [
        ({}, {("total_variation", "moved"), ("total_variation", "still")}),
        (
            {"thresholds": {"total_variation": {}, "psi": {"detected": 0.2}}},
            {("psi", "moved"), ("psi", "still")},
        ),
        ({"metrics": ["psi"]}, {("psi", "moved"), ("psi", "still"), ("psi", "signed_up")}),
    ],
    ids=["by default", "by thresholds", "as named"],
)
def test_of_segments_only_what_decides_or_is_named_is_computed(drift, expected):
    every = rows(compared(["code"], **drift))
    of_segments = [row for row in every if row["segment"] and row["column"]]
    found = {(row["name"], row["column"]) for row in of_segments if row["column"] != "code"}
    assert found == expected
    assert len({row["segment"] for row in every if row["segment"]}) == 3


def test_p_values_are_of_what_decides_unless_all_are_wanted():
    with_p = {row["name"] for row in rows(compared()) if row["p_value"] is not None}
    assert with_p == {"total_variation"}
    every = rows(compared(p_values="all"))
    assert all(row["p_value"] is not None for row in every if row["column"])


def test_a_metric_with_thresholds_decides_on_numbers_and_categories_but_not_on_dates():
    report = compared(metrics=["psi"], thresholds={"psi": {"detected": 0.25}})
    gating = {row["column"]: row["status"] for row in rows(report, gating=True)}
    assert gating == {"moved": "detected", "still": "no_detection", "code": "no_detection"}


def test_empty_thresholds_take_a_metric_out():
    report = compared(thresholds={"total_variation": {}, "ks": {"detected": 0.2}})
    assert {row["name"] for row in rows(report, gating=True)} == {"ks"}
    assert report.verdict == "breach"


def test_options_reach_the_metric():
    coarse, fine = (
        rows(compared(metrics=["psi"], options={"psi": {"bins": bins}}), column="moved")[0]["value"]
        for bins in (2, 50)
    )
    assert coarse < fine


@pytest.mark.parametrize(
    ("drift", "value", "verdict"),
    [
        ({"gate": "share", "share": 0.5}, 1 / 3, "pass"),
        ({"gate": "share", "share": 0.3}, 1 / 3, "breach"),
        ({"gate": "share", "share": 0.5, "importance": {"moved": 3, "code": 1}}, 0.75, "breach"),
        ({"gate": "none"}, 1 / 3, "pass"),
    ],
)
def test_the_share_of_drifted_columns_can_decide(drift, value, verdict):
    report = compared(**drift)
    (row,) = rows(report, name="share_drifted")
    assert row["value"] == pytest.approx(value)
    assert report.verdict == verdict


def test_general_drift_of_the_dataset_is_the_mean_over_its_columns():
    report = compared()
    every = rows(report, name="general_drift")
    (whole,) = (row for row in every if row["column"] is None)
    assert whole["value"] == pytest.approx(np.mean([r["value"] for r in every if r["column"]]))
    assert (whole["potential"], whole["detected"], whole["gating"]) == (0.5, 0.7, False)


def test_the_mean_general_drift_is_marked_only_where_a_column_surely_changed():
    for production, status in ((table(2).head(1), "irrelevant"), (CUR, "no_detection")):
        report = mmon.compare(REF, production)
        (mean,) = (r for r in rows(report, name="general_drift") if r["column"] is None)
        assert mean["status"] == status


def test_metrics_that_fit_no_column_are_inconclusive():
    report = mmon.compare(REF.select("code"), CUR.select("code"), metrics=["ks"])
    assert report.verdict == "inconclusive"
    assert "no column could be tested" in report.document.sentence


def test_a_share_of_columns_of_which_none_is_conclusive_is_not_conclusive():
    body = {"reference": "-", "production": "x", "analyses": {"data_drift": {"gate": "share"}}}
    inputs = sides.Inputs(Data(REF.lazy(), "ref"), Data(table(2).head(3).lazy(), "cur"))
    report = mmon.Report(pipeline.run(config_file.validate(body), inputs))
    (row,) = rows(report, name="share_drifted")
    assert row["status"] == "inconclusive"
    assert "production rows" in row["reason"]
    assert report.verdict == "inconclusive"


def test_one_equal_row_on_each_side_is_no_proof():
    one = pl.DataFrame({"x": [1.0], "c": ["a"]})
    assert mmon.compare(one, one).verdict == "inconclusive"
    many = pl.DataFrame({"x": [1.0] * 200, "c": ["a"] * 200})
    assert mmon.compare(many, many).verdict == "pass"


def test_no_metric_with_thresholds_is_said_to_be_that():
    report = mmon.compare(REF, table(2), metrics=["psi"])
    assert report.verdict == "inconclusive"
    assert report.document.sentence == "no metric that decides was computed: give one thresholds"


def test_the_mean_general_drift_of_a_few_rows_is_no_breach():
    levels = {"general_drift": {"detected": 0.3}, "total_variation": {}}
    few = mmon.compare(REF, table(2).head(3), thresholds=levels)
    (mean,) = few.results.filter(pl.col("column").is_null()).filter(name="general_drift").to_dicts()
    assert mean["status"] == "inconclusive"
    assert few.verdict == "inconclusive"
    many = mmon.compare(REF, REF.with_columns(moved=pl.col("moved") + 9), thresholds=levels)
    (mean,) = many.results.filter(pl.col("column").is_null(), name="general_drift").to_dicts()
    assert mean["p_value"] < 1e-9
