"""Reads newline-delimited JSON with every key and a type that holds for every row.

Polars ignores keys that the inferred schema lacks, so the schema comes from all rows. A column that
mixes kinds of values, say booleans and numbers, is read as text. What only tolerant readers
understand is written again.
"""

from __future__ import annotations

import glob
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from mmon.config.data import Dataset
from mmon.errors import DataError
from mmon.files import witness
from mmon.sources.contents import BOM
from mmon.sources.dtypes import Schema
from mmon.sources.errors import READ_FAILURES, cause_of, explain_read_error
from mmon.sources.formats import Described, Format, Part
from mmon.sources.readers.csv.lines import numbered_lines
from mmon.sources.spool import temporary

# Polars names deeper types by recursion.
_FAILURES = (*READ_FAILURES, RecursionError)
# A whole number of more digits fits no integer type.
_MOST_DIGITS = 38


class Ndjson(Format):
    TITLE = "NDJSON"
    SUFFIXES = (".ndjson", ".jsonl", ".json")

    def describe(self, part: Part, dataset: Dataset, fixed: Schema) -> Described:
        file = _NdjsonFile(part)
        return Described(part, file.schema(fixed), file.rows, file.scan)

    def resembles(self, head: bytes) -> bool:
        return head.startswith(b"{")

    def refusal(self, head: bytes, name: str) -> DataError | None:
        if not head.removeprefix(BOM).lstrip().startswith(b"["):
            return None
        return DataError(
            f"{name!r} is one JSON array, not an object a line",
            hint="turn it into lines with: jq -c '.[]'",
        )


class _NdjsonFile:
    def __init__(self, part: Part) -> None:
        self._path = Path(part.uri)
        self._name = part.name
        lines = numbered_lines(self._path, part.name)
        self.rows = sum(1 for _, line in lines if not line.isspace())

    def schema(self, fixed: Schema) -> dict[str, pl.DataType]:
        """Keys and types; Null for a key without a single value.

        What Polars cannot read is looked at line by line, and written again where its meaning is
        certain.
        """
        try:
            return self._schema(fixed)
        except _FAILURES:
            # A panic among them says nothing of the copy.
            witness.hears_panic()
            self._path = _repaired(self._path, self._name)
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


def _repaired(path: Path, name: str) -> Path:
    """A copy with NaN as null, and with whatever is nested as an object or list of its text.

    Nothing but the presence of nested values is compared, whatever their fields.
    """
    nested: dict[str, bool] = {}
    for _, row in _objects(path, name):
        for key, value in row.items():
            if isinstance(value, dict | list):
                nested[key] = nested.get(key, True) and isinstance(value, dict)
    copy = temporary(path.name)
    with copy.open("w", encoding="ascii") as file:
        for _, row in _objects(path, name):
            texts = {k: json.dumps(v) for k, v in row.items() if k in nested and v is not None}
            held = {k: {"json": text} if nested[k] else [text] for k, text in texts.items()}
            file.write(json.dumps(row | held) + "\n")
    return copy


class _NotJsonError(ValueError):
    """A value that JSON cannot hold."""


def _objects(path: Path, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in numbered_lines(path, name):
        if line.isspace():
            continue
        try:
            row = json.loads(
                line.removeprefix(BOM if number == 1 else b"").decode(),
                parse_constant=_constant,
                parse_float=_number,
                parse_int=_number,
            )
        except UnicodeDecodeError as error:
            raise DataError(
                f"line {number} of {name!r} is not UTF-8 text",
                hint="convert it, for example with: iconv -f windows-1252 -t utf-8",
            ) from error
        except _NotJsonError as error:
            raise DataError(
                f"line {number} of {name!r} holds {error}, which JSON numbers cannot be",
                hint="write null, or a number",
            ) from error
        except RecursionError as error:
            raise DataError(
                f"line {number} of {name!r} is nested too deeply", hint="leave that value out"
            ) from error
        except json.JSONDecodeError:
            row = None
        if not isinstance(row, dict):
            raise DataError(
                f"line {number} of {name!r} is not a JSON object",
                hint="NDJSON has one complete object a line",
            )
        yield number, row


def _number(text: str) -> float:
    if len(text) <= _MOST_DIGITS and text.lstrip("-").isdigit():
        return int(text)
    number = float(text)
    if math.isinf(number):
        shown = text if len(text) <= 20 else f"{text[:10]}… ({len(text):,} characters)"
        raise _NotJsonError(f"the number {shown}")
    return number


def _constant(text: str) -> None:
    if text == "NaN":
        return
    raise _NotJsonError(text)
