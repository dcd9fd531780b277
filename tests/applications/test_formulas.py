"""Formulas are taken apart into sums that add up, or refused in a sentence."""

from __future__ import annotations

import itertools
import re

import numpy as np
import polars as pl
import pytest

from mmon.config_file import parse
from mmon.errors import ConfigError
from mmon.profiles.codec import from_bytes, to_bytes
from mmon.profiles.folding.batches import Batch
from mmon.profiles.folding.formula_fold import FormulaFold
from mmon.profiles.folding.keys import WHOLE, Cut, Key
from mmon.profiles.formulas.formula import Formula, formula_of
from mmon.profiles.formulas.tally import Tally
from mmon.profiles.formulas.value import number_of
from tests.applications.number_runs import sales

ROWS = sales(1000).with_columns(big=pl.col("price") + 1e7)
FORMULAS = [
    "avg(refund > 0)",
    "sum(refund) / sum(price)",
    "stddev(big)",
    "min(price) + max(price)",
    "count(price) / count(*)",
]


def tally(formula: Formula, rows: pl.DataFrame) -> Tally:
    fold = FormulaFold([formula], rows.schema)
    parts = ((Key(WHOLE), 0, rows.height),)
    fold.add(rows, Batch((Cut(None, parts),), None, None))
    return fold.finish()[Key(WHOLE)][formula.key]


@pytest.mark.parametrize("sql", FORMULAS)
@pytest.mark.parametrize("parts", range(1, 8))
def test_parts_in_any_order_make_the_same_number(sql: str, parts: int) -> None:
    formula = formula_of(sql, None, "sql")
    rng = np.random.default_rng(parts)
    cuts = [0, *sorted(rng.integers(0, ROWS.height, parts - 1).tolist()), ROWS.height]
    found = [tally(formula, ROWS[first:past]) for first, past in itertools.pairwise(cuts)]
    merged = Tally.merge([found[place] for place in rng.permutation(parts)])
    whole, again = (number_of(formula, one) for one in (tally(formula, ROWS), merged))
    assert again.value == pytest.approx(whole.value, rel=1e-11)
    if whole.variance is not None:
        assert again.variance == pytest.approx(whole.variance, rel=1e-6)
    assert again.rows == whole.rows


def test_large_numbers_that_differ_little_lose_no_digits() -> None:
    formula = formula_of("stddev(big)", None, "sql")
    parts = [tally(formula, ROWS[at : at + 100]) for at in range(0, 1000, 100)]
    found = number_of(formula, Tally.merge(parts))
    assert found.value == pytest.approx(ROWS["big"].std(), rel=1e-8)
    small = formula_of("stddev(price)", None, "sql")
    expected = number_of(small, tally(small, ROWS))
    assert found.variance == pytest.approx(expected.variance, rel=1e-4)


def test_sums_are_read_back_as_they_were_written() -> None:
    formula = formula_of("stddev(price) / avg(items)", "country = 'AT'", "sql")
    found = tally(formula, ROWS)
    again = from_bytes(to_bytes(found), Tally)
    assert number_of(formula, again) == number_of(formula, found)


def test_the_same_formula_has_the_same_key_and_another_one_another() -> None:
    keys = [
        formula_of(sql, where, "sql").key
        for sql, where in [
            ("avg(a)", None),
            ("AVG( a )", None),
            ("avg(a)", "b > 1"),
            ("avg(b)", None),
            ("sum(a)", None),
        ]
    ]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


REFUSED = {
    "median(x)": "median does not add up over batches of rows",
    "quantile_cont(x, 0.5)": "quantile does not add up",
    "count(distinct x)": "count\\(distinct …\\) does not add up",
    "first_value(x)": "first does not add up",
    "x + 1": "column 'x' stands outside of every aggregate",
    "avg(x) + y": "column 'y' stands outside of every aggregate",
    "1": "aggregates nothing",
    "sum(x) over (partition by y)": "window function",
    "avg(sum(x))": "is not looked at row by row",
    "row_number()": "no arithmetic of aggregates",
    "avg(*)": "row by row",
    "corr(x, y)": "outside of every aggregate",
    "covar_pop(x, y)": "correlation does not add up",
    "(select max(x) from t)": "no SQL expression",
    "avg(": "no SQL expression: unable to parse",
    "read_csv('/etc/passwd')": "unsupported function",
    "select 1": "no SQL expression",
    "avg(x), avg(y)": "no SQL expression",
}


