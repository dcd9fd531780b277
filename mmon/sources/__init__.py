"""Opens datasets: from what a configuration names to one Polars LazyFrame.

Whoever collects such a frame does it inside `reading`, which says in one sentence what failed:
Polars reads only then.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import polars as pl

from mmon.config.data import Dataset
from mmon.errors import ConfigError, DataError, closest
from mmon.profiles.outcomes.row_keys import FileRows
from mmon.results import Skipped
from mmon.sources.believed import are_borne_out
from mmon.sources.dtypes import (
    TEXT,
    TIMES,
    Schema,
    converted,
    dtype_named,
    in_known_zones,
    time_format,
)
from mmon.sources.errors import reading
from mmon.sources.formats import Described, Part
from mmon.sources.in_memory import Table, frame_of
from mmon.sources.listing import Listing, display_name, list_parts
from mmon.sources.packing import plain
from mmon.sources.partitions import partition_values
from mmon.sources.spool import unchanged
from mmon.sources.stretches import narrowed
from mmon.sources.time_range import TimeRange
from mmon.sources.union import check_headers, common_schema, read_part

__all__ = [
    "Data",
    "TimeRange",
    "count_duplicates",
    "open_counted",
    "open_table",
    "reading",
    "unchanged",
]

# Footers and headers on an object store are waited for, not worked for.
_REMOTE_READERS = 16

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Data:
    """A dataset that is ready to be read, and what its files announced."""

    frame: pl.LazyFrame
    name: str
    """What reports call it."""
    rows: int | None = None
    """None where no file announces them."""
    files: tuple[FileRows, ...] = ()
    """What tells each file from the others, wherever the dataset lies, and its rows."""
    skipped: Skipped | None = None
    """What was left unread for it cannot be of the time asked for; None where all is read."""
    is_followed: bool = False
    """Whether there are rows from the end of the time asked for on."""
    paths: tuple[Path, ...] = ()
    """Where each of its ``files`` can be read on this machine; empty where some cannot."""

    def digest(self) -> str | None:
        """``sha256:`` and a digest of the names and bytes of its files, in their order.

        None where it does not come from files alone, or some are not on this machine. `DataError`
        where one cannot be read.
        """
        if not self.paths:
            return None
        whole = hashlib.sha256()
        with reading(self.name):
            for path, file in zip(self.paths, self.files, strict=True):
                with path.open("rb") as opened:
                    own = hashlib.file_digest(opened, "sha256").digest()
                name = file.name.encode("utf-8", "backslashreplace")
                whole.update(own + hashlib.sha256(name).digest())
        return f"sha256:{whole.hexdigest()}"

    def check(self, rows: int) -> None:
        """See that a pass of so many rows read all of them, else raise a `DataError`.

        A reader that dies in mid-file must not pass for a shorter dataset.
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
    between: TimeRange | None = None,
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
    between : TimeRange, optional
        Leave unread what cannot hold rows of that time: files by the dates in their names and
        folders, and rows of files by the column of time. What is read may hold rows of other times.

    Raises
    ------
    DataError
        When data is missing, unreachable, damaged or does not fit together.
    ConfigError
        When an option of the dataset is wrong.
    """
    expected = expect or {}
    dtypes = {column: dtype_named(text, column) for column, text in dataset.dtypes.items()}
    fixed: dict[str, pl.DataType] = {
        column: pl.String() for column, dtype in expected.items() if isinstance(dtype, TEXT)
    }
    listing = list_parts(dataset, between)
    folders, values = partition_values([part.folders for part in listing.parts], fixed)
    # Times are read from what the text holds, as those of other formats are.
    fixed |= {c: dtype for c, dtype in dtypes.items() if not isinstance(dtype, TIMES)}
    each = functools.partial(_each, are_local=listing.parts[0].is_local)
    described = each(lambda part: _described(part, dataset, fixed), listing.parts)
    check_headers(described)
    if between is not None:
        if listing.skipped and not _are_borne_out(described, between, dataset, dtypes, folders):
            unnamed = dataclasses.replace(between, by_names=False)
            return open_counted(dataset, expect=expect, is_needed=is_needed, between=unnamed)
        if between.column not in {**dtypes, **folders}:
            described = each(lambda one: narrowed(one, between), described)
    # Of a dataset without any row of that time there are still the columns.
    read = [at for at, one in enumerate(described) if one.rows or not one.unread] or [-1]
    found = [described[at] for at in read]
    name = display_name(dataset.path)
    common = {
        # Columns without any value take the type that is expected of them.
        column: expected.get(column, dtype) if dtype == pl.Null else dtype
        for column, dtype in (common_schema(found, dtypes, is_needed) | folders).items()
    }
    _check_dtypes(dtypes, {**common, **expected}, common, name)
    frames = [
        read_part(one, values[at], folders, common) for one, at in zip(found, read, strict=True)
    ]
    frame = frames[0] if len(frames) == 1 else pl.concat(frames, how="vertical")
    return Data(
        _as_given(frame, common, dataset, dtypes),
        name,
        sum(one.rows for one in found),
        tuple(FileRows(_own_name(one.part), one.rows, one.first) for one in found),
        _skipped(listing, described, found),
        listing.is_followed or any(one.is_followed for one in described),
        _paths([one.part for one in found]),
    )


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

    Raises
    ------
    DataError
        When the data cannot be read, or no longer has the rows that it is known to have.
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


def _as_given(
    frame: pl.LazyFrame, common: Schema, dataset: Dataset, dtypes: Schema
) -> pl.LazyFrame:
    """The frame with columns of the types that the configuration names."""
    casts = [
        converted(column, common[column], dtype, time_format(dataset.dtypes[column]))
        for column, dtype in dtypes.items()
        if common.get(column, dtype) != dtype
    ]
    return frame.with_columns(casts) if casts else frame


def _are_borne_out(
    parts: Sequence[Described],
    between: TimeRange,
    dataset: Dataset,
    dtypes: Schema,
    folders: Collection[str],
) -> bool:
    """Whether rows happened when the names of their files claim; a partition is its own proof."""
    column = between.column
    if column is None or column not in dtypes:
        return column in folders or are_borne_out(parts, between)
    as_given = functools.partial(
        converted, column, dtype=dtypes[column], format_=time_format(dataset.dtypes[column])
    )
    return are_borne_out(parts, between, as_given)


def _skipped(
    listing: Listing, described: Sequence[Described], read: Sequence[Described]
) -> Skipped | None:
    """What was left unread."""
    found = Skipped(
        files=listing.skipped + len(described),
        by_name=listing.skipped,
        by_time=len(described) - len(read),
        rows=sum(one.unread for one in read),
    )
    return found if found.by_name or found.by_time or found.rows else None


def _each(
    look: Callable[[T], Described], parts: Sequence[T], *, are_local: bool
) -> list[Described]:
    if are_local or len(parts) == 1:
        return [look(part) for part in parts]
    pool = ThreadPoolExecutor(_REMOTE_READERS)
    try:
        return list(pool.map(look, parts))
    finally:
        # After a failure or an interrupt, nobody waits for the others.
        pool.shutdown(wait=False, cancel_futures=True)


def _paths(parts: Sequence[Part]) -> tuple[Path, ...]:
    """Where the files of a dataset are on this machine; a table has more than it shows."""
    are_here = all(part.is_local and not part.format.IS_TABLE for part in parts)
    return tuple(Path(part.uri) for part in parts) if are_here else ()


def _own_name(part: Part) -> str:
    """A file's name, with the folders that say what its rows have in common."""
    *folders, name = part.name.split("/")
    return "/".join([*(folder for folder in folders if "=" in folder), name])


def _check_dtypes(dtypes: Schema, known: Schema, there: Schema, name: str) -> None:
    # A column of the reference that production lacks is a result, not an error.
    for column in (column for column in dtypes if column not in known):
        hint = closest(column, there, "remove it from dtypes")
        raise ConfigError(f"dtypes: {name!r} has no column {column!r}", hint=hint)
