"""A lazy frame in, one profile per window out, in a single pass with bounded memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import polars as pl
import polars.selectors as cs

from mmon.engine.local import Fold, batch_rows, fold
from mmon.profiles.cells import Asked, Cells, Summaries, asked, decided, is_readable, with_classes
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.folding.activity_fold import ActivityFold, ActivityPlan
from mmon.profiles.folding.assemble import Assembly
from mmon.profiles.folding.batches import Batch, BatchReader
from mmon.profiles.folding.column_fold import ColumnFold
from mmon.profiles.folding.feature_fold import FeatureFold
from mmon.profiles.folding.growing import Limits
from mmon.profiles.folding.keys import OUTSIDE, WHOLE, Key, SegmentCutter, WindowCutter
from mmon.profiles.folding.lateness import Lateness
from mmon.profiles.folding.outcome_fold import OutcomeFold
from mmon.profiles.outcomes.outcome_reader import OutcomePlan, OutcomeReader
from mmon.profiles.plan import Plan, settled_plan
from mmon.profiles.recognition.spelling import spelled, with_texts
from mmon.profiles.table import ColumnProfile, Profile
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
    summaries : mapping
        Of a first pass: what tells the cells, besides the columns.
    """

    profiles: Mapping[int, Profile]
    empty: Profile
    summaries: Summaries
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
    files: Sequence[tuple[str, int]] = (),
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
    files : sequence of (name, rows)
        See `OutcomeReader`.

    Returns
    -------
    Profiled
        Without a cut always one profile; with one, a profile for each window that has rows.
    """
    extent = extent or Extent()
    schema = frame.collect_schema()
    cells = extent.cells or Cells()
    reader = _reader(plan, extent, cut, files)
    telling = {} if extent.cells else _telling(plan, extent, schema)
    columns = [
        ColumnFold(one, limits, _bins(one, cells)) for one in (*plan.columns, *telling.values())
    ]
    outcomes = [OutcomeFold(limits, cells.grid)] if reader.outcomes else []
    activity = [ActivityFold(extent.activity, limits)] if extent.activity else []
    folds: list[Fold[Batch, Any]] = [*columns, *outcomes, *activity, *watchers]
    names = _names(plan, extent, also, schema)
    selected = _spelled(frame.select(cs.by_name(names)) if names else frame, plan, schema)
    rows = batch_rows(len(names))
    results = iter(fold(selected, folds, reader.read, rows=rows, progress=progress))
    if cut is None:
        reader.windows.rows.setdefault(WHOLE, 0)
    outside = reader.windows.rows.pop(OUTSIDE, 0)
    found = [next(results) for _ in columns]
    told = zip(telling, found[len(plan.columns) :], strict=True)
    assembly = Assembly(
        source,
        plan,
        reader,
        columns=found[: len(plan.columns)],
        outcomes=next(results) if outcomes else {},
        activity=next(results) if activity else {},
        cells=cells,
        known=extent.known,
    )
    profiles = {key: assembly.profile(key) for key in sorted(reader.windows.rows)}
    return Profiled(
        profiles,
        assembly.empty(),
        {key: one.profiles[Key(WHOLE)].distribution for key, one in told if one.profiles},
        outside,
        reader.windows.newest_us,
    )


def again(plan: Plan, extent: Extent, first: Profiled, profile: Profile) -> tuple[Plan, Extent]:
    """What is left to read of a reference: what is counted in the cells that all rows decide.

    Parameters
    ----------
    plan, extent
        Of the first pass.
    first : Profiled
        What it found.
    profile : Profile
        The same, settled.
    """
    told = {(one.name, one.reading): one.distribution for one in first.profiles[WHOLE].columns}
    summaries = {**told, **first.summaries}
    outcome = extent.outcome and with_classes(extent.outcome, summaries)
    values = dict.fromkeys(extent.segments, extent.top)
    cells = decided(profile, summaries, outcome, segments=values, bins=extent.bins)
    settled, activity = settled_plan(plan, profile), extent.activity
    if outcome is not None and not extent.segments:
        kept = (c for c in settled.columns if c.is_feature or c.name in outcome.columns)
        settled, activity = dataclasses.replace(settled, columns=tuple(kept)), None
    return settled, dataclasses.replace(
        extent, outcome=outcome, activity=activity, cells=cells, known=profile
    )


def _bins(column: ColumnProfile, cells: Cells) -> FeatureFold | None:
    """The bins of a feature; production may hold what is none, under its name."""
    if not column.is_feature or cells.layout is None or column.name not in cells.binnings:
        return None
    return FeatureFold(cells.binnings[column.name], cells.layout)


def _telling(
    plan: Plan, extent: Extent, schema: Mapping[str, pl.DataType]
) -> dict[Asked, ColumnProfile]:
    """What tells the cells and is not summarised as a column of the plan."""
    own = {(column.name, column.reading) for column in plan.columns}
    return {
        (name, reading): column
        for (name, reading), column in asked(plan, extent.outcome, extent.segments).items()
        if (name, reading) not in own and is_readable(schema.get(name, pl.Null()), reading)
    }


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


def _reader(
    plan: Plan,
    extent: Extent,
    cut: WindowCut | RowCut | None,
    files: Sequence[tuple[str, int]],
) -> BatchReader:
    outcome, cells = extent.outcome, extent.cells or Cells()
    readings = dict(asked(plan, None, extent.segments))
    return BatchReader(
        len(plan.columns),
        WindowCutter(cut, plan.timestamp, is_named=plan.is_named),
        [
            SegmentCutter(name, position, cells.segments.get(name, ()), reading)
            for position, (name, reading) in enumerate(readings if extent.cells else ())
        ],
        OutcomeReader(outcome, files) if outcome is not None and extent.cells else None,
        cells.layout,
        Lateness(cut, extent.allowed_lateness_us) if isinstance(cut, WindowCut) else None,
        is_known=extent.known is not None,
    )
