"""Reads newline-delimited JSON with every key and a type that holds for every row.

Polars ignores keys that the inferred schema lacks, so the schema comes from all rows. A column that
mixes kinds of values, say booleans and numbers, is read as text. What only tolerant readers
understand is written again.
"""

from __future__ import annotations

import functools
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
from mmon.sources.errors import READ_FAILURES
from mmon.sources.formats import Described, Format, Part
from mmon.sources.readers.csv.lines import numbered_lines
from mmon.sources.spool import temporary

# A whole number of more digits fits no integer type.
_MOST_DIGITS = 38


class Ndjson(Format):
    TITLE = "NDJSON"
    SUFFIXES = (".ndjson", ".jsonl", ".json")

    def describe(self, part: Part, dataset: Dataset, fixed: Schema) -> Described:
        path, name = Path(part.uri), part.name
        rows = sum(1 for _, line in numbered_lines(path, name) if not line.isspace())
        try:
            schema = _schema(path, name, rows, fixed)
        except READ_FAILURES:
            # Looked at line by line, and written again where the meaning of each is certain; a
            # panic until then says nothing of the copy.
            witness.hears_panic()
            path = _repaired(path, name)
            schema = _schema(path, name, rows, fixed)
        return Described(part, schema, rows, functools.partial(_scan, path))

    def resembles(self, head: bytes) -> bool:
        return head.startswith(b"{")

    def refusal(self, head: bytes, name: str) -> DataError | None:
        if not head.removeprefix(BOM).lstrip().startswith(b"["):
            return None
        return DataError(
            f"{name!r} is one JSON array, not an object a line",
            hint="turn it into lines with: jq -c '.[]'",
        )


def _scan(path: Path, schema: Schema) -> pl.LazyFrame:
    # Polars expands wildcards here whether they are meant or not.
    return pl.scan_ndjson(glob.escape(str(path)), schema=dict(schema))


def _schema(path: Path, name: str, rows: int, fixed: Schema) -> Schema:
    """Keys and types; Null for a key without a single value."""
    frame = pl.scan_ndjson(glob.escape(str(path)), infer_schema_length=None)
    schema = {key: fixed.get(key, dtype) for key, dtype in frame.collect_schema().items()}

    def read_through(schema: Schema) -> None:
        counts = pl.len().alias("rows"), pl.all().count().name.prefix("_")
        read = _scan(path, schema).select(*counts).collect(engine="streaming")["rows"][0]
        if read != rows:
            raise DataError(
                f"{name!r} has {rows:,} rows by its lines, and {read:,} were read",
                hint="it may have changed meanwhile",
            )

    try:
        read_through(schema)
    except READ_FAILURES:
        # The message names no column: each is tried alone.
        for key in schema.keys() - fixed.keys():
            try:
                read_through({key: schema[key]})
            except READ_FAILURES:
                schema[key] = pl.String()
        read_through(schema)
    return schema


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
