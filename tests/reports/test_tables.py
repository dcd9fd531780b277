"""The results as tables: a row each, with the times of their windows, as other programs read it."""

from __future__ import annotations

import csv
import dataclasses
import io

import polars as pl
import pytest

from mmon import reports
from mmon.results import Document
from tests.reports.sample_document import sample_document


@pytest.fixture
def document() -> Document:
    return sample_document(4, 5)


def in_parquet(document: Document) -> pl.DataFrame:
    made = reports.render("parquet", document)
    assert isinstance(made, bytes)
    return pl.read_parquet(io.BytesIO(made))


def in_csv(document: Document) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(str(reports.render("csv", document)))))


def test_each_result_is_a_row_with_the_times_of_its_window(document: Document) -> None:
    table = in_parquet(document)
    assert table.height == len(document.results)
    for row, result in zip(table.iter_rows(named=True), document.results, strict=True):
        window = document.windows[result.window]
        assert (row["start"], row["end"]) == (window.start, window.end)
        assert (row["name"], row["column"], row["value"]) == (
            result.name,
            result.column,
            result.value,
        )
        assert (row["interval_low"], row["interval_high"]) == (result.interval or (None, None))


def test_both_tables_say_the_same(document: Document) -> None:
    texts = pl.DataFrame(in_csv(document))
    table = in_parquet(document)
    assert texts.columns == table.columns
    numbers = texts.select(
        pl.col(name).replace("", None).cast(dtype)
        for name, dtype in table.schema.items()
        if dtype.is_numeric()
    )
    assert numbers.equals(table.select(numbers.columns))


def test_a_document_without_results_has_the_names_of_the_columns(document: Document) -> None:
    nothing = dataclasses.replace(document, results=[])
    assert in_csv(nothing) == []
    assert in_parquet(nothing).columns == in_parquet(document).columns


def test_a_column_cannot_be_a_formula_of_a_spreadsheet(document: Document) -> None:
    one = dataclasses.replace(document.results[0], column="=HYPERLINK(1)")
    (row,) = in_csv(dataclasses.replace(document, results=[one]))
    assert row["column"] == "'=HYPERLINK(1)"
    assert in_parquet(dataclasses.replace(document, results=[one]))["column"][0] == one.column
