"""Reads newline-delimited JSON with every key and a type that holds for every row.

Polars ignores keys that the inferred schema lacks, so the schema comes from all rows. A column that
mixes kinds of values, say booleans and numbers, is read as text.
"""

from __future__ import annotations

import glob
import gzip
import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from mmon.errors import DataError
from mmon.sources.errors import READ_FAILURES, cause_of, explain_read_error
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
    try:
        return _schema(part, storage_options, fixed)
    except READ_FAILURES as error:
        line = _broken_line(part) if part.is_local else None
        if line is None:
            raise explain_read_error(error, part.name) from cause_of(error)
        raise DataError(
            f"line {line} of {part.name!r} is not a JSON object",
            hint="NDJSON has one complete object a line",
        ) from error


def _schema(
    part: Part, storage_options: Mapping[str, Any], fixed: Schema
) -> dict[str, pl.DataType]:
    options = dict(storage_options) or None
    frame = pl.scan_ndjson(_path(part), infer_schema_length=None, storage_options=options)
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
    """An NDJSON file with the columns of ``schema``."""
    return pl.scan_ndjson(
        _path(part), schema=dict(schema), storage_options=dict(storage_options) or None
    )


def _read_through(part: Part, storage_options: Mapping[str, Any], schema: Schema) -> None:
    frame = scan_ndjson(part, storage_options, schema)
    frame.select(pl.all().count()).collect(engine="streaming")


def _path(part: Part) -> str:
    # Polars expands wildcards here whether they are meant or not.
    return glob.escape(part.uri) if part.is_local else part.uri


def _broken_line(part: Part) -> int | None:
    """Number of the first line that is not a JSON object, from 1."""
    if part.uri.endswith(".zst"):
        return None
    with (
        gzip.open(part.uri, "rt", encoding="utf-8")
        if part.uri.endswith(".gz")
        else open(part.uri, encoding="utf-8")  # noqa: PTH123  # twin of gzip.open
    ) as file:
        try:
            for number, line in enumerate(file, start=1):
                if line.strip() and not isinstance(json.loads(line), dict):
                    return number
        except json.JSONDecodeError:
            return number
        except (OSError, EOFError, UnicodeDecodeError):
            # Not the fault of a line: a file that is cut off, or not text.
            return None
    return None
