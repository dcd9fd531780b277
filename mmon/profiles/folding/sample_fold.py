"""Draws the rows that are kept whole, window by window, with bounded memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.engine.local import column_of
from mmon.profiles.cells import asked
from mmon.profiles.distributions.counts import as_labels, own_texts
from mmon.profiles.distributions.reading import Reading, is_comparable, read_as
from mmon.profiles.distributions.vectors import vectors_in
from mmon.profiles.features.row_sample import RowSample, columns_of, in_order
from mmon.profiles.folding.batches import Batch, Candidates, Extent
from mmon.profiles.outcomes.outcome_reader import OutcomePlan
from mmon.profiles.outcomes.row_keys import Keys
from mmon.profiles.plan import Plan
from mmon.records.arrays import BoolArray, IntArray

# All windows together keep so many times the rows of one, and each at least so many ...
_MANY_WINDOWS = 8
_FEWEST_ROWS = 5_000
# ... but beyond this many windows not even these ...
_VERY_MANY_WINDOWS = 512
# Characters that are kept of a free text.
_LONGEST_TEXT = 2_000
# ... and several windows no more values than these: a quarter of a gigabyte.
_MOST_VALUES = 1 << 25


@dataclasses.dataclass(frozen=True, slots=True)
class SampledAs:
    """How one column of the sampled rows is read; a class of an outcome may be an empty text."""

    reading: Reading
    is_outcome: bool = False
    width: int = 1
    """How many numbers each value is."""


def sampled_columns(
    plan: Plan, extent: Extent, schema: Mapping[str, pl.DataType]
) -> dict[str, SampledAs]:
    """The columns of a dataset's sampled rows: features, outcomes, and the time of the rows."""
    if extent.sample is None:
        return {}
    found = {
        column.name: SampledAs(column.reading, width=column.width or 1)
        for column in plan.columns
        if column.is_feature or column.is_content or column.name in extent.sample.also
    }
    if plan.timestamp is not None:
        found[plan.timestamp] = SampledAs(Reading.TIME)
    outcome = extent.outcome
    for name, reading in asked(plan, outcome, ()):
        found[name] = SampledAs(reading, is_outcome=True)
    for end in () if outcome is None else (outcome.lower, outcome.upper):
        if end is not None:
            found[end] = SampledAs(Reading.NUMBER)
    return {
        name: one
        for name, one in found.items()
        if name in schema and one.reading is not Reading.PRESENCE
    }


class _Smallest:
    """The smallest keys of one window so far, as many as its sample holds."""

    def __init__(self) -> None:
        self._keys = np.empty(0, dtype=np.uint64)
        self.seen = 0

    def enter(self, keys: Keys, size: int) -> BoolArray:
        """(n,) whether rows may be among the smallest; all that share the last key are."""
        self.seen += len(keys)
        bounds = [self._keys[size - 1]] if len(self._keys) >= size else []
        is_in = keys <= bounds[0] if bounds else np.ones(len(keys), dtype=np.bool_)
        found = keys[is_in]
        if len(found) > size:
            # No more of one batch than could stay: memory must not grow with the rows.
            is_in &= keys <= np.partition(found, size - 1)[size - 1]
            found = keys[is_in]
        if len(found):
            self._keys = np.sort(np.concatenate([self._keys, found]))[:size]
        return is_in


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """Rows of all windows that were drawn so far, a few more than are kept in the end."""

    window: IntArray
    keys: Keys
    is_labelled: BoolArray
    frame: pl.DataFrame

    def __len__(self) -> int:
        return len(self.keys)


