"""The two sides of a run: opened; production read once, and summarised window by window."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping

import polars as pl

from mmon import sources
from mmon.comparison.columns import plan_production
from mmon.comparison.extent import is_compared, new_columns, production_extent
from mmon.comparison.roles import check_ignored
from mmon.comparison.survey import survey
from mmon.config.data import Dataset
from mmon.config.sections import Config
from mmon.errors import DataError
from mmon.profiles import baseline
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.folding.build import Profiled, profile_frame
from mmon.profiles.folding.growing import Limits
from mmon.profiles.folding.keys import WHOLE
from mmon.profiles.label_facts import LabelFacts
from mmon.profiles.recognition.spelling import NumberSpelling
from mmon.profiles.table import Profile
from mmon.results import Window
from mmon.sources import Data
from mmon.sources.labels import join_configured
from mmon.windows import RowCut, WindowCut
from mmon.windows.timestamps import to_us

# More windows than these without rows come from a stray time, years away.
_MORE_WINDOWS = 100

Progress = Callable[[str, int], None]
"""Called with what is being read and the rows read so far."""


@dataclasses.dataclass(frozen=True, slots=True)
class Inputs:
    """The two sides of a run; a side that is None is opened from the configuration."""

    reference: Data | Profile | None = None
    production: Data | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Production:
    """What production holds.

    Attributes
    ----------
    data : Data
    windows : list of Window
        In the order of time or of rows.
    profiles : list of Profile
        One a window.
    outside : int
        Rows in no window: without a time, outside the limits, or in a window left out as
        incomplete.
    new_columns : mapping of str to DataType
        Columns that the reference does not have.
    spans : list of (int or None, int or None)
        Start and end of each window, in microseconds since 1970-01-01 UTC.
    labels : LabelFacts or None
        What joining delayed labels found out; None without them.
    """

    data: Data
    windows: list[Window]
    profiles: list[Profile]
    outside: int
    new_columns: Mapping[str, pl.DataType]
    spans: list[tuple[int | None, int | None]]
    labels: LabelFacts | None = None


def read_production(
    config: Config, reference: Profile, inputs: Inputs, progress: Progress | None
) -> Production:
    """Production's profiles, read the way the reference was.

    Raises
    ------
    MmonError
        When it cannot be read, or cannot be cut into the configured windows.
    """
    expected = _expected(reference)
    data = inputs.production or opened(
        config.production, expected, is_compared(config, {c.name for c in reference.columns})
    )
    cut = _cut(config)
    joined = join_configured(config, data.frame, data.name, expect=expected)
    frame = data.frame if joined is None else joined.frame
    matched = None if joined is None else joined.fold()
    with sources.reading(data.name):
        schema = data.frame.collect_schema()
        readable = frame.collect_schema()
        if not (isinstance(inputs.reference, Profile) or is_stored(config.reference)):
            known = (column.name for column in reference.columns)
            check_ignored([*known, *reference.ignored, *schema], config.columns)
        recognised = survey(frame, config.columns, _undecided(config, reference, readable))
        plan = plan_production(reference, readable, config.columns, recognised)
        found = profile_frame(
            frame,
            plan,
            source=data.name,
            limits=limits_of(config),
            cut=cut,
            extent=production_extent(config, plan, reference, readable),
            also=() if joined is None else joined.columns,
            watchers=() if matched is None else (matched,),
            progress=told(progress, "production"),
            files=data.files,
        )
    data.check(found.outside + sum(profile.rows for profile in found.profiles.values()))
    kept = _with_empty(config, cut, _kept(config, cut, found))
    system = config.analyses.system_performance
    if not kept and system is not None and system.expected_rows is not None:
        # Nothing at all arrived, and that is what there is to tell.
        kept, cut = [WHOLE], None
    left_out = sum(found.profiles[key].rows for key in found.profiles.keys() - set(kept))
    return Production(
        data=data,
        windows=[_window(index, cut, key, found) for index, key in enumerate(kept)],
        profiles=[found.profiles.get(key, found.empty) for key in kept],
        outside=found.outside + left_out,
        new_columns=new_columns(config, reference, schema),
        spans=[_span(*_bounds(cut, key)) for key in kept],
        labels=None if matched is None else matched.finish(),
    )


def _undecided(config: Config, reference: Profile, schema: Mapping[str, pl.DataType]) -> list[str]:
    """Columns that production is looked at for: the reference may not tell how they are written."""
    read = (Reading.NUMBER, Reading.TIME)
    names = [column.name for column in reference.columns if column.reading in read]
    if config.columns.timestamp is not None:
        names.append(config.columns.timestamp)
    return [name for name in names if name in schema]


def is_stored(dataset: Dataset) -> bool:
    """Whether a dataset is a baseline file."""
    return isinstance(dataset.path, str) and baseline.is_baseline(dataset.path)


def opened(
    dataset: Dataset,
    expect: Mapping[str, pl.DataType] | None = None,
    is_needed: Callable[[str], bool] = lambda _: True,
) -> Data:
    """A dataset with rows, opened.

    Raises
    ------
    MmonError
        When it cannot be opened, or is a baseline.
    """
    if is_stored(dataset):
        raise DataError(
            f"{dataset.path} is a baseline, which holds no rows",
            hint="only the reference of a comparison can be one",
        )
    return sources.open_counted(dataset, expect=expect, is_needed=is_needed)


def iso(moment: dt.datetime) -> str:
    """ISO 8601 in UTC, as everywhere in the result document."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _span(start: dt.datetime | None, end: dt.datetime | None) -> tuple[int | None, int | None]:
    return (None if start is None else to_us(start)), (None if end is None else to_us(end))


