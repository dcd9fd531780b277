"""What is worked out once for each batch, before every column's fold takes it."""

from __future__ import annotations

import dataclasses

import polars as pl

from mmon.errors import ConfigError
from mmon.profiles.features.losses import Joint, joint_of
from mmon.profiles.features.row_sample import RowSampler
from mmon.profiles.features.tables import Layout
from mmon.profiles.folding.keys import OUTSIDE, Cut, SegmentCutter, WindowCutter
from mmon.profiles.folding.lateness import Lateness
from mmon.profiles.outcomes.outcome_reader import OutcomeReader
from mmon.profiles.outcomes.outcomes import Outcome
from mmon.records.arrays import BoolArray, IntArray

MOST_SUMMARIES = 1_000_000
"""Columns times windows and segments: each takes milliseconds to compare, and kilobytes to keep."""

WindowParts = tuple[tuple[int, int, int], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Rows:
    """The outcomes of a batch, in order of its windows, for the bins of each feature.

    Attributes
    ----------
    parts : tuple of (window, first, past)
    joint : Joint
    sampled : mapping of int to (k,) int64
        Window to the positions of its rows that enter the sample.
    """

    parts: WindowParts
    joint: Joint
    sampled: dict[int, IntArray]


@dataclasses.dataclass(frozen=True, slots=True)
class Batch:
    """One batch, seen by every fold.

    Attributes
    ----------
    cuts : tuple of Cut
        By window, then by window and value of each segmenting column.
    outcome : Outcome or None
        In the order of the data.
    rows : Rows or None
    late : (n,) bool or None
        Rows that came after their window had closed.
    is_known : bool
        Whether columns and activity of all rows are known from a first pass, so that only those
        of segments are left.
    """

    cuts: tuple[Cut, ...]
    outcome: Outcome | None
    rows: Rows | None
    late: BoolArray | None = None
    is_known: bool = False


class BatchReader:
    """Reads windows, segments and outcomes off successive batches.

    Parameters
    ----------
    columns : int
        How many columns are summarised in each window and segment.
    """

    def __init__(
        self,
        columns: int,
        windows: WindowCutter,
        segments: list[SegmentCutter],
        outcomes: OutcomeReader | None,
        layout: Layout | None,
        lateness: Lateness | None = None,
        *,
        is_known: bool = False,
    ) -> None:
        self._columns = columns
        self.windows = windows
        self.segments = segments
        self.outcomes = outcomes
        self.layout = layout
        self._lateness = lateness
        self._is_known = is_known
        self.sampler = RowSampler()

    def read(self, batch: pl.DataFrame, offset: int) -> Batch:
        """What the folds need to know of a batch, the first row of which is row ``offset``.

        Raises
        ------
        ConfigError
            When windows are asked for that cannot be had, or too many of them.
        """
        self.windows.check(batch)
        keys = self.windows.keys(batch, offset)
        cut = self.windows.cut(keys, batch.height)
        cuts = [cut, *(one.cut(batch, keys) for one in self.segments if batch.height)]
        self._check_number()
        outcome = self.outcomes.read(batch, offset) if self.outcomes is not None else None
        rows = self._rows(outcome, cut) if outcome is not None and batch.height else None
        return Batch(tuple(cuts), outcome, rows, self._late(batch, keys), self._is_known)

    def _check_number(self) -> None:
        segments = sum(len(one.rows) for one in self.segments)
        found = len(self.windows.rows) + segments
        if len(self.windows.rows) > 1 and found * self._columns > MOST_SUMMARIES:
            what = "windows and their segments" if segments else "windows"
            raise ConfigError(
                f"{found:,} {what} or more, of {self._columns:,} columns each, are too many to"
                " compare",
                hint=f"at most {MOST_SUMMARIES:,} in all: choose longer windows or fewer columns,"
                " or set windows.start and windows.end",
            )

    def _late(self, batch: pl.DataFrame, keys: IntArray | None) -> BoolArray | None:
        if self._lateness is None or keys is None:
            return None
        instants = self.windows.instants(batch).fill_null(0).to_numpy()
        return self._lateness.late(instants, keys, keys != OUTSIDE)

    def _rows(self, outcome: Outcome, cut: Cut) -> Rows | None:
        if self.layout is None:
            return None
        if cut.order is not None:
            outcome = outcome.take(cut.order)
        joint = joint_of(outcome, self.layout)
        parts = tuple((key.window, first, past) for key, first, past in cut.parts)
        return Rows(parts, joint, self.sampler.draw(parts, outcome, joint))
