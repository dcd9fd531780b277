"""Numbers of one's own are those that a database computes of the same rows."""

from __future__ import annotations

import duckdb
import pytest

from tests.applications.number_runs import document, sales

BEFORE, AFTER = sales(900), sales(700, seed=1, refunds=0.1)

FORMULAS = [
    "avg(refund > 0)",
    "avg(price)",
    "sum(refund) / sum(price)",
    "sum(items)",
    "count(price)",
    "count(*)",
    "count(price) / count(*)",
    "min(price) + max(items)",
    "stddev(price)",
    "variance(items) / avg(items)",
    "avg(price) filter (where items > 4)",
    "count(*) filter (where items > 4)",
    "sum(case when country = 'AT' then price else 0 end) / count(*)",
    "sqrt(avg(price * price)) - abs(avg(price))",
    "avg(country in ('AT', 'BE'))",
    "avg(coalesce(price, 0)) * 100",
]


def expected(sql: str, condition: str) -> float:
    """The number by DuckDB; it takes no mean of truths."""
    query = sql.replace("avg(refund > 0)", "avg((refund > 0)::int)")
    query = query.replace("avg(country in ('AT', 'BE'))", "avg((country in ('AT', 'BE'))::int)")
    with duckdb.connect() as connection:
        connection.register("before", BEFORE.to_arrow())
        connection.register("after", AFTER.to_arrow())
        found = connection.execute(f"select {query} from {condition}").fetchone()
    assert found is not None
    return float(found[0])


@pytest.mark.slow
def test_numbers_are_those_of_duckdb_in_every_window_and_segment() -> None:
    names = {f"n{place}": sql for place, sql in enumerate(FORMULAS)}
    found = document(
        BEFORE,
        AFTER,
        [{"name": name, "sql": sql} for name, sql in names.items()],
        columns={"timestamp": "at"},
        windows={"every": "1d"},
        segments=["country"],
    )
    results = [one for one in found.results if one.application in names]
    assert len(results) == len(FORMULAS) * 3 * 4
    for one in results:
        day = f"\"at\" >= '2024-01-0{one.window + 1}' and \"at\" < '2024-01-0{one.window + 2}'"
        of = "true" if one.segment is None else one.segment.replace("= ", "= '") + "'"
        sql = names[one.application]
        after = expected(sql, f"after where {day} and {of}")
        assert one.value == pytest.approx(after, rel=1e-9), (sql, one.window, one.segment)
        before = expected(sql, f"before where {of}")
        assert one.reference_value == pytest.approx(before, rel=1e-9), (sql, one.segment)


def test_where_leaves_only_the_rows_of_which_it_is_true() -> None:
    where = "country = 'AT' and price > 10"
    found = document(
        BEFORE, AFTER, [{"name": "mine", "sql": "avg(refund)", "where": where}]
    ).results
    (one,) = [result for result in found if result.application == "mine"]
    assert one.value == pytest.approx(expected("avg(refund)", f"after where {where}"), rel=1e-9)
