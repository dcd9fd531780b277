"""Each data-quality check finds what was planted, and nothing in data that did not change."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import mmon
from mmon.results import Status

N = 2_000


def reference() -> pl.DataFrame:
    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "income": rng.lognormal(10, 1, N),
            "age": rng.integers(18, 80, N),
            "city": rng.choice(["Wien", "Graz", "Linz"], N),
            "flag": rng.random(N) < 0.3,
        }
    )


def results(production: pl.DataFrame, **options) -> dict[tuple[str, str | None], dict]:
    frame = mmon.compare(reference(), production, **options).results
    rows = frame.filter(pl.col("application") == "data-quality").to_dicts()
    return {(row["name"], row["column"]): row for row in rows}


def test_data_that_did_not_change_raises_nothing():
    found = results(reference().sample(fraction=1.0, shuffle=True, seed=1))
    assert {row["status"] for row in found.values()} == {Status.NO_DETECTION}


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.0, "no_detection"),
        (0.005, "no_detection"),
        (0.03, "potential_detection"),
        (0.1, "detected"),
        (0.6, "detected"),
    ],
)
def test_missing_values_are_judged_by_the_increase_of_their_share(share, expected):
    hole = pl.int_range(pl.len()) < int(share * N)
    row = results(reference().with_columns(income=pl.when(~hole).then("income")))[
        "missing_share", "income"
    ]
    assert row["value"] == pytest.approx(share)
    assert row["reference_value"] == 0.0
    assert row["status"] == expected


def test_fewer_missing_values_are_no_alarm():
    before = reference().with_columns(age=pl.when(pl.int_range(pl.len()) % 2 == 0).then("age"))
    frame = mmon.compare(before, reference()).results
    (row,) = frame.filter(name="missing_share", column="age").to_dicts()
    assert row["value"] == -0.5
    assert row["status"] == "no_detection"


def test_nan_counts_as_missing_and_infinity_does_not():
    spoilt = reference().with_columns(
        income=pl.when(pl.int_range(pl.len()) < N // 2).then(float("nan")).otherwise("income")
    )
    assert results(spoilt)["missing_share", "income"]["value"] == 0.5
    spoilt = spoilt.with_columns(income=pl.col("income").fill_nan(float("inf")))
    found = results(spoilt)
    assert found["missing_share", "income"]["value"] == 0.0
    assert found["infinite_share", "income"]["status"] == "detected"


def test_unseen_categories_are_named():
    moved = reference().with_columns(city=pl.col("city").replace("Linz", "Salzburg"))
    row = results(moved)["unseen_share", "city"]
    assert row["status"] == "detected"
    assert row["value"] == pytest.approx((moved["city"] == "Salzburg").mean())
    assert "Salzburg" in row["reason"]


def test_values_out_of_the_references_range_are_counted_exactly():
    moved = reference().with_columns(age=pl.col("age") + 40)
    row = results(moved)["out_of_range_share", "age"]
    assert row["value"] == pytest.approx((moved["age"] > 79).mean())
    assert row["status"] == "detected"


def test_a_column_that_became_constant_is_told():
    row = results(reference().with_columns(age=pl.lit(30)))["constant", "age"]
    assert (row["value"], row["status"]) == (1.0, "potential_detection")


def test_a_rare_value_that_few_rows_lack_is_not_called_constant():
    before = pl.DataFrame({"rare": [1] * 5 + [0] * 1_995})
    frame = mmon.compare(before, pl.DataFrame({"rare": [0] * 50})).results
    (row,) = frame.filter(name="constant").to_dicts()
    assert row["status"] == "no_detection"
    assert "chance" in row["reason"]


def test_a_column_that_may_be_the_outcome_is_told_how_to_be_named_wherever_mmon_runs():
    report = mmon.compare(pl.DataFrame({"a": [1, 2], "y": [0, 1]}), pl.DataFrame({"a": [1, 2]}))
    (reason,) = report.results.filter(name="missing_column", column="y")["reason"]
    assert reason.endswith("name it: columns.target, or --target")


def test_a_missing_column_is_a_breach_and_a_new_one_may_be():
    report = mmon.compare(reference(), reference().rename({"age": "alter"}))
    found = {(r["name"], r["column"]): r["status"] for r in report.results.to_dicts()}
    assert found["missing_column", "age"] == "detected"
    assert found["new_column", "alter"] == "potential_detection"
    assert report.verdict == "breach"
    assert "age is missing" in report.document.sentence


def test_a_column_is_new_in_windows_with_values_in_it_and_in_an_uncut_table_without_any():
    rows = reference()
    first = pl.int_range(pl.len()) < 300
    values = {"some": pl.when(first).then(1), "none": pl.lit(None, pl.Int64)}
    production = rows.with_columns(**values)
    whole = mmon.compare(rows, production).results.filter(name="new_column")
    assert whole["column"].to_list() == ["some", "none"]
    cut = mmon.compare(rows, production, windows={"rows": 300}).results.filter(name="new_column")
    assert cut.select("window", "column").rows() == [(0, "some")]


def test_a_missing_identifier_is_told_and_does_not_fail():
    with_id = reference().with_row_index("row_id")
    report = mmon.compare(with_id, reference())
    (row,) = report.results.filter(name="missing_column").to_dicts()
    assert (row["column"], row["status"]) == ("row_id", "potential_detection")
    assert report.verdict == "pass"


def test_a_missing_target_is_only_late():
    report = mmon.compare(
        reference(), reference().drop("flag"), columns={"target": "flag"}
    ).results.filter(name="missing_column")
    assert report["status"].to_list() == ["no_detection"]


def test_numbers_that_became_text_are_compared_where_they_can_be():
    as_text = reference().with_columns(pl.col("age").cast(pl.String))
    found = results(as_text)
    row = found["type_change", "age"]
    assert row["status"] == "no_detection"
    assert row["reason"] == "Int64 became String; compared all the same"
    spoilt = as_text.with_columns(
        age=pl.when(pl.int_range(pl.len()) < N // 10).then(pl.lit("n/a")).otherwise("age")
    )
    row = results(spoilt)["unreadable_share", "age"]
    assert row["status"] == "detected"
    assert row["value"] == pytest.approx(0.1)
    assert row["reason"] == "200 of 2,000 values are no numbers: 'n/a'"
    assert results(spoilt)["missing_share", "age"]["value"] == 0.0


def test_a_type_that_cannot_be_compared_is_a_result_and_not_a_crash():
    nested = reference().with_columns(age=pl.concat_list("age"))
    row = results(nested)["type_change", "age"]
    assert row["status"] == "detected"
    assert "cannot be compared" in row["reason"]


def test_an_integer_column_that_became_float_is_compared():
    floats = reference().with_columns(pl.col("age").cast(pl.Float64))
    report = mmon.compare(reference(), floats)
    (row,) = report.results.filter(name="ks", column="age").to_dicts()
    assert row["value"] == 0.0
    assert report.verdict == "pass"


def test_duplicate_rows_are_counted_where_asked(tmp_path):
    before, after = tmp_path / "ref.parquet", tmp_path / "prod.parquet"
    reference().write_parquet(before)
    pl.concat([reference().head(1_000), reference().head(1_000)]).write_parquet(after)
    report = mmon.run(
        {
            "reference": str(before),
            "production": str(after),
            "analyses": {"data_quality": {"duplicates": True}},
        }
    )
    (row,) = report.results.filter(name="duplicate_share").to_dicts()
    assert row["value"] == pytest.approx(1 / 2)
    assert row["status"] == "detected"


def test_more_rows_alone_are_not_more_duplicates(tmp_path):
    rng = np.random.default_rng(1)
    before, after = tmp_path / "ref.parquet", tmp_path / "prod.parquet"
    for path, rows in ((before, 200), (after, 20_000)):
        codes = {name: rng.integers(0, 30, rows) for name in "ab"}
        pl.DataFrame(codes).write_parquet(path)
    body = {"reference": str(before), "production": str(after)}
    report = mmon.run({**body, "analyses": {"data_quality": {"duplicates": True}}})
    (row,) = report.results.filter(name="duplicate_share").to_dicts()
    assert abs(row["value"]) < 0.1
    assert row["status"] != "detected"


def compared(ref: pl.Series, cur: pl.Series, **options) -> mmon.Report:
    return mmon.compare(pl.DataFrame({"x": ref}), pl.DataFrame({"x": cur}), **options)


def statuses(report: mmon.Report, name: str) -> list[str]:
    return report.results.filter(name=name)["status"].to_list()


def test_a_single_production_row_is_not_called_constant():
    many = pl.Series(np.random.default_rng(0).normal(size=5_000))
    report = compared(many, many.head(1), fail_on="potential")
    assert statuses(report, "constant") == ["no_detection"]
    assert report.verdict == "inconclusive"


def test_a_continuous_column_that_became_constant_is_told():
    many = pl.Series(np.random.default_rng(0).normal(size=20_000))
    stuck = pl.Series(np.full(50, 0.123))
    assert statuses(compared(many, stuck), "constant") == ["potential_detection"]
    assert statuses(compared(many, stuck, exact=True), "constant") == ["potential_detection"]


@pytest.mark.parametrize("dtype", [pl.Float64, pl.String, pl.Null, pl.Int64])
def test_a_column_without_any_value_makes_nothing_inconclusive(dtype):
    empty = pl.DataFrame({"x": pl.Series([None] * N, dtype=dtype)})
    both = reference().hstack(empty)
    report = mmon.compare(both, both)
    assert report.verdict == "pass"
    assert "inconclusive" not in report.results["status"]
    (column,) = (one for one in report.document.columns if one.name == "x")
    if dtype != pl.String:
        assert column.reason is not None
        assert "value" in column.reason


def test_a_share_that_cannot_rise_to_the_threshold_needs_no_more_rows():
    half = pl.Series([None] * 950 + [1.0, 2.0] * 25)
    assert statuses(compared(half, half), "missing_share") == ["no_detection"]


def test_unseen_categories_are_not_guessed_where_the_reference_was_capped():
    many = "c" + pl.Series(np.random.default_rng(0).integers(0, 20_000, 60_000)).cast(pl.String)
    report = compared(many, many.shuffle(seed=1))
    (row,) = report.results.filter(name="unseen_share").to_dicts()
    assert row["value"] is None
    assert row["status"] == "inconclusive"
    assert "labels_kept" in row["reason"]


def test_columns_in_other_case_are_lost_and_no_other_dataset():
    spoilt = reference().rename(lambda name: f" {name.upper()} ")
    report = mmon.compare(reference(), spoilt)
    assert report.exit_status == 1
    (row,) = report.results.filter(name="missing_column", column="income").to_dicts()
    assert (row["status"], "did you mean its column ' INCOME '?" in row["reason"]) == (
        "detected",
        True,
    )
