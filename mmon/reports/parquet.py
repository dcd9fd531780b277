"""The results as Parquet, one a row, for dataframes and databases."""

from __future__ import annotations

import io

from mmon.reports import _flat
from mmon.results import Document

SUFFIXES = (".parquet",)


def render(document: Document) -> bytes:
    """All results, with the columns of the CSV report; what is not known is null."""
    import polars as pl

    types = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean}
    schema = {name: types[kind] for name, kind in _flat.types().items()}
    file = io.BytesIO()
    frame = pl.DataFrame(_flat.rows(document), schema=schema)
    frame.write_parquet(file, metadata={"mmon": document.mmon_version})
    return file.getvalue()
