"""A lazy frame in, one profile per window out, in a single pass with bounded memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import polars as pl
import polars.selectors as cs

from mmon.engine.local import Fold, batch_rows, fold
from mmon.profiles._error_plane import Grid
from mmon.profiles.activity_fold import ActivityFold, ActivityPlan
from mmon.profiles.assembly import Assembly, Found
from mmon.profiles.batches import Batch, BatchReader
from mmon.profiles.column_fold import ColumnFold
from mmon.profiles.cuts import OUTSIDE, WHOLE, SegmentCutter, WindowCutter
from mmon.profiles.feature_fold import FeatureFold
from mmon.profiles.lateness import Lateness
from mmon.profiles.outcome_fold import OutcomeFold
from mmon.profiles.outcome_reader import OutcomePlan, OutcomeReader
from mmon.profiles.pile import Limits
from mmon.profiles.plan import Plan
from mmon.profiles.reading import Reading
from mmon.profiles.regression import RegressionTables
from mmon.profiles.spelling import spelled, with_texts
from mmon.profiles.table import Profile
from mmon.windows import RowCut, WindowCut


@dataclasses.dataclass(frozen=True, slots=True)
class Extent:
    """What a profile holds besides its columns.

    Attributes
    ----------
    outcome : OutcomePlan or None
        Where the outcomes stand; None measures no performance.
    activity : ActivityPlan or None
        Where the times, latencies and errors stand.
    allowed_lateness_us : int
        How long after its window has closed a row may come without being late.
    segments : tuple of str
        Columns by whose values everything is repeated.
    top : int
        Values of each of them that are told apart in the end.
    bins : int
        Bins of each feature of a reference.
    reference : Profile or None
        Whose bins, cells and segments production takes over; None on the reference itself.
    """

    outcome: OutcomePlan | None = None
    activity: ActivityPlan | None = None
    allowed_lateness_us: int = 0
    segments: tuple[str, ...] = ()
    top: int = 10
    bins: int = 10
    reference: Profile | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read for it."""
        read = self.outcome.columns if self.outcome is not None else ()
        times = self.activity.columns if self.activity is not None else ()
        return (*read, *times, *self.segments)


@dataclasses.dataclass(frozen=True, slots=True)
class Profiled:
    """What one pass over a dataset found.

    Attributes
    ----------
    profiles : mapping
        Window key to profile, in ascending order.
    outside : int
        Rows in no window: without a time, or outside the configured limits.
    newest_us : int or None
        The latest event time of all rows, in microseconds since 1970-01-01 UTC; known when the
        windows are cut by time.
    empty : Profile
        Of no rows: that of a window in which nothing arrived.
    """

    profiles: Mapping[int, Profile]
    empty: Profile
    outside: int = 0
    newest_us: int | None = None


