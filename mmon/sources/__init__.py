"""Opens datasets: from what a configuration names to one Polars LazyFrame.

Whoever collects such a frame does it inside `reading`, which says in one sentence what failed:
Polars reads only then.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from mmon.config.data import Dataset
from mmon.errors import ConfigError, DataError, closest
from mmon.sources.dtypes import TEXT, Schema, converted, dtype_named, in_known_zones, time_format
from mmon.sources.errors import reading
from mmon.sources.formats import Described, Part
from mmon.sources.in_memory import Table, frame_of
from mmon.sources.listing import display_name, list_parts
from mmon.sources.packing import plain
from mmon.sources.partitions import partition_texts, partition_values
from mmon.sources.spool import unchanged
from mmon.sources.union import check_headers, common_schema, fitted, readable_schema

__all__ = [
    "Data",
    "count_duplicates",
    "open_counted",
    "open_table",
    "reading",
    "unchanged",
]

# Footers and headers on an object store are waited for, not worked for.
_REMOTE_READERS = 16


@dataclasses.dataclass(frozen=True, slots=True)
class Data:
    """A dataset that is ready to be read, and what its files announced.

    Attributes
    ----------
    frame : LazyFrame
    name : str
        What reports call it.
    rows : int or None
        None where no file announces them.
    files : tuple of (str, int)
        What tells each file from the others, wherever the dataset lies, and its rows.
    """

    frame: pl.LazyFrame
    name: str
    rows: int | None = None
    files: tuple[tuple[str, int], ...] = ()

    def check(self, rows: int) -> None:
        """See that a pass read everything.

        A reader that dies in mid-file must not pass for a shorter dataset.

        Parameters
        ----------
        rows : int
            That the pass read.

        Raises
        ------
        DataError
            When it did not.
        """
        if self.rows is not None and rows != self.rows:
            raise DataError(
                f"{self.name} holds {self.rows:,} rows, and only {rows:,} could be read:"
                " a file is damaged",
                hint="write it again",
            )


def open_counted(
    dataset: Dataset,
    *,
    expect: Schema | None = None,
    is_needed: Callable[[str], bool] = lambda _: True,
) -> Data:
    """One frame of everything a dataset names, files in the order given and by name.

    Columns that a file lacks are null, and a column that is wider in one file (float among
    integers, text among categories) is that wide in all. Types in CSV and NDJSON hold for every
    row.

    Parameters
    ----------
    dataset : Dataset
        Where the data is and how to read it.
    expect : Mapping, optional
        Columns and types of the reference, for production. In CSV and NDJSON, what is text there
        is read as text ("007" stays "007"), and a column without any value takes its type.
    is_needed : callable
        Whether a column is compared; another one may be of types that do not mix.

    Raises
    ------
    DataError
        When data is missing, unreachable, damaged or does not fit together.
    ConfigError
        When an option of the dataset is wrong.
    """
    name = display_name(dataset.path)
    dtypes = {column: dtype_named(text, column) for column, text in dataset.dtypes.items()}
    parts = list_parts(dataset)
    texts = [partition_texts(part.folders) for part in parts]
    partition_dtypes, values = partition_values(texts, _texts(expect))
    formats = {column: time_format(text) for column, text in dataset.dtypes.items()}
    found = _each(lambda part: _described(part, dataset, _fixed(part, dtypes, expect)), parts)
    check_headers(found)
    common = _filled({**common_schema(found, dtypes, is_needed), **partition_dtypes}, expect)
    _check_dtypes(dtypes, common, expect, name)

    def opened(one: Described, partition: Mapping[str, object]) -> pl.LazyFrame:
        schema = readable_schema(one, common)
        literals = [
            pl.lit(value, dtype=partition_dtypes[column]).alias(column)
            for column, value in partition.items()
        ]
        frame = one.scan(schema).with_columns(literals)
        return fitted(frame, {**schema, **partition_dtypes}, common)

    frames = [opened(*pair) for pair in zip(found, values, strict=True)]
    frame = frames[0] if len(frames) == 1 else pl.concat(frames, how="vertical")
    files = tuple((_own_name(part), one.rows) for part, one in zip(parts, found, strict=True))
    rows = sum(one.rows for one in found)
    return Data(_with_dtypes(frame, dtypes, common, formats), name, rows, files)


def open_table(data: Table) -> Data:
    """A table that a Python user holds: of Polars or pandas, or any that speaks Arrow's protocol.

    Raises
    ------
    DataError
        When it is none, or cannot be read.
    """
    frame, name = frame_of(data)
    with reading(name):
        return Data(in_known_zones(frame), name)


def count_duplicates(frame: pl.LazyFrame, name: str, rows: int) -> tuple[int, int]:
    """Of the first so many rows, those that repeat an earlier one in every column, and all.

    Rows are told apart by 64-bit hashes, 8 bytes a row in memory: among 10 million rows, the chance
    that two different ones count as equal is 3 in a million.

    Parameters
    ----------
    frame : LazyFrame
    name : str
        What the user calls the data.
    rows : int
        That the data is known to have.

    Raises
    ------
    DataError
        When the data cannot be read.
    """
    with reading(name):
        hashes = frame.head(rows).select(pl.struct(pl.all()).hash(seed=0).alias("hash"))
        counts = hashes.select(rows=pl.len(), distinct=pl.col("hash").n_unique())
        found, distinct = counts.collect(engine="streaming").row(0)
    if found != rows:
        raise DataError(f"{name} could not be read again: it changed, or is damaged")
    return rows - distinct, rows


def _described(part: Part, dataset: Dataset, fixed: Schema) -> Described:
    ready = plain(part) if part.format.is_text else part
    with reading(part.name):
        return part.format.describe(ready, dataset, fixed)


def _each(describe: Callable[[Part], Described], parts: Sequence[Part]) -> list[Described]:
    if parts[0].is_local or len(parts) == 1:
        return [describe(part) for part in parts]
    pool = ThreadPoolExecutor(_REMOTE_READERS)
    try:
        return list(pool.map(describe, parts))
    finally:
        # After a failure or an interrupt, nobody waits for the others.
        pool.shutdown(wait=False, cancel_futures=True)


def _own_name(part: Part) -> str:
    """A file's name, with the folders that say what its rows have in common."""
    *folders, name = part.name.split("/")
    return "/".join([*(folder for folder in folders if "=" in folder), name])


