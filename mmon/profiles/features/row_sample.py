"""Whole rows of a dataset, a uniform sample of them, for what no single column shows.

Every row has a pseudo-random key; those with the smallest are a uniform sample, whatever the order
in which they come, and merging two samples is keeping the smallest keys of both (bottom-k
sampling). Where labels are few or late, such a sample holds few of them: so the labelled rows with
the smallest keys are kept, too. Where all rows are labelled, or none, these are the same rows.

References
----------
Cohen and Kaplan, *Summarizing data using bottom-k sketches*, PODC 2007.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from typing import Annotated, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mmon.profiles.distributions.reading import is_vector
from mmon.profiles.merging import LARGEST, CellsError, same
from mmon.profiles.outcomes.outcome_reader import OutcomePlan, OutcomeReader
from mmon.profiles.outcomes.outcomes import Outcome
from mmon.profiles.outcomes.row_keys import Keys, halves
from mmon.records import Count, require
from mmon.records.arrays import BoolArray

Places = NDArray[np.intp]

_LAST = np.uint64(2**64 - 1)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class SampledColumn:
    """One column of the sampled rows.

    Attributes
    ----------
    name : str
    values : (k,) Series
        Numbers as Float64, labels as String, times as Int64 microseconds since 1970-01-01 UTC,
        vectors as Array of Float32; null where missing, or not readable as the column is read.
    """

    name: str
    values: pl.Series


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class SampledRows:
    """A uniform sample of the rows of a dataset, or of its labelled rows.

    Attributes
    ----------
    keys : (k,) uint64, ascending
    frame : DataFrame of k rows
        The columns of `RowSample.columns`.
    seen : int
        Rows that the sample was drawn from; k where it holds all of them.
    plan : OutcomePlan or None
        Which of the columns tell outcomes, and how.
    """

    keys: Keys
    frame: pl.DataFrame
    seen: int
    plan: OutcomePlan | None

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def half(self) -> BoolArray:
        """(k,) a fair coin for each row: which half discovers and which confirms."""
        return halves(self.keys)

    def outcome(self) -> Outcome | None:
        """What the model said of each row and what came true, as `OutcomeReader` reads data.

        None where no outcomes are known of the dataset.
        """
        if self.plan is None:
            return None
        # The rows are in the order of their keys, and the time is kept as a number.
        plan = dataclasses.replace(self.plan, timestamp=None)
        return OutcomeReader(plan).read(self.frame, 0, self.keys)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class RowSample:
    """A uniform sample of all rows, and one of the labelled rows, which mostly are the same.

    Attributes
    ----------
    keys : (k,) uint64, ascending
        The rows' pseudo-random keys.
    columns : tuple of SampledColumn
        Features, target, prediction, scores and the time of the rows, as far as there are any.
    is_labelled : (k,) bool
        Whether outcome and answer of a row are known, as the tables of features ask for.
    uniform : int
        So many of the first rows are the sample of all rows; those after them are labelled.
    seen, labelled : int
        Rows, and labelled rows, that it was drawn from.
    limit : int
        Rows that either of the two samples holds at most.
    outcome : OutcomePlan or None
        How the outcomes are read.
    timestamp : str or None
        The column of the rows' time.
    """

    keys: Keys
    columns: tuple[SampledColumn, ...]
    is_labelled: BoolArray
    uniform: Count
    seen: Count
    labelled: Count
    limit: Annotated[Count, LARGEST]
    outcome: OutcomePlan | None = None
    timestamp: str | None = None

    def all_rows(self) -> SampledRows:
        """The uniform sample of all rows."""
        return self._rows(np.arange(self.uniform), self.seen)

    def labelled_rows(self) -> SampledRows:
        """The uniform sample of the labelled rows."""
        return self._rows(np.flatnonzero(self.is_labelled), self.labelled)

    def without(self, names: Collection[str]) -> Self:
        """The same rows without some columns; those of outcomes and time stay."""
        own = {self.timestamp, *(() if self.outcome is None else self.outcome.columns)}
        lost = {*names} - own
        kept = tuple(column for column in self.columns if column.name not in lost)
        return dataclasses.replace(self, columns=kept)

    @classmethod
    def merge(cls, parts: Sequence[Self]) -> Self:
        """The sample of all parts' rows: those with the smallest keys, in any order and grouping.

        A part that left rows out knows of none beyond its largest key.
        """
        first = parts[0]
        names = [column.name for column in first.columns]
        for one in parts:
            if [column.name for column in one.columns] != names:
                raise CellsError("columns")
            if not same(one.outcome, first.outcome) or one.timestamp != first.timestamp:
                raise CellsError("outcome")
        limit = max(one.limit for one in parts)
        keys, is_labelled = (
            np.concatenate([getattr(one, name) for one in parts])
            for name in ("keys", "is_labelled")
        )
        frame = pl.concat([pl.DataFrame(_series(one.columns)) for one in parts])
        order = in_order(keys, is_labelled, frame)
        keys, is_labelled = keys[order], is_labelled[order]
        is_uniform = keys <= _last([(one.keys[: one.uniform], one.seen) for one in parts])
        is_uniform &= np.cumsum(is_uniform) <= limit
        known = [(one.keys[one.is_labelled], one.labelled) for one in parts]
        is_known = is_labelled & (keys <= _last(known))
        is_known &= np.cumsum(is_known) <= limit
        kept = np.flatnonzero(is_uniform | is_known)
        return cls(
            keys[kept],
            columns_of(taken_rows(frame, order[kept])),
            is_known[kept],
            uniform=int(is_uniform.sum()),
            seen=sum(one.seen for one in parts),
            labelled=sum(one.labelled for one in parts),
            limit=limit,
            outcome=first.outcome,
            timestamp=first.timestamp,
        )

    def check(self) -> None:
        """Raise `MisfitError` when what was read back does not fit together."""
        rows, known = len(self.keys), int(self.is_labelled.sum())
        names = [column.name for column in self.columns]
        require(len(set(names)) == len(names), "has a sample that repeats a column")
        lengths = {len(self.is_labelled), *(len(column.values) for column in self.columns)}
        require(lengths <= {rows}, "has a sample of other rows in each column")
        dtypes = {c.values.dtype for c in self.columns if not is_vector(c.values.dtype)}
        require(dtypes <= {pl.Float64, pl.Int64, pl.String}, "has a sample of other values")
        require((self.keys[1:] >= self.keys[:-1]).all(), "has keys that do not ascend")
        is_whole = self.uniform <= min(self.seen, self.limit) and known <= self.labelled
        is_whole = is_whole and self.labelled <= self.seen and known <= self.limit
        require(is_whole and self.uniform <= rows, "has a sample of more rows than were seen")
        require(self.is_labelled[self.uniform :].all(), "has rows that are in no sample")

    def _rows(self, places: Places, seen: int) -> SampledRows:
        frame = pl.DataFrame(_series(self.columns))
        return SampledRows(self.keys[places], taken_rows(frame, places), seen, self.outcome)


def in_order(
    keys: Keys, is_labelled: BoolArray, frame: pl.DataFrame, window: NDArray[np.int64] | None = None
) -> Places:
    """(k,) the places of rows by window and key; of one key, as of one id, by what they hold."""
    by = [keys] if window is None else [keys, window]
    order: Places = np.lexsort(by)
    is_tied = np.logical_and.reduce([one[order][1:] == one[order][:-1] for one in by])
    if is_tied.any():
        held = [frame.hash_rows(seed=0).to_numpy()] if frame.width else []
        order = np.lexsort([is_labelled, *held, *by])
    return order


def taken_rows(frame: pl.DataFrame, places: Places) -> pl.DataFrame:
    """Rows of a frame, which may have no column."""
    return frame[places] if frame.width else frame


def columns_of(frame: pl.DataFrame) -> tuple[SampledColumn, ...]:
    """The columns of a frame."""
    return tuple(SampledColumn(one.name, one) for one in frame)


def _series(columns: Sequence[SampledColumn]) -> dict[str, pl.Series]:
    # Of a list, a column without a name would be given one.
    return {column.name: column.values for column in columns}


def _last(parts: Sequence[tuple[Keys, int]]) -> np.uint64:
    """The largest key up to which every part knows its rows, of those kept and how many it had."""
    ends = [keys[-1] for keys, had in parts if len(keys) and len(keys) < had]
    return min(ends, default=_LAST)
