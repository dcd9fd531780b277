"""Takes data that Python users already hold: frames of Polars and pandas, Arrow tables."""

from __future__ import annotations

import importlib.util
from typing import Any, Protocol

import polars as pl

from mmon.errors import DataError, MissingExtraError
from mmon.sources.errors import READ_FAILURES


class ArrowTable(Protocol):
    """A table of another library: pandas, pyarrow, DuckDB and others speak this protocol."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The table as a stream of Arrow batches."""
        ...


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
        try:
            return pl.DataFrame(data).lazy(), name
        except (*READ_FAILURES, TypeError) as error:
            raise DataError(f"{name} cannot be read: {error}") from error
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
    try:
        # NaN is how pandas writes a missing number.
        return pl.from_pandas(named, nan_to_null=True).lazy()
    except (*READ_FAILURES, TypeError) as error:
        # pyarrow's errors are ValueErrors and TypeErrors, and say which column fails.
        raise DataError(f"the pandas DataFrame cannot be read: {error}") from error
