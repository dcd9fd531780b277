"""Cuts each batch of rows into the windows, and the segments of windows, that they belong to."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.engine.local import column_of
from mmon.errors import ConfigError, DataError
from mmon.profiles.distributions.counts import as_labels
from mmon.profiles.distributions.reading import Reading, read_as
from mmon.profiles.features.tables import NULL, OTHER
from mmon.profiles.recognition.spelling import has_text, lost_texts
from mmon.records.arrays import IntArray, taken
from mmon.windows.cut import RowCut, WindowCut

T = TypeVar("T")

WHOLE = 0
"""The window key of everything, when production is not cut into windows."""

OUTSIDE = np.iinfo(np.int64).min
"""The window key of rows outside every window."""

_NEEDS_TIMESTAMP = (
    "name one that production has, with --timestamp or under columns.timestamp, or use windows of"
    " rows"
)


class Key(NamedTuple):
    """What a part of a batch belongs to: a window, and in it a segment (0: all its rows)."""

    window: int
    segment: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Cut:
    """One batch put in order of its keys; the order is None where it is in order already.

    The parts are (key, first, past), each key's stretch of the ordered rows; rows outside all
    windows are in none.
    """

    order: NDArray[np.uint32] | None
    parts: tuple[tuple[Key, int, int], ...]

    def ordered(self, record: T) -> T:
        """A record of the batch's rows, in the order of the keys."""
        return record if self.order is None else taken(record, self.order)


class WindowCutter:
    """Cuts successive batches into windows and counts their rows."""

    def __init__(
        self, cut: WindowCut | RowCut | None, timestamp: str | None, *, is_named: bool = False
    ) -> None:
        self._cut = cut
        self._is_named = is_named
        self._timestamp = timestamp
        self.rows: dict[int, int] = {}
        self.newest_us: int | None = None
        self.without_time = 0

    def check(self, batch: pl.DataFrame) -> None:
        """See that all times could be read that windows are cut by, or that the user named.

        Raises
        ------
        DataError
            When one could not: its row belongs to no window that is known.
        """
        is_asked = self._is_named or isinstance(self._cut, WindowCut)
        if self._timestamp is None or not is_asked:
            return
        lost = lost_texts(batch, self._timestamp)
        if lost is not None:
            text = lost.drop_nulls()[0]
            raise DataError(
                f"column {self._timestamp!r} holds {text!r}, which is not a timestamp",
                hint="correct it, or list the text in null_values",
            )

    def keys(self, batch: pl.DataFrame, offset: int) -> IntArray | None:
        """(n,) the window of each row, `OUTSIDE` in none; None where all rows are one window.

        Raises
        ------
        ConfigError
            When windows of time are asked for and no column tells the time.
        """
        if self._cut is None:
            return None
        if isinstance(self._cut, RowCut):
            return self._cut.assign(offset, batch.height)
        if self._timestamp is None:
            raise ConfigError(
                "windows by time need a timestamp column", hint=self._candidates(batch)
            )
        instants = self.instants(batch)
        self.without_time += instants.null_count()
        newest = instants.max()
        if isinstance(newest, int):
            self.newest_us = max(newest, self.newest_us or newest)
        return self._cut.assign(column_of(batch, self._timestamp)).fill_null(OUTSIDE).to_numpy()

    def instants(self, batch: pl.DataFrame) -> pl.Series:
        """(n,) the event times, microseconds since 1970-01-01 UTC, for windows of time."""
        if not isinstance(self._cut, WindowCut) or self._timestamp is None:
            raise TypeError("only windows of time tell the time")
        return self._cut.instants(column_of(batch, self._timestamp))

    def cut(self, keys: IntArray | None, rows: int) -> Cut:
        """The windows of a batch of so many rows."""
        if not rows:
            return Cut(None, ())
        if keys is None:
            self.rows[WHOLE] = self.rows.get(WHOLE, 0) + rows
            return Cut(None, ((Key(WHOLE), 0, rows),))
        order = None
        if (keys[1:] < keys[:-1]).any():
            order = np.argsort(keys, kind="stable").astype(np.uint32)
            keys = keys[order]
        parts = []
        for first, past in _runs(keys):
            key = int(keys[first])
            self.rows[key] = self.rows.get(key, 0) + past - first
            if key != OUTSIDE:
                parts.append((Key(key), first, past))
        return Cut(order, tuple(parts))

    @staticmethod
    def _candidates(batch: pl.DataFrame) -> str:
        dates = [name for name, dtype in batch.schema.items() if dtype in (pl.Date, pl.Datetime)]
        return (
            f"{_NEEDS_TIMESTAMP}; dates are in: {', '.join(dates)}" if dates else _NEEDS_TIMESTAMP
        )


