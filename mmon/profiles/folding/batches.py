"""What is worked out once for each batch, before every column's fold takes it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import polars as pl

from mmon.errors import ConfigError
from mmon.profiles.activity.requests import ActivityPlan
from mmon.profiles.cells import Cells, asked
from mmon.profiles.features.losses import Joint, joint_of
from mmon.profiles.features.row_sample import RowSampler
from mmon.profiles.folding.keys import OUTSIDE, Cut, SegmentCutter, WindowCutter
from mmon.profiles.folding.lateness import Lateness
from mmon.profiles.outcomes.outcome_reader import OutcomePlan, OutcomeReader
from mmon.profiles.outcomes.outcomes import Outcome
from mmon.profiles.plan import Plan
from mmon.profiles.table import Profile
from mmon.records.arrays import BoolArray, IntArray
from mmon.windows.cut import RowCut, WindowCut

MOST_SUMMARIES = 1_000_000
"""Columns times windows and segments: each takes milliseconds to compare, and kilobytes to keep."""


@dataclasses.dataclass(frozen=True, slots=True)
class Rows:
    """The outcomes of a batch, in order of its windows, for the bins of each feature.

    The parts are (window, first, past); of each window (k,) positions of rows enter the sample.
    """

    parts: tuple[tuple[int, int, int], ...]
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


@dataclasses.dataclass(frozen=True, slots=True)
class Extent:
    """What a profile holds besides its columns.

    Attributes
    ----------
    outcome : OutcomePlan or None
        None measures no performance.
    allowed_lateness_us : int
        How long after its window has closed a row may come without being late.
    segments : tuple of str
        Columns by whose values everything is repeated.
    top, bins : int
        How many values of each of them are told apart, and how many bins a feature has: on a
        reference, which decides.
    cells : Cells or None
        In which rows are counted; None on a first pass, which only summarises what tells them.
    known : Profile or None
        What the first pass found: of all rows, only what takes cells is left to find.
    """

    outcome: OutcomePlan | None = None
    activity: ActivityPlan | None = None
    allowed_lateness_us: int = 0
    segments: tuple[str, ...] = ()
    top: int = 10
    bins: int = 10
    cells: Cells | None = None
    known: Profile | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read for it."""
        read = self.outcome.columns if self.outcome is not None else ()
        times = self.activity.columns if self.activity is not None else ()
        return (*read, *times, *self.segments)


class BatchReader:
    """Reads windows, segments and outcomes off successive batches."""

    def __init__(
        self,
        plan: Plan,
        extent: Extent,
        cut: WindowCut | RowCut | None,
        files: Sequence[tuple[str, int]],
    ) -> None:
        cells, outcome = extent.cells or Cells(), extent.outcome
        readings = asked(plan, None, extent.segments) if extent.cells else ()
        self.windows = WindowCutter(cut, plan.timestamp, is_named=plan.is_named)
        self.segments = [
            SegmentCutter(name, position, cells.segments.get(name, ()), reading)
            for position, (name, reading) in enumerate(readings)
        ]
        self.outcomes = OutcomeReader(outcome, files) if outcome and extent.cells else None
        self.layout = cells.layout
        self.sampler = RowSampler()
        self._lateness = (
            Lateness(cut, extent.allowed_lateness_us) if isinstance(cut, WindowCut) else None
        )
        self._columns = len(plan.columns)
        self._is_known = extent.known is not None

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
        segments = sum(len(keys) for one in self.segments for keys in one.rows.values())
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
        outcome = cut.ordered(outcome)
        joint = joint_of(outcome, self.layout)
        parts = tuple((key.window, first, past) for key, first, past in cut.parts)
        return Rows(parts, joint, self.sampler.draw(parts, outcome, joint))
