"""Whole numbers of any width are computed with as a database does, and never wrap in silence."""

from __future__ import annotations

from typing import Any

import duckdb
import polars as pl
import pytest

from mmon.applications import formulas
from mmon.errors import ConfigError
from mmon.results import Result
from tests.applications.number_runs import document, one

ROWS = pl.DataFrame(
    {
        "price": pl.Series([60_000, 90_000, 2_000_000_000] * 20, dtype=pl.Int32),
        "qty": pl.Series([50_000, 70_000, 3] * 20, dtype=pl.Int32),
        "ua": pl.Series([1, 2, 4_000_000_000] * 20, dtype=pl.UInt32),
        "ub": pl.Series([3, 7, 4_000_000_001] * 20, dtype=pl.UInt32),
        "u8": pl.Series([200, 100, 255] * 20, dtype=pl.UInt8),
        "i8": pl.Series([-128, 127, 100] * 20, dtype=pl.Int8),
        "j": pl.Series([1, 2, 3] * 20, dtype=pl.Int64),
        "large": pl.Series([1, 5_000_000_000, 2**62] * 20, dtype=pl.Int64),
        "u64": pl.Series([2**64 - 1, 2**63, 5] * 20, dtype=pl.UInt64),
        "word": ["a", "bcd", ""] * 20,
        "money": pl.Series(["0.10", "2.50", "7.00"] * 20).cast(pl.Decimal(10, 2)),
    }
)

# In DuckDB, whose own narrow numbers raise.
WIDE = ROWS.with_columns(pl.col("price", "qty", "ua", "ub", "u8", "i8", "j").cast(pl.Int64))
SAME = [
    "avg(price*qty)",
    "avg(ua-ub)",
    "sum(u8+u8)",
    "avg(u8*2)",
    "avg(-u8)",
    "avg(i8+i8)",
    "avg(abs(i8))",
    "avg(u8*u8*u8)",
    "avg(length(word)-5)",
    "avg(case when u8*2 > 300 then u8*3 else -1 end)",
    "avg(u8+1) filter (where i8*2 > 200)",
    "avg(coalesce(u8, -1) * 300)",
    "avg(u8::smallint * 1000)",
    "avg(u64 % 10)",
    "avg(j/2)",
    "avg(div(u8, 3))",
    "avg(price*0.5)",
    "avg(money*1.5)",
    "avg(money/3)",
    "avg(money) filter (where money = 2.5)",
    "avg(case when large < 10 then large*1000000 else 0 end)",
    "sum(1)",
    "sum(1)/count(*)",
    "sum(-2)",
    "sum(0.5)",
    "sum(2) filter (where j>1)",
    "sum(0.5) filter (where j>1)",
    "sum(j) * 2.5 + sum(1)",
    "sum(1) filter (where j>1) / sum(1)",
    "avg(1)",
    "avg(2) filter (where j>1)",
    "count(1)",
    "sum(j)::int * 1000000000",
]


def found(sql: str, **keys: Any) -> Result:
    (result,) = one(ROWS, ROWS, sql, **keys)
    return result


def expected(sql: str) -> float:
    query = sql.replace("::int *", "::bigint *").replace("div(u8, 3)", "u8 // 3")
    query = query.replace("u8::smallint", "u8").replace("u64 %", "u64::hugeint %")
    with duckdb.connect() as connection:
        connection.register("wide", WIDE.to_arrow())
        row = connection.execute(f"select {query} from wide").fetchone()
    assert row is not None
    return float(row[0])


@pytest.mark.parametrize("sql", SAME)
def test_a_number_is_that_of_a_database(sql: str) -> None:
    result = found(sql)
    assert result.value == pytest.approx(expected(sql), rel=1e-12), result.reason
    assert result.reference_value == result.value


@pytest.mark.parametrize(
    ("polars", "value"),
    [
        ("(pl.col('u8') * 2).alias('x').mean()", 370.0),
        ("(-pl.col('u8')).mean()", -185.0),
        ("(pl.col('u8') ** 2).mean()", 115_025 / 3),
        ("pl.col('i8').abs().mean()", 355 / 3),
        ("pl.sum_horizontal('u8', 'u8').mean()", 370.0),
        ("(pl.col('word').str.len_chars() - 5).mean()", -11 / 3),
        ("((pl.col('j') > 1) + pl.col('u8')).mean()", 557 / 3),
        ("pl.lit(2).sum() * pl.len()", 120.0),
        ("pl.lit(2).sum()", 2.0),
        ("(pl.col('u64') // 3 * 3).mean()", (2**64 - 1 + 2**63 - 2 + 3) / 3),
    ],
)
def test_a_polars_expression_does_not_wrap_either(polars: str, value: float) -> None:
    told = document(ROWS, ROWS, [{"name": "mine", "polars": polars}])
    (result,) = (result for result in told.results if result.application == "mine")
    assert result.value == pytest.approx(value, rel=1e-12), result.reason


@pytest.mark.parametrize(
    "sql",
    ["avg(large*large)", "sum(large+large+large)", "avg(u64*u64*u64)", "avg(-large*4)"],
)
def test_what_64_bits_do_not_hold_is_told_and_can_be_left_out(sql: str) -> None:
    result = found(sql)
    assert result.value is None
    assert "of 60 rows it is NaN, infinite or too large: leave them out with where" in str(
        result.reason
    )
    assert found("avg(large*large)", where="large < 10").value == 1.0


def test_a_condition_that_64_bits_do_not_hold_is_told() -> None:
    with pytest.raises(ConfigError, match="where computes whole numbers that are too large"):
        found("count(*)", where="large * large > 5")


def test_a_division_by_a_whole_column_says_what_to_do_with_or_without_a_fraction() -> None:
    zero = ROWS.with_columns(j=pl.col("j") - 1)
    for sql in ("avg(1/j)", "avg(price*1.0/j)", "avg(price/(j*0.5))", "avg(money/j)"):
        (result,) = one(ROWS, zero, sql)
        assert result.value is None
        assert "of 20 of 60 rows it is NaN, infinite or too large" in str(result.reason)
        assert "where" in str(result.reason)


@pytest.mark.parametrize("sql", ["sum(j)/0", "sum(j)/0.0", "sum(j-j)/sum(j-j)", "1/sum(j-j)"])
def test_a_division_by_zero_is_called_so(sql: str) -> None:
    assert found(sql).reason == "it is not defined: a division by 0"


def test_a_number_too_large_is_not_called_a_division() -> None:
    assert found("exp(sum(j)*100)").reason == "it is infinite, or too large"
    assert found("sqrt(-sum(j))").reason == "it has no value"


def test_a_cast_cuts_the_fraction_off_as_the_manual_says() -> None:
    assert "``x::int`` cuts the fraction off" in str(formulas.__doc__)
    assert found("avg((j*0.9)::int)").value == pytest.approx(1.0)
    assert found("avg(round(j*0.9))").value == pytest.approx(2.0)
