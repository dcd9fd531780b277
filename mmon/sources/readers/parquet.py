"""Parquet: columns with types, and a footer that announces the rows."""

from __future__ import annotations

import functools
from typing import Any

import polars as pl

from mmon.config.data import Dataset
from mmon.sources.dtypes import Schema
from mmon.sources.formats import Described, Format, Part


class Parquet(Format):
    TITLE = "Parquet"
    SUFFIXES = (".parquet", ".pq")
    MAGIC = (b"PAR1", b"PARE")

    def describe(self, part: Part, dataset: Dataset, fixed: Schema) -> Described:
        # Partitions are read from the names of the files, alike for every format.
        options = dict(part.storage) or None
        scan = functools.partial(
            pl.scan_parquet,
            part.uri,
            glob=False,
            hive_partitioning=False,
            storage_options=options,
        )
        return Described.typed(part, scan(), numbered=lambda name: scan(row_index_name=name))

    def paths(self, pattern: str, options: dict[str, Any]) -> pl.LazyFrame:
        # Without columns, only the footers are read.
        return pl.scan_parquet(
            pattern,
            schema={},
            extra_columns="ignore",
            hive_partitioning=False,
            include_file_paths="path",
            storage_options=options,
        )
