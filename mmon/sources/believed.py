"""Sees that rows happened when the names of their files claim, before these are believed.

Names may tell when rows were loaded, or something else altogether: rows like those that are found
in the wrong file may be in files that were skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from mmon.profiles.recognition.spelling import TEXTS, by_name, spelled
from mmon.profiles.recognition.timely import time_of_numbers, time_spelling
from mmon.profiles.recognition.times import TimeSpelling
from mmon.sources.dtypes import TIMES
from mmon.sources.errors import reading
from mmon.sources.formats import Described
from mmon.sources.time_range import TimeRange
from mmon.windows.timestamps import to_instants

_ROWS = 10_000  # of each file, to tell how times are written

Given = Callable[[pl.DataType], pl.Expr]
"""The column of time, of its type in a file, as the configuration says to read it."""


def are_borne_out(
    parts: Sequence[Described], between: TimeRange, given: Given | None = None
) -> bool:
    """Whether every row happened when the name of its file claims, as far as that does.

    Rows without a time belie nothing; times that cannot be read for sure do.

    Raises
    ------
    DataError
        When a file cannot be read.
    """
    claimed = [one for one in parts if one.part.claim is not None]
    column = between.column
    if column is None:
        return not claimed
    spellings = {} if given else _spellings(claimed, column)
    for one in claimed:
        dtype = one.schema.get(column, pl.Null())
        if dtype == pl.Null:
            continue
        time = given(dtype) if given else _time(column, dtype, spellings)
        if time is None:
            return False
        with reading(one.part.name):
            times = one.scan(one.schema).select(time.alias("time"))
            found = times.select(low=pl.col("time").min(), high=pl.col("time").max())
            ends = found.collect(engine="streaming")
        low, high = (to_instants(ends[name], between.timezone) for name in ends.columns)
        if ends["low"][0] is not None and not _lies_in(one, low[0], high[0]):
            return False
    return True


def _lies_in(one: Described, low: int | None, high: int | None) -> bool:
    claim = one.part.claim
    if low is None or high is None or claim is None:
        return False  # a time so far away that it is none
    return claim[0] <= low and high < claim[1]


def _time(
    column: str, dtype: pl.DataType, spellings: dict[bool, TimeSpelling | None]
) -> pl.Expr | None:
    """How the times of a file are read; None where that is not sure."""
    if isinstance(dtype, TIMES):
        return by_name(column)
    spelling = spellings.get(isinstance(dtype, TEXTS))
    return None if spelling is None else spelled(column, dtype, spelling)


def _spellings(parts: Sequence[Described], column: str) -> dict[bool, TimeSpelling | None]:
    """How times are written in text (true) and in numbers (false); None where that is not sure."""
    heads: dict[bool, list[pl.Series]] = {}
    for one in parts:
        dtype = one.schema.get(column, pl.Null())
        is_text = isinstance(dtype, TEXTS)
        if is_text or dtype.is_numeric():
            with reading(one.part.name):
                head = one.scan(one.schema).select(by_name(column).alias("time")).head(_ROWS)
                values = head.unique().collect().to_series().drop_nulls()
            heads.setdefault(is_text, []).append(values.cast(pl.String if is_text else pl.Float64))
    return {is_text: _spelling(pl.concat(found), is_text) for is_text, found in heads.items()}


def _spelling(values: pl.Series, is_text: bool) -> TimeSpelling | None:
    if not is_text:
        return time_of_numbers(values, "timestamp")
    known = values.filter(values.str.strip_chars() != "")
    found = time_spelling(known, "timestamp")
    return None if found is None or found.is_ambiguous else found
