"""The two sides of a run: opened; production read once, and summarised window by window."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from mmon import sources
from mmon.comparison.columns import plan_production
from mmon.comparison.extent import is_compared, new_columns, production_extent
from mmon.comparison.judged_windows import Cut, Kept, Span, cut_of, kept_windows
from mmon.comparison.roles import check_levels, refuse, without_ignored
from mmon.comparison.survey import survey
from mmon.config.data import Dataset
from mmon.config.sections import Config, Windows
from mmon.engine.local import Fold
from mmon.errors import DataError, nearly_named
from mmon.profiles import baseline
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.folding.batches import Batch, Extent
from mmon.profiles.folding.build import Profiled, profile_frame
from mmon.profiles.folding.growing import Limits
from mmon.profiles.folding.loss_column import LossColumn, LossColumnFold
from mmon.profiles.label_facts import LabelFacts
from mmon.profiles.plan import Plan
from mmon.profiles.recognition.spelling import NumberSpelling
from mmon.profiles.table import Profile
from mmon.results import Window
from mmon.sources import Data
from mmon.sources.labels import join_configured
from mmon.windows.timestamps import to_utc

Progress = Callable[[str, int | None], None]
"""Called with what is being read and the rows read so far, or with a step and None."""


@dataclasses.dataclass(frozen=True, slots=True)
class Inputs:
    """What a run reads; a dataset that is None is opened from the configuration."""

    reference: Data | Profile | None = None
    production: Data | None = None
    labels: Data | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Production:
    """What production holds; windows are in the order of time or of rows."""

    data: Data
    windows: list[Window]
    profiles: list[Profile]
    """One a window."""
    outside: int
    """Rows in no window: without a time, outside the limits, or in one left out as incomplete."""
    new_columns: Mapping[str, pl.DataType]
    """Columns that the reference does not have."""
    spans: list[Span]
    without_time: int = 0
    """Rows without a usable time, where the windows are cut by time."""
    strays: Sequence[Profile] = ()
    """Rows in no window because their time is so far from all others that it must be wrong."""
    labels: LabelFacts | None = None
    """What joining delayed labels found out; None without them."""
    loss_column: LossColumn | None = None
    """The loss of each row, where an analysis asks for it."""

    @property
    def rows(self) -> int:
        """Rows of all windows."""
        return sum(window.rows for window in self.windows)


def read_production(
    config: Config,
    reference: Profile,
    inputs: Inputs,
    progress: Progress | None,
    *,
    now_us: int = 0,
) -> Production:
    """Production's profiles, read the way the reference was and cut into the configured windows.

    The clock, in microseconds since 1970-01-01 UTC, tells which windows are over.
    """
    expected = _expected(reference)
    data = inputs.production or opened(
        config.production, expected, is_compared(config, {c.name for c in reference.columns})
    )
    cut = cut_of(config.windows)
    joined = join_configured(config, data, inputs.labels, expect=expected)
    frame = data.frame if joined is None else joined.frame
    matched = None if joined is None else joined.fold()
    settings = config.analyses.change_points
    kept_losses = LossColumnFold() if settings is not None and settings.detectors else None
    with sources.reading(data.name):
        schema = data.frame.collect_schema()
        readable = frame.collect_schema()
        if not (isinstance(inputs.reference, Profile) or is_stored(config.reference)):
            known = (column.name for column in reference.columns)
            refuse(without_ignored([*known, *reference.ignored, *schema], config.columns))
        _check_shared(config, reference, data.name, schema)
        check_levels(config, reference.columns, new_columns(config, reference, schema))
        # The reference may not tell how these are written.
        read = (Reading.NUMBER, Reading.TIME)
        undecided = {column.name for column in reference.columns if column.reading in read}
        recognised = survey(frame, config.columns, {*undecided, config.columns.timestamp})
        plan = plan_production(reference, readable, config.columns, recognised)
        found = summarised(
            config,
            dataclasses.replace(data, frame=frame),
            plan,
            production_extent(config, plan, reference, readable),
            progress and functools.partial(progress, "production"),
            cut=cut,
            also=() if joined is None else joined.columns,
            watchers=[one for one in (matched, kept_losses) if one is not None],
        )
    kept = kept_windows(config, cut, found, now_us)
    left_out = sum(found.profiles[key].rows for key in found.profiles.keys() - set(kept.keys))
    profiles = [found.profiles.get(key, found.empty) for key in kept.keys]
    return Production(
        data=data,
        windows=list(_windows(kept, profiles, (config.windows or Windows()).timezone)),
        profiles=profiles,
        outside=found.outside + left_out,
        new_columns=new_columns(config, reference, schema),
        spans=kept.spans,
        without_time=found.without_time,
        strays=[found.profiles[key] for key in kept.strays],
        labels=None if matched is None else matched.finish(),
        loss_column=None if kept_losses is None else kept_losses.finish(),
    )


def _check_shared(
    config: Config, reference: Profile, name: str, schema: Mapping[str, pl.DataType]
) -> None:
    """See that production is not another dataset altogether: no model is retrained for that."""
    names = [column.name for column in reference.columns]
    # Names that only case or blanks tell apart are those of this dataset, spoilt: a breach.
    is_shared = any(nearly_named(one, schema.keys()) for one in names)
    if config.columns.features == "all" and not is_shared:
        shown, there = (", ".join(map(repr, list(one)[:3])) for one in (names, schema))
        raise DataError(
            f"{name} shares no column with the reference, so it is another dataset: it has "
            f"{there or 'none'}, and the reference {shown}",
            hint="give it the data that the model sees; a text file needs its line of names",
        )


def is_stored(dataset: Dataset) -> bool:
    """Whether a dataset is a baseline file."""
    return isinstance(dataset.path, str) and baseline.is_baseline(dataset.path)


def opened(
    dataset: Dataset,
    expect: Mapping[str, pl.DataType] | None = None,
    is_needed: Callable[[str], bool] = lambda _: True,
) -> Data:
    """A dataset, opened; `DataError` where it is a baseline, which holds no rows."""
    if is_stored(dataset):
        raise DataError(
            f"{dataset.path} is a baseline, which holds no rows",
            hint="only the reference of a comparison can be one",
        )
    return sources.open_counted(dataset, expect=expect, is_needed=is_needed)


def iso(moment: dt.datetime) -> str:
    """ISO 8601 in UTC, as everywhere in the result document."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def summarised(
    config: Config,
    data: Data,
    plan: Plan,
    extent: Extent,
    progress: Callable[[int], None] | None,
    *,
    cut: Cut = None,
    also: Sequence[str] = (),
    watchers: Sequence[Fold[Batch, Any]] = (),
) -> Profiled:
    """One pass over a side, in which every row was counted."""
    limits = Limits(None, None) if config.exact else Limits(config.points, config.labels_kept)
    with sources.reading(data.name):
        found = profile_frame(
            data.frame,
            plan,
            source=data.name,
            limits=limits,
            cut=cut,
            extent=extent,
            also=also,
            watchers=watchers,
            progress=progress,
            files=data.files,
        )
    data.check(found.outside + sum(profile.rows for profile in found.profiles.values()))
    return found


