"""The two sides of a run: opened; production read once, and summarised window by window."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from mmon import sources
from mmon.comparison.alerted import without_alerted
from mmon.comparison.columns import plan_production
from mmon.comparison.expected import check_shared, expected_types
from mmon.comparison.extent import is_compared, new_columns, production_extent
from mmon.comparison.judged_windows import (
    Cut,
    Span,
    cut_of,
    kept_windows,
    time_range,
    windows_of,
)
from mmon.comparison.one_pass import summarised
from mmon.comparison.roles import check_levels, own_time, refuse, without_ignored
from mmon.comparison.survey import survey
from mmon.config.data import Dataset
from mmon.config.sections import Config
from mmon.config.windows import Windows
from mmon.errors import DataError, closest, listed
from mmon.profiles import baseline
from mmon.profiles.block_noise import BlockNoise
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.folding.batches import Extent
from mmon.profiles.folding.build import Profiled
from mmon.profiles.folding.census import WINDOW, keyed, with_values
from mmon.profiles.folding.loss_column import LossColumn, LossColumnFold
from mmon.profiles.label_facts import LabelFacts
from mmon.profiles.plan import Plan
from mmon.profiles.table import Profile
from mmon.results import Result, Window
from mmon.sources import Data, TimeRange
from mmon.sources.labels import LabelJoin, join_configured

Progress = Callable[[str, int | None], None]
"""Called with what is being read and the rows read so far, or with a step and None."""


@dataclasses.dataclass(frozen=True, slots=True)
class Inputs:
    """What a run reads; a dataset that is None is opened from the configuration."""

    reference: Data | Profile | None = None
    production: Data | None = None
    labels: Data | None = None
    labels_may_come: bool = False
    """Whether windows wait for labels, of which there may be no file yet."""


@dataclasses.dataclass(frozen=True, slots=True)
class Production:
    """What production holds; windows are in the order of time or of rows."""

    data: Data
    windows: list[Window]
    profiles: list[Profile]
    """One a window."""
    outside: int
    """Rows in no window: without a time, outside the limits, or in one left out as incomplete."""
    new_columns: Sequence[Mapping[str, pl.DataType]]
    """One a window: columns that are new in it, which the reference does not have."""
    spans: list[Span]
    without_time: int = 0
    """Rows without a usable time, where the windows are cut by time."""
    strays: Sequence[Profile] = ()
    """Rows in no window because their time is so far from all others that it must be wrong."""
    labels: LabelFacts | None = None
    """What joining delayed labels found out; None without them."""
    loss_column: LossColumn | None = None
    """The loss of each row, where an analysis asks for it."""
    is_begun: bool = False
    """Whether there was data before its first window."""
    past: BlockNoise | None = None
    """What was found in windows before, where levels are learned from them."""
    rows_of: Sequence[pl.LazyFrame] = ()
    """The rows of each window, with their labels, to be read once more; none that are gone."""
    told: Sequence[Result] = ()
    """What was found in them before, where they are gone."""

    @property
    def rows(self) -> int:
        """Rows of all windows."""
        return sum(window.rows for window in self.windows)


@dataclasses.dataclass(frozen=True, slots=True)
class Opened:
    """Production that is ready to be read, checked against the reference by its columns."""

    data: Data
    """As its files announce it."""
    frame: pl.LazyFrame
    """Its rows, joined to their labels."""
    new_columns: Mapping[str, pl.DataType]
    """Columns that the reference does not have."""
    joined: LabelJoin | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Summarised:
    """What one pass over production found."""

    found: Profiled
    labels: LabelFacts | None
    loss_column: LossColumn | None


def read_production(
    config: Config,
    reference: Profile,
    inputs: Inputs,
    progress: Progress | None,
    *,
    now_us: int = 0,
) -> Production:
    """Production's profiles, read the way the reference was and cut into the configured windows.

    Where these have limits, what cannot lie within them is not read. The clock, in microseconds
    since 1970-01-01 UTC, tells which windows are over.
    """
    cut = cut_of(config.windows)
    side = open_production(config, reference, inputs, cut)
    read = summarise_production(config, reference, side, cut=cut, progress=progress)
    found = read.found
    kept = kept_windows(config, cut, found, now_us, is_followed=side.data.is_followed)
    left_out = sum(found.profiles[key].rows for key in found.profiles.keys() - set(kept.keys))
    profiles = [found.profiles.get(key, found.empty) for key in kept.keys]
    return Production(
        data=side.data,
        windows=list(windows_of(kept, profiles, (config.windows or Windows()).timezone)),
        profiles=profiles,
        outside=found.outside + left_out,
        new_columns=_new_columns(config, reference, side, cut, kept.keys),
        spans=kept.spans,
        without_time=found.without_time,
        strays=[found.profiles[key] for key in kept.strays],
        labels=read.labels,
        loss_column=read.loss_column,
        rows_of=rows_of(config, reference, side, cut, kept.keys),
    )


def rows_of(
    config: Config, reference: Profile, side: Opened, cut: Cut, keys: Sequence[int]
) -> list[pl.LazyFrame]:
    """The rows of each window; nothing is read before somebody asks for them."""
    if cut is None or not any(one.class_ for one in config.applications):
        return [side.frame] * len(keys)
    plan, _ = planned(config, reference, side)
    frame = keyed(side.frame, plan, cut)
    return [frame.filter(pl.col(WINDOW) == key).drop(WINDOW) for key in keys]


def _new_columns(
    config: Config, reference: Profile, side: Opened, cut: Cut, keys: Sequence[int]
) -> list[Mapping[str, pl.DataType]]:
    """The new columns of each window: those it has values in, for one file brings them to all."""
    new = side.new_columns
    if cut is None or not new:
        return [new] * len(keys)
    plan, _ = planned(config, reference, side)
    found = with_values(keyed(side.frame, plan, cut), new)
    return [{name: new[name] for name in found.get(key, ())} for key in keys]


def open_production(
    config: Config, reference: Profile, inputs: Inputs, cut: Cut = None, *, by_names: bool = True
) -> Opened:
    """Production, opened and joined to its labels; of rows that lie outside a cut only some.

    ``by_names`` is whether names of files are believed to tell of when their rows are.
    """
    expected = expected_types(reference)
    between = time_range(config, cut, config.columns.timestamp or own_time(reference))
    if between is not None and not by_names:
        between = dataclasses.replace(between, by_names=False)
    data = inputs.production or opened(
        config.production,
        expected,
        is_compared(config, {c.name for c in reference.columns}),
        between,
    )
    joined = join_configured(
        config, data, inputs.labels, expect=expected, may_come=inputs.labels_may_come
    )
    with sources.reading(data.name):
        schema = data.frame.collect_schema()
        if not (isinstance(inputs.reference, Profile) or is_stored(config.reference)):
            known = (column.name for column in reference.columns)
            refuse(without_ignored([*known, *reference.ignored, *schema], config.columns))
        check_shared(config, reference, data.name, schema)
        new = new_columns(config, reference, schema)
        check_levels(config, reference.columns, new)
        refuse(without_alerted([*(one.name for one in reference.columns), *new], config))
    return Opened(data, data.frame if joined is None else joined.frame, new, joined)


def planned(config: Config, reference: Profile, side: Opened) -> tuple[Plan, Extent]:
    """How the rows of production are read, and what is summarised of them.

    `DataError` where it lacks the column of times that windows are cut by.
    """
    readable, name = side.frame.collect_schema(), config.columns.timestamp
    if name not in (None, *readable) and config.windows is not None and config.windows.every:
        what = f"{side.data.name} has no column {name!r}, by which windows are cut"
        raise DataError(what, hint=closest(str(name), readable, listed(readable)))
    # The reference may not tell how these are written.
    read = (Reading.NUMBER, Reading.TIME)
    undecided = {column.name for column in reference.columns if column.reading in read}
    recognised = survey(side.frame, config.columns, {*undecided, config.columns.timestamp})
    plan = plan_production(reference, readable, config.columns, recognised)
    return plan, production_extent(config, plan, reference, readable)


def summarise_production(
    config: Config,
    reference: Profile,
    side: Opened,
    *,
    cut: Cut = None,
    progress: Progress | None = None,
) -> Summarised:
    """One pass over production, a profile of each window that has rows."""
    matched = (
        None if side.joined is None else side.joined.fold(is_of_part=side.data.skipped is not None)
    )
    settings = config.analyses.change_points
    kept_losses = LossColumnFold() if settings is not None and settings.detectors else None
    with sources.reading(side.data.name):
        found = summarised(
            config,
            dataclasses.replace(side.data, frame=side.frame),
            *planned(config, reference, side),
            progress and functools.partial(progress, "production"),
            cut=cut,
            also=() if side.joined is None else side.joined.columns,
            watchers=[one for one in (matched, kept_losses) if one is not None],
        )
    return Summarised(
        found,
        labels=None if matched is None else matched.finish(),
        loss_column=None if kept_losses is None else kept_losses.finish(),
    )


def is_stored(dataset: Dataset) -> bool:
    """Whether a dataset is a baseline file."""
    return isinstance(dataset.path, str) and baseline.is_baseline(dataset.path)


def opened(
    dataset: Dataset,
    expect: Mapping[str, pl.DataType] | None = None,
    is_needed: Callable[[str], bool] = lambda _: True,
    between: TimeRange | None = None,
) -> Data:
    """A dataset, opened: see `sources.open_counted`.

    `DataError` where it is a baseline, which holds no rows.
    """
    if is_stored(dataset):
        raise DataError(
            f"{dataset.path} is a baseline, which holds no rows",
            hint="only the reference of a comparison can be one",
        )
    return sources.open_counted(dataset, expect=expect, is_needed=is_needed, between=between)