class SampleFold:
    """The sampled rows of one dataset, at most so many a window."""

    def __init__(
        self,
        rows: int,
        columns: Mapping[str, SampledAs],
        outcome: OutcomePlan | None,
        timestamp: str | None,
    ) -> None:
        self._rows = rows
        self._columns = columns
        self._outcome = outcome
        self._timestamp = timestamp
        self._windows: dict[int, tuple[_Smallest, _Smallest]] = {}
        self._drawn: list[_Drawn] = []
        self._prune_at = 2 * rows

    def add(self, batch: pl.DataFrame, context: Batch) -> None:
        if context.candidates is None:
            return
        cut = context.cuts[0]
        for key, _, _ in cut.parts:
            self._windows.setdefault(key.window, (_Smallest(), _Smallest()))
        size, keys = self._size, context.candidates.keys
        drawn = [
            (key.window, first + self._enter(key.window, context.candidates, first, past, size))
            for key, first, past in cut.parts
        ]
        if not drawn:
            return
        places = np.concatenate([found for _, found in drawn])
        windows = np.repeat([window for window, _ in drawn], [len(found) for _, found in drawn])
        is_labelled = context.candidates.is_labelled[places]
        rows = places if cut.order is None else cut.order[places]
        frame = self._read(batch, rows)
        self._drawn.append(_Drawn(windows.astype(np.int64), keys[places], is_labelled, frame))
        if sum(map(len, self._drawn)) > self._prune_at:
            self._prune()
            self._prune_at = max(2 * self._rows, 2 * len(self._drawn[0]))

    @property
    def _size(self) -> int:
        """Rows that each of so many windows keeps."""
        windows = max(len(self._windows), 1)
        if windows == 1:
            return self._rows
        fewest = int(_FEWEST_ROWS * min(1.0, _VERY_MANY_WINDOWS / windows))
        shared = max(fewest, _MANY_WINDOWS * self._rows // windows)
        fitting = _MOST_VALUES // (windows * sum(one.width for one in self._columns.values()))
        return max(1, min(self._rows, shared, fitting))

    def _enter(
        self, window: int, candidates: Candidates, first: int, past: int, size: int
    ) -> NDArray[np.intp]:
        """The places, in the window's stretch of the batch, of rows that are drawn."""
        keys, is_labelled = candidates.keys[first:past], candidates.is_labelled[first:past]
        every, labelled = self._windows[window]
        is_in = every.enter(keys, size)
        known = np.flatnonzero(is_labelled)
        is_in[known] |= labelled.enter(keys[known], size)
        return np.flatnonzero(is_in)

    def _read(self, batch: pl.DataFrame, rows: NDArray[np.int64 | np.uint32]) -> pl.DataFrame:
        """The columns of some rows in their final form, in memory of their own."""
        # By name: a list of columns would give one without a name another.
        some = pl.DataFrame({name: batch.get_column(name) for name in self._columns})[rows]
        return pl.DataFrame(
            {name: in_final_form(column_of(some, name), how) for name, how in self._columns.items()}
        )

    def _prune(self) -> BoolArray:
        """Leave the rows that each window keeps, in order; (k,) whether of all rows they are."""
        window, keys, is_labelled = (
            np.concatenate([getattr(one, name) for one in self._drawn])
            for name in ("window", "keys", "is_labelled")
        )
        frame = pl.concat([one.frame for one in self._drawn])
        order = in_order(keys, is_labelled, frame, window)
        window, is_labelled = window[order], is_labelled[order]
        size = self._size
        is_uniform: BoolArray = _place_in(window, np.ones(len(window), np.bool_)) < size
        is_known = is_labelled & (_place_in(window, is_labelled) < size)
        kept = is_uniform | is_known
        places = order[kept]
        self._drawn = [_Drawn(window[kept], keys[places], is_known[kept], frame[places])]
        return is_uniform[kept]

    def finish(self) -> dict[int, RowSample]:
        if not self._drawn:
            return {}
        is_uniform = self._prune()
        drawn, found = self._drawn[0], {}
        ends = np.flatnonzero(np.diff(drawn.window)) + 1
        for first, past in zip([0, *ends], [*ends, len(drawn)], strict=True):
            window = int(drawn.window[first])
            every, labelled = self._windows[window]
            found[window] = RowSample(
                drawn.keys[first:past],
                columns_of(drawn.frame[first:past]),
                drawn.is_labelled[first:past],
                uniform=int(is_uniform[first:past].sum()),
                seen=every.seen,
                labelled=labelled.seen,
                limit=self._rows,
                outcome=self._outcome,
                timestamp=self._timestamp,
            )
        return found


def sample_folds(plan: Plan, extent: Extent, schema: Mapping[str, pl.DataType]) -> list[SampleFold]:
    """What draws the rows, where there are any columns to keep of them."""
    columns = sampled_columns(plan, extent, schema)
    if extent.sample is None or not columns:
        return []
    timestamp = plan.timestamp if plan.timestamp in columns else None
    return [SampleFold(extent.sample.rows, columns, extent.outcome, timestamp)]


def in_final_form(values: pl.Series, how: SampledAs) -> pl.Series:
    """Values of sampled rows as numbers, labels or times, null where missing."""
    if not is_comparable(values.dtype, how.reading):
        values = pl.Series([None] * len(values), dtype=pl.Null)
    if how.reading is Reading.VECTOR:
        return vectors_in(values, how.width).as_series()
    if how.reading in (Reading.NUMBER, Reading.TIME):
        found = read_as(values, how.reading)
        is_number = how.reading is Reading.NUMBER
        return found.cast(pl.Float64).fill_nan(None) if is_number else found.cast(pl.Int64)
    if values.dtype == pl.Null:
        return values.cast(pl.String)
    if how.reading is Reading.TEXT:
        return own_texts(read_as(values, how.reading).str.slice(0, _LONGEST_TEXT))
    if how.is_outcome:
        return own_texts(as_labels(values.fill_nan(None) if values.dtype.is_float() else values))
    return own_texts(as_labels(read_as(values, how.reading)))


def _place_in(window: IntArray, is_counted: BoolArray) -> IntArray:
    """(k,) how many counted rows come before each in its window, of rows in order of windows."""
    before: IntArray = np.cumsum(is_counted) - is_counted
    starts = np.flatnonzero(np.diff(window, prepend=window[0] - 1))
    sizes = np.diff(starts, append=len(window))
    return before - np.repeat(before[starts], sizes)
