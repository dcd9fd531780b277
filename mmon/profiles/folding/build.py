"""A lazy frame in, one profile per window out, in a single pass with bounded memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import polars as pl
import polars.selectors as cs

from mmon.engine.local import Fold, batch_rows, fold
from mmon.errors import DataError
from mmon.profiles.activity.activity import Activity
from mmon.profiles.cells import (
    Asked,
    Cells,
    Summaries,
    asked,
    decided,
    is_readable,
    with_classes,
    with_scores,
)
from mmon.profiles.distributions.clustering import Clustering
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.features.row_sample import RowSample
from mmon.profiles.features.tables import FeatureTables
from mmon.profiles.folding.activity_fold import ActivityFold
from mmon.profiles.folding.batches import Batch, BatchReader, Extent
from mmon.profiles.folding.cluster_fold import cluster_folds, with_clusters
from mmon.profiles.folding.column_fold import ColumnFound, empty_column
from mmon.profiles.folding.feature_fold import FeatureFold
from mmon.profiles.folding.fold_of import fold_of, weight_of
from mmon.profiles.folding.formula_fold import Tallies, formula_folds
from mmon.profiles.folding.growing import Limits
from mmon.profiles.folding.keys import OUTSIDE, WHOLE, Key
from mmon.profiles.folding.outcome_fold import OutcomeFold, OutcomeFound
from mmon.profiles.folding.sample_fold import sample_folds
from mmon.profiles.outcomes.performance_tables import performance_of
from mmon.profiles.outcomes.row_keys import FileRows
from mmon.profiles.plan import Plan, settled_plan
from mmon.profiles.recognition.spelling import spelled, with_texts
from mmon.profiles.table import ColumnProfile, Performance, Profile, SegmentProfile
from mmon.windows.cut import RowCut, WindowCut


@dataclasses.dataclass(frozen=True, slots=True)
class Profiled:
    """What one pass over a dataset found.

    Attributes
    ----------
    profiles : mapping of int to Profile
        Window key to profile, in ascending order.
    outside : int
        Rows in no window: without a time, or outside the configured limits.
    without_time : int
        Those without a usable time, where the windows are cut by time.
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
    without_time: int = 0
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
    files: Sequence[FileRows] = (),
) -> Profiled:
    """Summarise a dataset in one pass: a profile of each window that has rows.

    Parameters
    ----------
    source : str
        The dataset's name in reports.
    cut : WindowCut or RowCut, optional
        Assigns rows to windows; without it everything is one window with the key `WHOLE`, rows or
        not. A `WindowCut` needs a plan with a timestamp.
    also, watchers
        Further columns to read, for further folds that see every batch and keep their results.
    progress : callable, optional
        Called with the number of rows read so far.
    files : sequence of FileRows
        See `RowKeys`.
    """
    extent = extent or Extent()
    schema, cells = frame.collect_schema(), extent.cells or Cells()
    reader = BatchReader(plan, extent, cut, files)
    telling = {} if extent.cells else _telling(plan, extent, schema)
    columns = [
        fold_of(one, limits, _bins(one, cells)) for one in (*plan.columns, *telling.values())
    ]
    outcomes = [OutcomeFold(limits, cells.grid)] if reader.outcomes else []
    activity = [ActivityFold(extent.activity, limits)] if extent.activity else []
    samples = sample_folds(plan, extent, schema)
    clusters = cluster_folds(plan, extent, schema)
    names = columns_read(plan, extent, also, schema)
    selected = with_spelled(frame.select(cs.by_name(names)) if names else frame, plan, schema)
    formulas = formula_folds(extent, selected)
    own: list[Fold[Batch, Any]] = [*columns, *outcomes, *activity, *samples, *clusters, *formulas]
    rows = batch_rows(len(names) + sum(weight_of(one) - 1 for one in plan.columns))
    results = iter(fold(selected, [*own, *watchers], reader.read, rows=rows, progress=progress))
    if cut is None:
        reader.windows.rows.setdefault(WHOLE, 0)
    outside = reader.windows.rows.pop(OUTSIDE, 0)
    found = [next(results) for _ in columns]
    told = zip(telling, found[len(plan.columns) :], strict=True)
    assembly = _Assembly(
        source,
        plan,
        extent,
        reader,
        columns=found[: len(plan.columns)],
        outcomes=next(results) if outcomes else {},
        activity=next(results) if activity else {},
        samples=next(results) if samples else {},
        clusters=next(results) if clusters else {},
        formulas=next(results) if formulas else {},
    )
    profiles = {key: assembly.profile(key) for key in sorted(reader.windows.rows)}
    return Profiled(
        profiles,
        assembly.empty(),
        {key: one.profiles[Key(WHOLE)].distribution for key, one in told if one.profiles},
        outside,
        reader.windows.without_time,
        reader.windows.newest_us,
    )


