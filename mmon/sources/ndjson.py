"""Reads newline-delimited JSON with every key and a type that holds for every row.

Polars ignores keys that the inferred schema lacks, so the schema comes from all rows. A column that
mixes kinds of values, say booleans and numbers, is read as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from mmon.sources.errors import READ_FAILURES, reading
from mmon.sources.listing import Part

Schema = Mapping[str, pl.DataType]


def ndjson_schema(
    part: Part, storage_options: Mapping[str, Any], fixed: Schema
) -> dict[str, pl.DataType]:
    """Keys and types that all rows can be read with.

    Parameters
    ----------
    part : Part
    storage_options : Mapping
        As Polars takes them.
    fixed : Mapping
        Types that are given, by column; those of other columns are found.

    Returns
    -------
    dict of column to type, Null for a column without a single value.

    Raises
    ------
    DataError
        When the file cannot be read or breaks a given type.
    """
    options = dict(storage_options) or None
    with reading(part.name):
        frame = pl.scan_ndjson(part.uri, infer_schema_length=None, storage_options=options)
        schema = {name: fixed.get(name, dtype) for name, dtype in frame.collect_schema().items()}
        try:
            _read_through(part, storage_options, schema)
        except READ_FAILURES:
            # The message names no column: each is tried alone.
            for name in [name for name in schema if name not in fixed]:
                try:
                    _read_through(part, storage_options, {name: schema[name]})
                except READ_FAILURES:
                    schema[name] = pl.String()
            _read_through(part, storage_options, schema)
    return schema


def scan_ndjson(part: Part, storage_options: Mapping[str, Any], schema: Schema) -> pl.LazyFrame:
    """An NDJSON file, or a pattern of them on object storage, with the columns of ``schema``."""
    return pl.scan_ndjson(
        part.uri, schema=dict(schema), storage_options=dict(storage_options) or None
    )


def _read_through(part: Part, storage_options: Mapping[str, Any], schema: Schema) -> None:
    frame = scan_ndjson(part, storage_options, schema)
    frame.select(pl.all().count()).collect(engine="streaming")
