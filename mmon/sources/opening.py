"""Opens one part of a dataset, whatever its format."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from typing import Any

import polars as pl

from mmon.config import Dataset
from mmon.sources.csv import CsvFile
from mmon.sources.dtypes import in_known_zones
from mmon.sources.errors import reading
from mmon.sources.formats import Format
from mmon.sources.listing import Part
from mmon.sources.ndjson import ndjson_schema, scan_ndjson
from mmon.sources.storage import storage_options

Schema = Mapping[str, pl.DataType]

# Polars knows no zone such as +05:30, which pandas writes, and panics; `dtypes.in_known_zones`
# reads these columns as what they are, instants.
os.environ.setdefault("POLARS_IGNORE_TIMEZONE_PARSE_ERROR", "1")


@dataclasses.dataclass(frozen=True, slots=True)
class Opener:
    """Describes and scans the parts of one dataset.

    Attributes
    ----------
    dataset : Dataset
        The read options.
    """

    dataset: Dataset

    def schema(self, part: Part, fixed: Schema) -> dict[str, pl.DataType]:
        """Columns and types of a part; text formats are read with the types of ``fixed``.

        Raises
        ------
        DataError, ConfigError
            When the part cannot be read.
        """
        if part.format in (Format.CSV, Format.TSV):
            return self._csv(part).schema(fixed)
        if part.format == Format.NDJSON:
            return ndjson_schema(part, self._storage(part), fixed)
        with reading(part.name):
            return dict(self.scan(part, {}).collect_schema())

    def scan(self, part: Part, schema: Schema) -> pl.LazyFrame:
        """A part as a frame; text formats are read with the types of ``schema``."""
        if part.format in (Format.CSV, Format.TSV):
            return self._csv(part).scan(schema)
        if part.format == Format.NDJSON:
            return scan_ndjson(part, self._storage(part), schema)
        # Partitions are read from the names of the files, alike for every format.
        scan = pl.scan_parquet if part.format == Format.PARQUET else pl.scan_ipc
        options = self._storage(part) or None
        frame = scan(part.uri, glob=False, hive_partitioning=False, storage_options=options)
        return in_known_zones(frame)

    def _csv(self, part: Part) -> CsvFile:
        return CsvFile(part, self.dataset, self._storage(part))

    def _storage(self, part: Part) -> dict[str, Any]:
        return {} if part.is_local else storage_options(self.dataset, part.uri)