def _windows(kept: Kept, profiles: Sequence[Profile], timezone: str) -> Iterator[Window]:
    for index, (profile, span) in enumerate(zip(profiles, kept.spans, strict=True)):
        start, end = map(to_utc, span)
        yield Window(
            index,
            rows=profile.rows,
            start=None if start is None else iso(start),
            end=None if end is None else iso(end),
            late_rows=profile.activity.late_rows or 0 if profile.activity else 0,
            rank_error=profile.rank_error,
            is_complete=kept.is_complete[index],
            is_judged=kept.is_judged[index],
            timezone=timezone,
        )


def _expected(reference: Profile) -> dict[str, pl.DataType]:
    """What the reference's readings ask of production, for files that do not tell their types."""
    found: dict[str, pl.DataType] = {}
    for column in reference.columns:
        spelling = column.spelling
        if isinstance(spelling, NumberSpelling) and not spelling.is_plain:
            # 1.137 with points between thousands must not be taken for a fraction first.
            found[column.name] = pl.String()
        elif column.is_tested and column.reading is Reading.NUMBER:
            found[column.name] = pl.Float64()
        elif column.is_tested and (
            column.reading is Reading.TEXT
            or (column.reading is Reading.LABEL and column.dtype != "Boolean")
        ):
            found[column.name] = pl.String()
    return found