class SegmentCutter:
    """Cuts successive batches by the values of one column, read as labels or as truths.

    Values that are not ``known`` are taken together. The column's position among the segmenting
    ones keeps the keys of two columns apart.
    """

    _OTHER, _NULL = 254, 255

    def __init__(
        self,
        column: str,
        position: int,
        known: tuple[str, ...],
        reading: Reading = Reading.LABEL,
    ) -> None:
        self.column = column
        self._reading = reading
        self._first_key = 256 * position + 1
        self._codes = {value: code for code, value in enumerate(known)}
        self.rows: dict[int, dict[Key, int]] = {}  # of each segment of each window

    def cut(self, batch: pl.DataFrame, windows: IntArray | None) -> Cut:
        """The segments of the windows of a batch."""
        codes = self._read(batch)
        if windows is None:
            windows = np.full(len(codes), WHOLE, dtype=np.int64)
            order = np.argsort(codes, kind="stable")
        else:
            order = np.lexsort((codes, windows))
        keys, codes = windows[order], codes[order]
        parts = []
        for first, past in _runs(keys, codes):
            if keys[first] != OUTSIDE:
                key = Key(int(keys[first]), self._first_key + int(codes[first]))
                of_window = self.rows.setdefault(key.window, {})
                of_window[key] = of_window.get(key, 0) + past - first
                parts.append((key, first, past))
        return Cut(order.astype(np.uint32), tuple(parts))

    def value(self, key: Key) -> str:
        """The value that a key of this column stands for."""
        code = key.segment - self._first_key
        names = {self._OTHER: OTHER, self._NULL: NULL}
        return names[code] if code in names else list(self._codes)[code]

    def _read(self, batch: pl.DataFrame) -> NDArray[np.uint8]:
        if self.column not in batch:
            return np.full(batch.height, self._NULL, dtype=np.uint8)
        values = column_of(batch, self.column)
        if has_text(values.dtype):
            values = read_as(values, self._reading)
        else:
            # Production's alone: the reference's were refused. None is a value that it has.
            is_there = values.is_not_null().to_numpy()
            return np.where(is_there, self._OTHER, self._NULL).astype(np.uint8)
        counts = values.drop_nulls().alias("value").value_counts(name="rows", sort=True)
        if not counts.height:
            return np.full(batch.height, self._NULL, dtype=np.uint8)
        labels = as_labels(counts["value"]).to_list()
        found = [self._codes.get(label, self._OTHER) for label in labels]
        codes = values.replace_strict(
            counts["value"], pl.Series(found, dtype=pl.UInt8), default=None, return_dtype=pl.UInt8
        )
        return codes.fill_null(self._NULL).to_numpy()


def _runs(*keys: IntArray | NDArray[np.uint8]) -> list[tuple[int, int]]:
    """(first, past) of each run of rows that are alike in all keys."""
    changes = np.zeros(len(keys[0]), dtype=np.bool_)
    changes[:1] = True
    for one in keys:
        changes[1:] |= one[1:] != one[:-1]
    starts = np.flatnonzero(changes)
    return list(zip(starts.tolist(), np.append(starts[1:], len(changes)).tolist(), strict=True))