def _bounds(
    cut: WindowCut | RowCut | None, key: int
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """The start and the end of a window, where it has them."""
    return cut.bounds(key) if isinstance(cut, WindowCut) else (None, None)


def _window(index: int, cut: WindowCut | RowCut | None, key: int, found: Profiled) -> Window:
    start, end = (None if moment is None else iso(moment) for moment in _bounds(cut, key))
    profile = found.profiles.get(key, found.empty)
    late = 0 if profile.activity is None else profile.activity.late_rows or 0
    return Window(
        index,
        rows=profile.rows,
        start=start,
        end=end,
        late_rows=late,
        rank_error=profile.rank_error,
    )


def _kept(config: Config, cut: WindowCut | RowCut | None, found: Profiled) -> list[int]:
    keys = list(found.profiles)
    if cut is None or config.windows is None or config.windows.incomplete == "keep":
        return keys
    if isinstance(cut, RowCut):
        return [key for key in keys if found.profiles[key].rows == cut.rows]
    return [key for key in keys if cut.is_complete(key, found.newest_us)]


def _with_empty(config: Config, cut: WindowCut | RowCut | None, keys: list[int]) -> list[int]:
    """The windows, and those in which nothing arrived: that is worth telling, too."""
    if not isinstance(cut, WindowCut) or config.windows is None:
        return keys
    to_end = config.windows.incomplete == "keep"
    return cut.every(keys, to_end=to_end, most=_MORE_WINDOWS + 2 * len(keys))


def _cut(config: Config) -> WindowCut | RowCut | None:
    windows = config.windows
    if windows is None:
        return None
    if windows.rows is not None:
        return RowCut(windows.rows)
    if windows.every is None and windows.start is None and windows.end is None:
        return None
    return WindowCut.of(windows)


def limits_of(config: Config) -> Limits:
    """What each summary keeps."""
    if config.exact:
        return Limits(points=None, labels=None)
    return Limits(points=config.points, labels=config.labels_kept)


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
        elif column.is_tested and column.reading is Reading.LABEL and column.dtype != "Boolean":
            found[column.name] = pl.String()
    return found


def told(progress: Progress | None, what: str) -> Callable[[int], None] | None:
    return None if progress is None else lambda rows: progress(what, rows)
