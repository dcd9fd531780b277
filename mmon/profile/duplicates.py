"""Counts rows that repeat an earlier row exactly."""

from __future__ import annotations

import polars as pl


def count_duplicates(frame: pl.LazyFrame) -> tuple[int, int]:
    """Rows that are equal to an earlier row in every column, and all rows.

    Unlike the profile this needs memory that grows with the number of different rows, which is why
    it is done only where asked for.

    Returns
    -------
    (int, int)
        Duplicates and rows.
    """
    rows, distinct = pl.collect_all(
        [frame.select(pl.len()), frame.unique().select(pl.len())], engine="streaming"
    )
    return int(rows.item()) - int(distinct.item()), int(rows.item())
