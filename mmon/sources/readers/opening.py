"""Opens one part of a dataset, whatever its format."""

from __future__ import annotations

import dataclasses
import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from mmon.config.data import Dataset
from mmon.errors import DataError
from mmon.sources.dtypes import Schema, in_known_zones
from mmon.sources.errors import reading
from mmon.sources.formats import PACKED, TEXT_FORMATS, UNPACKING_ERRORS, Format, packing
from mmon.sources.listing import Part
from mmon.sources.readers.csv import describe_csv
from mmon.sources.readers.ipc import check_blocks
from mmon.sources.readers.ndjson import describe_ndjson
from mmon.sources.readers.tables import scan_delta
from mmon.sources.spool import kept, temporary
from mmon.sources.storage import storage_options
from mmon.sources.union import Described

# Polars knows no zone such as +05:30, which pandas writes, and panics; `dtypes.in_known_zones`
# reads these columns as what they are, instants.
os.environ.setdefault("POLARS_IGNORE_TIMEZONE_PARSE_ERROR", "1")


def described(part: Part, dataset: Dataset, fixed: Schema) -> Described:
    """A part's columns, types and rows; text formats are read with the types of ``fixed``.

    Raises
    ------
    DataError, ConfigError
        When the part cannot be read.
    """
    storage = {} if part.is_local else storage_options(dataset, part.uri)
    if part.format in TEXT_FORMATS:
        plain, is_json = _as_plain_file(part, storage), part.format == Format.NDJSON
        return describe_ndjson(plain, fixed) if is_json else describe_csv(plain, dataset, fixed)
    with reading(part.name):
        # Before Polars sees the file: it trusts what a damaged block announces.
        announced = check_blocks(part) if part.format == Format.IPC and part.is_local else None
        frame = _scanned(part, storage)
        schema = dict(frame.collect_schema())
        rows = frame.select(pl.len()).collect().item() if announced is None else announced
    return Described(part, schema, rows, lambda _: frame)


def _scanned(part: Part, storage: dict[str, Any]) -> pl.LazyFrame:
    # Partitions are read from the names of the files, alike for every format.
    if part.format == Format.DELTA:
        return scan_delta(part.uri, storage, part.name)
    scan = pl.scan_parquet if part.format == Format.PARQUET else pl.scan_ipc
    frame = scan(part.uri, glob=False, hive_partitioning=False, storage_options=storage or None)
    return in_known_zones(frame)


def _as_plain_file(part: Part, storage_options: Mapping[str, Any]) -> Part:
    """A part of text itself when it is a plain local file, or a local copy of it.

    Types are found and rows are counted in several passes, which then read the same bytes.
    """
    if not part.is_local:
        return _lines_copied(part, storage_options)
    path = Path(part.uri)
    with reading(part.name), path.open("rb") as file:
        head = file.read(6)
    packed = packing(head)
    if packed is None:
        return part
    opener = PACKED[packed]
    if opener is None:
        return _lines_copied(part, {})
    try:
        with opener(path) as source:
            return _local(part, kept(source, path.stem))
    except UNPACKING_ERRORS as error:
        if getattr(error, "errno", None) == errno.ENOSPC:
            raise DataError(
                f"{part.name!r} cannot be unpacked: the disk is full", hint="free some space"
            ) from error
        raise DataError(
            f"{part.name!r} is compressed and cut off or damaged",
            hint="the file may have been written or copied only in part",
        ) from error


def _lines_copied(part: Part, storage_options: Mapping[str, Any]) -> Part:
    path = temporary(Path(part.uri).stem)
    with reading(part.name):
        lines = pl.scan_lines(part.uri, glob=False, storage_options=dict(storage_options) or None)
        lines.sink_csv(path, include_header=False, quote_style="never")
    return _local(part, path)


def _local(part: Part, path: Path) -> Part:
    return dataclasses.replace(part, uri=str(path), is_local=True)