def _fixed(part: Part, dtypes: Schema, expect: Schema | None) -> Schema:
    """The types that text is read with; files of other formats have types of their own."""
    if not part.format.is_text:
        return {}
    # Times are read from what the text holds, as those of other formats are.
    fixed = {column: t for column, t in dtypes.items() if not isinstance(t, pl.Date | pl.Datetime)}
    return {**dict.fromkeys(_texts(expect), pl.String()), **fixed}


def _texts(expect: Schema | None) -> Sequence[str]:
    return [column for column, dtype in (expect or {}).items() if isinstance(dtype, TEXT)]


def _filled(common: Schema, expect: Schema | None) -> Schema:
    """Columns without any value take the type that is expected of them."""
    return {
        column: (expect or {}).get(column, dtype) if dtype == pl.Null else dtype
        for column, dtype in common.items()
    }


def _check_dtypes(dtypes: Schema, common: Schema, expect: Schema | None, name: str) -> None:
    for column in dtypes:
        # A column of the reference that production lacks is a result, not an error.
        if column in common or column in (expect or {}):
            continue
        hint = closest(column, common, "remove it from dtypes")
        raise ConfigError(f"dtypes: {name!r} has no column {column!r}", hint=hint)


def _with_dtypes(
    frame: pl.LazyFrame, dtypes: Schema, common: Schema, formats: Mapping[str, str | None]
) -> pl.LazyFrame:
    """Casts what is not yet of the type that the configuration names."""
    casts = [
        converted(column, common[column], dtype, formats.get(column))
        for column, dtype in dtypes.items()
        if common.get(column, dtype) != dtype
    ]
    return frame.with_columns(casts) if casts else frame
