"""Counts the rows of a frame that repeat an earlier row."""

from __future__ import annotations

import polars as pl

from mmon.sources.errors import reading


def count_duplicates(frame: pl.LazyFrame, name: str) -> tuple[int, int]:
    """Rows that repeat an earlier row in every column, and all rows.

    Rows are told apart by 64-bit hashes, 8 bytes a row in memory: among 10 million rows, the chance
    that two different ones count as equal is 3 in a million.

    Parameters
    ----------
    frame : LazyFrame
    name : str
        What the user calls the data.

    Raises
    ------
    DataError
        When the data cannot be read.
    """
    with reading(name):
        hashes = frame.select(pl.struct(pl.all()).hash(seed=0).alias("hash"))
        counts = hashes.select(rows=pl.len(), distinct=pl.col("hash").n_unique())
        rows, distinct = counts.collect(engine="streaming").row(0)
    return rows - distinct, rows