@pytest.mark.parametrize("sql", REFUSED)
def test_what_does_not_add_up_is_refused_when_the_configuration_is_read(sql: str) -> None:
    body = f"reference: a\nproduction: b\napplications: [{{name: mine, sql: {sql!r}}}]"
    if "'" in sql:
        body = f'reference: a\nproduction: b\napplications: [{{name: mine, sql: "{sql}"}}]'
    with pytest.raises(ConfigError, match=REFUSED[sql]) as caught:
        parse(body, "mine.yaml")
    assert "mine.yaml: 1 problem\n  applications[0].sql (line 3)" in str(caught.value)


@pytest.mark.parametrize(
    ("polars", "sql"),
    [
        ("(pl.col('refund') > 0).mean()", "avg(refund > 0)"),
        ("pl.col('refund').sum() / pl.col('price').sum()", "sum(refund) / sum(price)"),
        (
            "pl.col('price').filter(pl.col('items') > 4).mean()",
            "avg(price) filter (where items > 4)",
        ),
        ("pl.when(pl.col('items') > 4).then(1).otherwise(0).mean()", "avg(items > 4)"),
        ("pl.col('price').std() / pl.len()", "stddev(price) / count(*)"),
        ("pl.col('country').is_in(['AT', 'BE']).mean()", "avg(country in ('AT', 'BE'))"),
        ("-pl.col('price').drop_nulls().max()", "-max(price)"),
    ],
)
def test_a_polars_expression_is_the_number_that_sql_makes(polars: str, sql: str) -> None:
    one, other = formula_of(polars, None, "polars"), formula_of(sql, None, "sql")
    found, expected = number_of(one, tally(one, ROWS)), number_of(other, tally(other, ROWS))
    assert found.value == pytest.approx(expected.value, rel=1e-12)
    assert found.variance == (expected.variance and pytest.approx(expected.variance))


@pytest.mark.parametrize(
    ("polars", "why"),
    [
        ("__import__('os').system('false')", "'__import__' cannot be called"),
        ("pl.read_csv('x')", "there is no 'read_csv' in expressions"),
        ("pl.col('x').map_elements(print)", "'print' has no place"),
        ("pl.col('x').map_batches(lambda s: s)", "has no place"),
        ("pl.col('x').mean().__class__", "has no place"),
        ("pl.col('x').meta.serialize('f')", "has no place|cannot be called|no 'serialize'"),
        ("pl.col('x').meen()", "did you mean 'mean'"),
        ("pl.col('x').mean() and 1", "and, or, not, in and chains are written"),
        ("1 < pl.col('x').mean() < 2", "and, or, not, in and chains are written"),
        ("9 ** 9 ** 9 ** 9", "aggregates nothing|no Polars expression"),
        ("pl.col('x').mean(", "it is no Python"),
        ("pl.col(1.5).mean()", "no Polars expression"),
        ("pl.col('x').median()", "median does not add up"),
        ("pl.col('x').mean().over('y')", "window function"),
        ("pl.col('^x.*$').mean()", "row by row"),
        ("[x for x in 'ab']", "has no place"),
        ("pl.lit('a' * 10).mean()", "."),
        ("pl.col(*['x']).mean()", "has no place"),
        ("pl.col(**{'name': 'x'}).mean()", "have no place"),
    ],
)
def test_nothing_but_what_is_listed_is_run_of_a_polars_expression(polars: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as caught:
        formula_of(polars, None, "polars")
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("{sql: avg(x)}", "name.*is required and missing"),
        ("{name: mine}", "exactly one of sql.*has none"),
        ("{name: data-drift, sql: avg(x)}", "'data-drift' is the name of another application"),
        ("{name: 2 x, sql: avg(x)}", "must be a name of letters"),
        ("{name: mine, sql: avg(x), where: avg(x) > 1}", "no condition on single rows"),
        ("{name: mine, sql: avg(x), where: 'x >'}", "no SQL expression"),
        ("{name: mine, sql: avg(x), sqll: avg(x)}", "did you mean 'sql'"),
        ("{name: mine, sql: avg(x), thresholds: {max: 3}}", "must be a section"),
        ("{name: mine, sql: avg(x), kind: drift}", "must be 'data_drift'"),
        ("{name: a, sql: avg(x)}, {name: a, sql: avg(y)}", "'a' is the name of another"),
        ("{name: mine, sql: avg(x), thresholds: {max_drop: {detected: -1}}}", "would be a gain"),
    ],
)
def test_a_wrong_entry_is_told_with_what_to_do(entry: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f"reference: a\nproduction: b\napplications: [{entry}]")
    assert re.search(why, str(caught.value), re.DOTALL), str(caught.value)
