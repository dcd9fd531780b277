"""What is worked out once for each batch, before every column's fold takes it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import polars as pl

from mmon.engine.local import column_of
from mmon.errors import ConfigError
from mmon.profiles.activity.requests import ActivityPlan
from mmon.profiles.cells import Cells, asked
from mmon.profiles.distributions.reading import Reading, is_comparable, read_as
from mmon.profiles.features.losses import Joint, joint_of
from mmon.profiles.folding.keys import OUTSIDE, Cut, SegmentCutter, WindowCutter
from mmon.profiles.folding.lateness import Lateness
from mmon.profiles.folding.stretches import StretchChooser
from mmon.profiles.formulas.formula import Formula
from mmon.profiles.outcomes.outcome_reader import OutcomePlan, OutcomeReader
from mmon.profiles.outcomes.outcomes import Outcome, is_known
from mmon.profiles.outcomes.row_keys import FileRows, Keys, RowKeys
from mmon.profiles.plan import Plan
from mmon.profiles.table import Profile
from mmon.records.arrays import BoolArray, IntArray
from mmon.windows.cut import RowCut, WindowCut

MOST_SUMMARIES = 1_000_000
"""Columns times windows and segments: each takes milliseconds to compare, and kilobytes to keep."""


@dataclasses.dataclass(frozen=True, slots=True)
class Rows:
    """The outcomes of a batch, in order of its windows, for the bins of each feature.

    The parts are (window, first, past).
    """

    parts: tuple[tuple[int, int, int], ...]
    joint: Joint


@dataclasses.dataclass(frozen=True, slots=True)
class Candidates:
    """What sampling looks at of the (n,) rows of a batch, in order of its windows."""

    keys: Keys
    is_labelled: BoolArray


@dataclasses.dataclass(frozen=True, slots=True)
class SamplePlan:
    """What is drawn of a dataset besides its features.

    Attributes
    ----------
    rows : int
        How many of each window, and how many of its labelled ones.
    identity : str or None
        The column that identifies a row; None takes its number.
    also : tuple of str
        Columns that the model has a part in, and are no features.
    """

    rows: int
    identity: str | None = None
    also: tuple[str, ...] = ()


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
    stretches : ((r,) UInt32 series, StretchChooser) or None
        Rows that follow each other in time, and what chose them; None where no column tells it.
    is_known : bool
        Whether columns and activity of all rows are known from a first pass, so that only those
        of segments are left.
    """

    cuts: tuple[Cut, ...]
    outcome: Outcome | None
    rows: Rows | None
    candidates: Candidates | None = None
    late: BoolArray | None = None
    stretches: tuple[pl.Series, StretchChooser] | None = None
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
    sample : SamplePlan or None
        None draws no rows.
    cluster : str or None
        The column of what several rows belong to together.
    formulas : tuple of Formula
        Numbers of the user's own.
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
    sample: SamplePlan | None = None
    cluster: str | None = None
    formulas: tuple[Formula, ...] = ()
    cells: Cells | None = None
    known: Profile | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read for it."""
        read = self.outcome.columns if self.outcome is not None else ()
        times = self.activity.columns if self.activity is not None else ()
        drawn = (self.sample.identity,) if self.sample is not None and self.sample.identity else ()
        cluster = () if self.cluster is None else (self.cluster,)
        own = (name for one in self.formulas for name in one.columns)
        return (*read, *times, *self.segments, *drawn, *cluster, *own)


class BatchReader:
    """Reads windows, segments and outcomes off successive batches."""

    def __init__(
        self,
        plan: Plan,
        extent: Extent,
        cut: WindowCut | RowCut | None,
        files: Sequence[FileRows],
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
        sample = extent.sample
        self._keys = None if sample is None else RowKeys(sample.identity, files)
        self._lateness = (
            Lateness(cut, extent.allowed_lateness_us) if isinstance(cut, WindowCut) else None
        )
        self._columns = len(plan.columns)
        self._timestamp = plan.timestamp
        self._chooser = StretchChooser(cut)
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
        rows = candidates = None
        if batch.height:
            ordered = outcome if outcome is None else cut.ordered(outcome)
            rows = self._rows(ordered, cut)
            candidates = self._candidates(batch, offset, cut, ordered, rows)
        late = self._late(batch, keys)
        stretches = None if self._is_known else self._stretches(batch, offset, cut)
        return Batch(tuple(cuts), outcome, rows, candidates, late, stretches, self._is_known)

    def _stretches(
        self, batch: pl.DataFrame, offset: int, cut: Cut
    ) -> tuple[pl.Series, StretchChooser] | None:
        is_timed = self._timestamp is not None and self._timestamp in batch.columns
        if not is_timed or not cut.parts or not self._chooser.is_due():
            return None
        times = column_of(batch, self._timestamp or "")
        if not is_comparable(times.dtype, Reading.TIME):
            return None
        return self._chooser.choose(read_as(times, Reading.TIME), cut, offset), self._chooser

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

    def _rows(self, outcome: Outcome | None, cut: Cut) -> Rows | None:
        if self.layout is None or outcome is None:
            return None
        parts = tuple((key.window, first, past) for key, first, past in cut.parts)
        return Rows(parts, joint_of(outcome, self.layout))

    def _candidates(
        self,
        batch: pl.DataFrame,
        offset: int,
        cut: Cut,
        outcome: Outcome | None,
        rows: Rows | None,
    ) -> Candidates | None:
        if self._keys is None:
            return None
        if outcome is None or outcome.key is None:
            keys = self._keys.read(batch, offset)
            keys = keys if cut.order is None else keys[cut.order]
            return Candidates(keys, np.zeros(len(keys), dtype=np.bool_))
        if rows is not None:
            return Candidates(outcome.key, ~np.isnan(rows.joint.wrong))
        return Candidates(outcome.key, is_known(outcome.target) & is_known(outcome.prediction))
