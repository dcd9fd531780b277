"""Counts the rows of each window without summarising them, and tells the rows of windows apart."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping

import polars as pl
import polars.selectors as cs

from mmon.engine.local import batch_rows
from mmon.profiles.folding.build import with_spelled
from mmon.profiles.folding.keys import OUTSIDE, WindowCutter
from mmon.profiles.plan import Plan
from mmon.profiles.recognition.spelling import by_name, spelled
from mmon.profiles.table import ColumnProfile
from mmon.windows.cut import RowCut, WindowCut

WINDOW = "__mmon_window"
"""int64: the key of a row's window; null in none."""


@dataclasses.dataclass(frozen=True, slots=True)
class Census:
    """How many rows there are.

    Attributes
    ----------
    windows : mapping of int to int
        Rows of each window that has some, by its key, in order.
    rows, without_time : int
        All of them, and those without a usable time.
    """

    windows: Mapping[int, int]
    rows: int
    without_time: int = 0


def counted(frame: pl.LazyFrame, plan: Plan, cut: WindowCut | RowCut) -> Census:
    """The rows of every window, by the times alone.

    Raises
    ------
    ConfigError
        When the windows are of time and no column tells it.
    DataError
        When a time cannot be read.
    """
    if isinstance(cut, RowCut):
        rows = int(frame.select(pl.len()).collect(engine="streaming").item())
        full, rest = divmod(rows, cut.rows)
        found = dict.fromkeys(range(full), cut.rows)
        return Census(found | ({full: rest} if rest else {}), rows)
    cutter = WindowCutter(cut, plan.timestamp, is_named=True)
    if plan.timestamp is None:
        cutter.keys(frame.head(0).collect(), 0)  # says what lacks
    own = dataclasses.replace(plan, columns=(_time(plan),))
    read = with_spelled(frame.select(by_name(_time(plan).name)), own, frame.collect_schema())
    for batch in read.collect_batches(chunk_size=batch_rows(1), maintain_order=False, lazy=True):
        cutter.check(batch)
        cutter.cut(cutter.keys(batch, 0), batch.height)
    every = sum(cutter.rows.values())
    windows = {key: cutter.rows[key] for key in sorted(cutter.rows) if key != OUTSIDE}
    return Census(windows, every, cutter.without_time)


def keyed(frame: pl.LazyFrame, plan: Plan, cut: WindowCut | RowCut) -> pl.LazyFrame:
    """The frame with each row's window, as the column ``WINDOW``."""
    if isinstance(cut, RowCut):
        number = pl.col(WINDOW).cast(pl.Int64) // cut.rows
        return frame.with_row_index(WINDOW).with_columns(number)
    column = _time(plan)
    read = column.spelling and spelled(
        column.name, frame.collect_schema()[column.name], column.spelling
    )
    times = read if isinstance(read, pl.Expr) else by_name(column.name)
    key = times.map_batches(cut.assign, return_dtype=pl.Int64, is_elementwise=True)
    return frame.with_columns(key.alias(WINDOW))


def labelled(
    frame: pl.LazyFrame, plan: Plan, cut: WindowCut, target: str
) -> dict[int, tuple[int, int]]:
    """The rows of each window, and those among them that have a target."""
    own = pl.len().alias("rows"), by_name(target).count().alias("labelled")
    names = dict.fromkeys((_time(plan).name, target))
    read = keyed(frame.select(cs.by_name(list(names))), plan, cut)
    found = read.group_by(WINDOW).agg(own).drop_nulls(WINDOW).collect(engine="streaming")
    return {key: (rows, labels) for key, rows, labels in found.iter_rows()}


def with_values(
    frame: pl.LazyFrame, columns: Mapping[str, pl.DataType]
) -> dict[int, tuple[str, ...]]:
    """Those of some columns that have any value in a window, of a frame with ``WINDOW``."""
    floats = [name for name, dtype in columns.items() if dtype.is_float()]
    others = [name for name in columns if name not in floats]
    # NaN is no value: it is how tables in memory write that there is none.
    of_floats = cs.by_name(floats).fill_nan(None).is_not_null().any()
    is_there = of_floats, cs.by_name(others).is_not_null().any()
    found = frame.group_by(WINDOW).agg(is_there).drop_nulls(WINDOW).collect(engine="streaming")
    rows = found.select(WINDOW, cs.by_name(list(columns))).iter_rows()
    return {key: tuple(itertools.compress(columns, there)) for key, *there in rows}


def _time(plan: Plan) -> ColumnProfile:
    """The column that tells the rows' time."""
    found = plan.column(plan.timestamp)
    if found is None:
        raise TypeError("only rows with times are in windows of time")
    return found
