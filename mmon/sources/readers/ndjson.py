"""Reads newline-delimited JSON with every key and a type that holds for every row.

Polars ignores keys that the inferred schema lacks, so the schema comes from all rows. A column that
mixes kinds of values, say booleans and numbers, is read as text.
"""

from __future__ import annotations

import glob
from pathlib import Path

import polars as pl

from mmon.errors import DataError
from mmon.files import witness
from mmon.sources.dtypes import Schema
from mmon.sources.errors import READ_FAILURES, cause_of, explain_read_error
from mmon.sources.listing import Part
from mmon.sources.readers.json_repair import count_objects, repaired

# Polars names deeper types by recursion.
_FAILURES = (*READ_FAILURES, RecursionError)


class NdjsonFile:
    """One local NDJSON file.

    Parameters
    ----------
    part : Part

    Attributes
    ----------
    rows : int
        Lines that are not blank.
    """

    def __init__(self, part: Part) -> None:
        self._path = Path(part.uri)
        self._name = part.name
        self.rows = count_objects(self._path, part.name)

    def schema(self, fixed: Schema) -> dict[str, pl.DataType]:
        """Keys and types that all rows can be read with.

        What Polars cannot read is looked at line by line, and written again where its meaning is
        certain.

        Parameters
        ----------
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
            return self._schema(fixed)
        except _FAILURES:
            # A panic among them says nothing of the copy.
            witness.hears_panic()
            self._path = repaired(self._path, self._name)
        try:
            return self._schema(fixed)
        except _FAILURES as error:
            raise explain_read_error(error, self._name) from cause_of(error)

    def scan(self, schema: Schema) -> pl.LazyFrame:
        """The file with the columns of ``schema``."""
        # Polars expands wildcards here whether they are meant or not.
        return pl.scan_ndjson(glob.escape(str(self._path)), schema=dict(schema))

    def _schema(self, fixed: Schema) -> dict[str, pl.DataType]:
        frame = pl.scan_ndjson(glob.escape(str(self._path)), infer_schema_length=None)
        schema = {name: fixed.get(name, dtype) for name, dtype in frame.collect_schema().items()}
        try:
            self._read_through(schema)
        except _FAILURES:
            # The message names no column: each is tried alone.
            for name in [name for name in schema if name not in fixed]:
                try:
                    self._read_through({name: schema[name]})
                except _FAILURES:
                    schema[name] = pl.String()
            self._read_through(schema)
        return schema

    def _read_through(self, schema: Schema) -> None:
        counts = self.scan(schema).select(pl.len().alias("rows"), pl.all().count().name.prefix("_"))
        rows = counts.collect(engine="streaming")["rows"][0]
        if rows != self.rows:
            raise DataError(
                f"{self._name!r} has {self.rows:,} rows by its lines, and {rows:,} were read",
                hint="it may have changed meanwhile",
            )
