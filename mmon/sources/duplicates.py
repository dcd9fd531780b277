"""Counts the rows of a frame that repeat an earlier row."""

from __future__ import annotations

import polars as pl

from mmon.errors import DataError
from mmon.sources.errors import reading


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