def profile_frame(
    frame: pl.LazyFrame,
    plan: Plan,
    *,
    source: str,
    limits: Limits,
    cut: WindowCut | RowCut | None = None,
    extent: Extent | None = None,
    also: Sequence[str] = (),
    watchers: Sequence[Fold[Batch, Any]] = (),
    progress: Callable[[int], None] | None = None,
) -> Profiled:
    """Summarise a dataset in one pass.

    Parameters
    ----------
    frame : LazyFrame
    plan : Plan
        The columns to read and how.
    source : str
        The dataset's name in reports.
    limits : Limits
        Points and labels that each final summary keeps.
    cut : WindowCut or RowCut, optional
        Assigns rows to windows; without it everything is one window with the key `WHOLE`. A
        `WindowCut` needs a plan with a timestamp.
    extent : Extent, optional
        What the profile holds besides its columns; by default nothing.
    also : sequence of str
        Further columns to read, for the watchers.
    watchers : sequence of Fold
        Further folds that see every batch; their results stay with them.
    progress : callable, optional
        Called with the number of rows read so far.

    Returns
    -------
    Profiled
        Without a cut always one profile; with one, a profile for each window that has rows.
    """
    extent = extent or Extent()
    reader = _reader(plan, extent, cut)
    columns = _column_folds(plan, limits, extent)
    folds: list[Fold[Batch, Any]] = [*columns]
    folds += [OutcomeFold(limits, _grid(extent.reference))] if extent.outcome else []
    folds += [ActivityFold(extent.activity)] if extent.activity else []
    folds += watchers
    schema = frame.collect_schema()
    names = _names(plan, extent, also, schema)
    selected = _spelled(frame.select(cs.by_name(names)) if names else frame, plan, schema)
    rows = batch_rows(len(names))
    results = fold(selected, folds, reader.read, rows=rows, progress=progress)
    if cut is None:
        reader.windows.rows.setdefault(WHOLE, 0)
    outside = reader.windows.rows.pop(OUTSIDE, 0)
    found = Found(
        columns=results[: len(columns)],
        outcomes=results[len(columns)] if extent.outcome else {},
        activity=results[len(columns) + bool(extent.outcome)] if extent.activity else {},
    )
    assembly = Assembly(source, plan, limits, extent.top, reader, found)
    profiles = {key: assembly.profile(key) for key in sorted(reader.windows.rows)}
    return Profiled(profiles, assembly.empty(), outside, reader.windows.newest_us)


def _names(plan: Plan, extent: Extent, also: Sequence[str], schema: Collection[str]) -> list[str]:
    """Every column that is read, once; a target or segment that is not there reads as missing."""
    names = [column.name for column in plan.columns]
    there = [name for name in extent.columns if name in schema]
    return list(dict.fromkeys([*names, *there, *also]))


def _spelled(frame: pl.LazyFrame, plan: Plan, schema: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    """The frame with its texts read as values, and kept beside them where some may be lost."""
    read = []
    for column in plan.columns:
        if column.spelling is None or column.name not in schema:
            continue
        expression = spelled(column.name, schema[column.name], column.spelling)
        if expression is not None:
            read.append(expression)
            if column.reading in (Reading.NUMBER, Reading.TIME):
                read.append(with_texts(column.name))
    return frame.with_columns(read) if read else frame


def _reader(plan: Plan, extent: Extent, cut: WindowCut | RowCut | None) -> BatchReader:
    before = extent.reference
    features = before.features if before is not None else None
    return BatchReader(
        len(plan.columns),
        WindowCutter(cut, plan.timestamp, is_named=plan.is_named),
        [
            SegmentCutter(column, position, _values(before, column), _reading(plan, column))
            for position, column in enumerate(extent.segments)
        ],
        OutcomeReader(extent.outcome) if extent.outcome is not None else None,
        features.layout if features is not None else None,
        Lateness(cut, extent.allowed_lateness_us) if isinstance(cut, WindowCut) else None,
    )


def _reading(plan: Plan, segment: str) -> Reading:
    """How a segmenting column is read: as the truths that it may hold, else as labels."""
    column = plan.column(segment)
    is_truth = column is not None and column.reading is Reading.TRUTH
    return Reading.TRUTH if is_truth else Reading.LABEL


def _values(reference: Profile | None, column: str) -> tuple[str, ...] | None:
    """The reference's values of a segmenting column; None where they are to be found."""
    if reference is None:
        return None
    return tuple(one.value for one in reference.segments if one.column == column)


def _column_folds(plan: Plan, limits: Limits, extent: Extent) -> list[ColumnFold]:
    before = extent.reference
    features = before.features if before is not None else None
    known = {table.binning.column: table.binning for table in features.tables} if features else {}
    folds = []
    for column in plan.columns:
        bins = None
        # Production has bins where its reference has; a reference finds its own.
        if extent.outcome and column.is_feature and (before is None or column.name in known):
            bins = FeatureFold(column.name, column.reading, known.get(column.name))
        folds.append(ColumnFold(column, limits, bins, extent.bins))
    return folds


def _grid(reference: Profile | None) -> Grid | None:
    before = reference.performance if reference is not None else None
    return before.grid if isinstance(before, RegressionTables) else None
