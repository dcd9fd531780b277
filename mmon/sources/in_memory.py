"""Takes data that Python users already hold: frames of Polars and pandas, Arrow tables."""

from __future__ import annotations

import functools
import importlib.util
import numbers
from collections.abc import Callable
from typing import Any, Protocol

import polars as pl

from mmon.errors import DataError, MissingExtraError
from mmon.sources.errors import READ_FAILURES


class ArrowTable(Protocol):
    """A table of another library: pandas, pyarrow, DuckDB and others speak this protocol."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


# What pyarrow and Polars raise for values that they cannot hold.
_FAILURES = (*READ_FAILURES, TypeError, NotImplementedError, OverflowError, AttributeError)

Table = pl.LazyFrame | pl.DataFrame | ArrowTable


def frame_of(data: Table) -> tuple[pl.LazyFrame, str]:
    """A LazyFrame of the table, and what to call it.

    Raises
    ------
    DataError
        When the object is no table, or repeats a column name.
    MissingExtraError
        When a pandas frame is given and pyarrow, through which it is read, is not installed.
    """
    if isinstance(data, pl.LazyFrame):
        return data, "a Polars LazyFrame"
    if isinstance(data, pl.DataFrame):
        return data.lazy(), "a Polars DataFrame"
    # By name: importing pandas to ask would cost everyone a second.
    library = type(data).__module__.partition(".")[0]
    if library == "pandas" and type(data).__name__ == "DataFrame":
        return _of_pandas(data), "a pandas DataFrame"
    if hasattr(data, "__arrow_c_stream__"):
        name = f"a {library} {type(data).__name__}"
        return _of_arrow(data, name), name
    raise DataError(
        f"data of type {type(data).__name__} cannot be analysed",
        hint="give a path, or a Polars, pandas or Arrow table",
    )


def _of_pandas(data: Any) -> pl.LazyFrame:
    if importlib.util.find_spec("pyarrow") is None:
        raise MissingExtraError(
            "pandas frames are read through pyarrow, which is not installed",
            hint="pip install pyarrow",
        )
    named = data.rename(columns=str)
    repeated = named.columns[named.columns.duplicated()]
    if len(repeated):
        raise DataError(f"the pandas DataFrame has the column {repeated[0]!r} more than once")
    # NaN is how pandas writes a missing number.
    convert = functools.partial(pl.from_pandas, nan_to_null=True)
    try:
        return convert(named).lazy()
    except _FAILURES:
        # pyarrow's errors name no column: each is tried alone.
        columns = (_column(named[[name]], convert, _pandas_objects) for name in named.columns)
        return pl.DataFrame(list(columns)).lazy()


def _of_arrow(data: Any, name: str) -> pl.LazyFrame:
    try:
        return pl.DataFrame(data).lazy()
    except _FAILURES as error:
        # A stream is over once it was read.
        if importlib.util.find_spec("pyarrow") is None or hasattr(data, "read_next_batch"):
            raise DataError(f"{name} cannot be read: {error}") from error
    import pyarrow

    try:
        table = pyarrow.table(data)
        parts = (table.select([place]) for place in range(table.num_columns))
        return pl.DataFrame([_column(part, pl.DataFrame, _arrow_presence) for part in parts]).lazy()
    except _FAILURES as error:
        raise DataError(f"{name} cannot be read: {error}") from error


def _column(
    table: Any, convert: Callable[[Any], pl.DataFrame], presence: Callable[[Any], pl.Series]
) -> pl.Series:
    """The only column of a table, or where it has values when these cannot be converted."""
    try:
        return convert(table).to_series()
    except _FAILURES:
        return presence(table)


def _pandas_objects(table: Any) -> pl.Series:
    """Texts and numbers in one column as texts, as a CSV file holds them; else their presence."""
    (name,) = table.columns
    values, kind = table[name], str(table[name].dtype)
    if kind == "object":
        known = values.dropna()
        if all(isinstance(value, str | numbers.Number) for value in known):
            texts = values.where(values.isna(), values.map(str))
            return pl.Series(name, texts.where(values.notna(), None).to_list(), dtype=pl.String)
        kinds = sorted({type(value).__name__ for value in known})
        kind = "mixed " + " and ".join(kinds) if len(kinds) > 1 else "".join(kinds)
    return _presence(name, values.notna().to_list(), kind)


def _arrow_presence(table: Any) -> pl.Series:
    (name,) = table.column_names
    return _presence(name, table.column(0).is_valid().to_pylist(), str(table.schema.field(0).type))


def _presence(name: str, is_there: list[bool], kind: str) -> pl.Series:
    """A column of which only the presence can be compared, under the name of its own type."""
    values = pl.Series(name, [value or None for value in is_there], dtype=pl.Boolean)
    return values.ext.to(pl.Extension(kind, pl.Boolean))
