"""Knows folders that are tables of a lake: their log says which of their files count."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PanicException, PolarsError

from mmon.config.data import Dataset
from mmon.errors import DataError, MissingExtraError
from mmon.files import witness
from mmon.sources.dtypes import Schema
from mmon.sources.formats import Described, Format, Part

DELTA = "Delta"
_LOGS = {DELTA: "_delta_log", "Hudi": ".hoodie"}


def table_kind(folder: Path) -> str | None:
    """Delta, Hudi or Iceberg when a folder is such a table, else None."""
    for kind, log in _LOGS.items():
        if (folder / log).exists():
            return kind
    is_iceberg = next((folder / "metadata").glob("*.metadata.json"), None) is not None
    return "Iceberg" if is_iceberg else None


def is_delta(folder: str, storage_options: Mapping[str, Any]) -> bool:
    """Whether a folder on an object store, which ends in a slash, is a Delta table."""
    log = pl.scan_lines(f"{folder}_delta_log/*.json", storage_options=dict(storage_options))
    try:
        return log.head(1).collect().height > 0
    except (PolarsError, OSError):
        # Nothing there, or nothing that may be listed; whoever reads the folder says which.
        return False


def check_may_be_read(kind: str, name: str) -> None:
    """See that a table can be read as what it is.

    Raises
    ------
    MissingExtraError
        When what reads it is not installed.
    DataError
        When nothing does.
    """
    if kind != DELTA:
        raise DataError(
            f"{name!r} is a table of {kind}, in whose folder removed rows may stand as well",
            hint="write what it holds to Parquet, and name that",
        )
    if importlib.util.find_spec("deltalake") is None:
        raise MissingExtraError(
            f"{name!r} is a Delta table, which is read through deltalake",
            hint='pip install "mmon[delta]"',
        )


def check_no_table(paths: Iterable[Path], name: str) -> None:
    """See that files that were found are not some of a table's, of which others may not count.

    Raises
    ------
    DataError
        When they are.
    """
    for folder in {parent for path in paths for parent in path.parents}:
        kind = table_kind(folder)
        if kind is not None:
            raise DataError(
                f"{name!r} holds files of the {kind} table {str(folder)!r}, some of which may be"
                " removed",
                hint="name the folder of the table itself",
            )


class Delta(Format):
    """The current rows of a Delta table; found out by its log, and never an option."""

    TITLE = "Delta"
    SUFFIXES = ()
    MAGIC = (b"",)
    IS_TABLE = True

    def describe(self, part: Part, dataset: Dataset, fixed: Schema) -> Described:
        options = {key: str(value) for key, value in part.storage.items()}
        try:
            # Its log is read here, and its files' footers.
            frame = pl.scan_delta(part.uri, storage_options=options or None)
            return Described.typed(part, frame)
        except (Exception, PanicException) as error:
            # deltalake's own errors are plain Exceptions.
            witness.hears_panic()  # this one is told here
            raise DataError(
                f"{part.name!r} is a Delta table that cannot be read: its log or a file of it is"
                " damaged or missing",
                hint="check it with what writes it",
            ) from error