def again(plan: Plan, extent: Extent, first: Profiled, profile: Profile) -> tuple[Plan, Extent]:
    """What is left to read of a reference: what is counted in the cells that all rows decide.

    ``plan`` and ``extent`` are of the first pass, which found ``first``; settled, ``profile``.
    """
    told = {(one.name, one.reading): one.distribution for one in first.profiles[WHOLE].columns}
    summaries = {**told, **first.summaries}
    outcome = extent.outcome
    if outcome is not None:
        outcome = with_scores(with_classes(outcome, summaries), summaries)
    values = dict.fromkeys(extent.segments, extent.top)
    cells = decided(profile, summaries, outcome, segments=values, bins=extent.bins)
    settled, activity = settled_plan(plan, profile), extent.activity
    if outcome is not None and not extent.segments:
        also = (*outcome.columns, plan.timestamp if extent.sample is not None else None)
        kept = (c for c in settled.columns if c.is_feature or c.name in also or c.is_content)
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


def columns_read(
    plan: Plan, extent: Extent, also: Sequence[str], schema: Collection[str]
) -> list[str]:
    """Every column that is read, once; a target or segment that is not there reads as missing."""
    names = [column.name for column in plan.columns]
    there = [name for name in extent.columns if name in schema]
    return list(dict.fromkeys([*names, *there, *also]))


def with_spelled(
    frame: pl.LazyFrame, plan: Plan, schema: Mapping[str, pl.DataType]
) -> pl.LazyFrame:
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


@dataclasses.dataclass(frozen=True, slots=True)
class _Assembly:
    """Everything that is known once the last batch was read; the columns in the plan's order."""

    source: str
    plan: Plan
    extent: Extent
    reader: BatchReader
    columns: Sequence[ColumnFound]
    outcomes: Mapping[Key, OutcomeFound]
    activity: Mapping[Key, Activity]
    samples: Mapping[int, RowSample]
    clusters: Mapping[int, Mapping[str, Clustering]]
    formulas: Mapping[Key, Tallies]

    def profile(self, window: int) -> Profile:
        """The profile of a window, with those of its segments."""
        rows, known = self.reader.windows.rows[window], self.extent.known
        whole = self._of_key(Key(window), rows)
        if known is not None:
            if rows != known.rows:
                raise DataError(
                    f"{self.source!r} changed while it was read",
                    hint="run again when nobody writes it, or with a copy of it",
                )
            kept = {name: getattr(known, name) for name in ("columns", "activity", "formulas")}
            whole = dataclasses.replace(whole, **kept)
        elif clusters := self.clusters.get(window):
            whole = dataclasses.replace(whole, columns=with_clusters(whole.columns, clusters))
        return dataclasses.replace(
            whole,
            features=self._features(window),
            sample=self.samples.get(window),
            segments=tuple(self._segments(window)),
        )

    def empty(self) -> Profile:
        """The profile of no rows."""
        return self._of_key(Key(OUTSIDE), 0)

    def _of_key(self, key: Key, rows: int) -> Profile:
        cells = self.extent.cells
        found = self.outcomes.get(key) or OutcomeFound(self._no_outcomes())
        return Profile(
            source=self.source,
            rows=rows,
            columns=tuple(
                column.profiles.get(key) or empty_column(planned)
                for planned, column in zip(self.plan.columns, self.columns, strict=True)
            ),
            performance=found.performance,
            faults=found.faults,
            losses=found.losses,
            activity=self.activity.get(key),
            formulas=self.formulas.get(key, {}),
            segment_values={} if key.segment or cells is None else cells.segments,
        )

    def _no_outcomes(self) -> Performance | None:
        """What is known of the outcomes of no rows: that there are none."""
        if self.reader.outcomes is None:
            return None
        return performance_of(self.reader.outcomes.read(pl.DataFrame(), 0), None, None)

    def _features(self, window: int) -> FeatureTables | None:
        found = [c.features[window] for c in self.columns if window in c.features]
        layout = self.reader.layout
        if layout is None or not found:
            return None
        return FeatureTables(layout, tuple(one.table() for one in found))

    def _segments(self, window: int) -> list[SegmentProfile]:
        """The window's segments: those of each column with the most rows first, the rest last."""
        return [
            one
            for cutter in self.reader.segments
            for one in sorted(
                (
                    SegmentProfile(cutter.column, cutter.value(key), self._of_key(key, rows))
                    for key, rows in cutter.rows.get(window, {}).items()
                ),
                key=lambda one: one.rank,
            )
        ]
