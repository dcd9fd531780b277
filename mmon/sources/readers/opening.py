"""Opens one part of a dataset, whatever its format."""

from __future__ import annotations

import os
from typing import Any

import polars as pl

from mmon.config.data import Dataset
from mmon.sources.dtypes import Schema, in_known_zones
from mmon.sources.errors import reading
from mmon.sources.formats import TEXT_FORMATS, Format
from mmon.sources.listing import Part
from mmon.sources.readers.csv import describe_csv
from mmon.sources.readers.ipc import check_blocks
from mmon.sources.readers.ndjson import describe_ndjson
from mmon.sources.readers.tables import scan_delta
from mmon.sources.readers.unpacking import as_plain_file
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
        plain, is_json = as_plain_file(part, storage), part.format == Format.NDJSON
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
