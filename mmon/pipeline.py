"""The whole run, read top to bottom: data to profiles to results to a verdict and its document."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata

import polars as pl

import mmon
from mmon import sources
from mmon.analyses import Context, configured, data_quality
from mmon.config import Config, Dataset
from mmon.config_file import config_digest, public_dict
from mmon.errors import DataError
from mmon.profiles import baseline
from mmon.profiles.build import WHOLE, Limits, Profiled, profile_frame
from mmon.profiles.picture import picture
from mmon.profiles.plan import narrow, plan_production, plan_reference
from mmon.profiles.reading import Reading, natural_reading
from mmon.profiles.settle import settle
from mmon.profiles.table import Profile
from mmon.results import (
    Column,
    Document,
    Metric,
    Picture,
    Result,
    Source,
    Status,
    Window,
)
from mmon.sentence import sentence
from mmon.verdict import Rule, decide, exit_status, judge
from mmon.windows import RowCut, WindowCut

Progress = Callable[[str, int], None]
"""Called with what is being read and the rows read so far."""


@dataclasses.dataclass(frozen=True, slots=True)
class Data:
    """A dataset to read: a frame, and what to call it in reports and messages."""

    frame: pl.LazyFrame
    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class Inputs:
    """The two sides of a run; a side that is None is opened from the configuration."""

    reference: Data | Profile | None = None
    production: Data | None = None


def run(config: Config, inputs: Inputs | None = None, progress: Progress | None = None) -> Document:
    """Compare production with the reference and judge the difference.

    Raises
    ------
    MmonError
        When anything cannot be read or is asked for wrongly.
    """
    inputs = inputs or Inputs()
    started = _now()
    rule = Rule(config.alpha, config.fail_on)
    reference = _reference(config, inputs.reference, progress)
    production = _production(config, reference, inputs.production)
    new_columns = _new_columns(config, reference, production.frame)
    profiled, windows = _windows(config, reference, production, progress)

    results: list[Result] = []
    metrics: list[Metric] = []
    for window, profile in zip(windows, profiled, strict=True):
        context = Context(reference, profile, config, window.index, tuple(new_columns))
        for analysis in configured(config):
            found = analysis.analyse(context)
            judged = judge(found.candidates, rule)
            concluded = analysis.conclude(context, judged) if analysis.conclude else None
            results += judged
            metrics += found.metrics
            if concluded is not None:
                results += judge(concluded.candidates, rule)
                metrics += concluded.metrics
    results += _duplicates(config, inputs, reference, production, rule)
    windows = [
        dataclasses.replace(window, status=_worst_status(results, window.index))
        for window in windows
    ]
    verdict = decide(results, rule, expected=_deciding(config))
    digest = config_digest(config)
    return Document(
        mmon_version=mmon.__version__,
        project=config.project,
        endpoint=config.endpoint,
        run_id=_run_id(digest, started),
        started_at=_iso(started),
        finished_at=_iso(_now()),
        config_digest=digest,
        verdict=verdict,
        exit_status=exit_status(verdict, config.on_inconclusive),
        sentence=sentence(verdict, results, windows, rule),
        fail_on=config.fail_on,
        reference=Source(reference.source, reference.rows, reference.rank_error),
        production=Source(
            production.name,
            sum(window.rows for window in windows),
            max((window.rank_error for window in windows), default=0.0),
        ),
        windows=windows,
        results=results,
        metrics=metrics,
        columns=_columns(config, reference, new_columns),
        pictures=_pictures(reference, profiled, results),
        configuration=public_dict(config),
        versions=_versions(),
    )


def profile_reference(
    config: Config, data: Data | None = None, progress: Progress | None = None
) -> Profile:
    """The settled profile of the configuration's reference dataset.

    Raises
    ------
    DataError
        When it cannot be read or holds no rows.
    """
    opened = data or _opened(config.reference)
    with sources.reading(opened.name):
        schema = opened.frame.collect_schema()
        plan = plan_reference(schema, config.columns)
        if not plan.columns:
            raise DataError(f"{opened.name} has no columns to compare")
        found = profile_frame(
            opened.frame,
            plan,
            source=opened.name,
            limits=_limits(config),
            progress=_told(progress, "reference"),
        )
    profile = found.profiles[WHOLE]
    if not profile.rows:
        raise DataError(
            f"the reference {opened.name} has no rows", hint="give it the data to compare with"
        )
    roles = config.columns
    return settle(profile, frozenset({*roles.categorical, *roles.numeric, *_named(config)}))


def _opened(dataset: Dataset, expect: Mapping[str, pl.DataType] | None = None) -> Data:
    if isinstance(dataset.path, str) and baseline.is_baseline(dataset.path):
        raise DataError(
            f"{dataset.path} is a baseline, which holds no rows",
            hint="only the reference of a comparison can be one",
        )
    frame = sources.open_dataset(dataset, expect=expect)
    return Data(frame, sources.display_name(dataset.path))


def _reference(config: Config, given: Data | Profile | None, progress: Progress | None) -> Profile:
    if isinstance(given, Profile):
        return narrow(given, config.columns)
    path = config.reference.path
    if given is None and isinstance(path, str) and baseline.is_baseline(path):
        return narrow(baseline.load(path), config.columns)
    return profile_reference(config, given, progress)


def _production(config: Config, reference: Profile, given: Data | None) -> Data:
    if given is not None:
        return given
    return _opened(config.production, _expected(reference))


def _windows(
    config: Config, reference: Profile, production: Data, progress: Progress | None
) -> tuple[list[Profile], list[Window]]:
    """Production's profiles, one a window, in the order of time or of rows."""
    cut = _cut(config)
    with sources.reading(production.name):
        schema = production.frame.collect_schema()
        found = profile_frame(
            production.frame,
            plan_production(reference, schema, config.columns),
            source=production.name,
            limits=_limits(config),
            cut=cut,
            progress=_told(progress, "production"),
        )
    kept = _kept(config, cut, found)
    windows = []
    for index, key in enumerate(kept):
        profile = found.profiles[key]
        start, end = cut.bounds(key) if isinstance(cut, WindowCut) else (None, None)
        windows.append(
            Window(
                index=index,
                rows=profile.rows,
                start=None if start is None else _iso(start),
                end=None if end is None else _iso(end),
                rank_error=profile.rank_error,
            )
        )
    return [found.profiles[key] for key in kept], windows


def _kept(config: Config, cut: WindowCut | RowCut | None, found: Profiled) -> list[int]:
    keys = list(found.profiles)
    if cut is None or config.windows is None or config.windows.incomplete == "keep":
        return keys
    if isinstance(cut, RowCut):
        return [key for key in keys if found.profiles[key].rows == cut.rows]
    return [key for key in keys if cut.is_complete(key, found.newest_us)]


def _cut(config: Config) -> WindowCut | RowCut | None:
    windows = config.windows
    if windows is None:
        return None
    if windows.rows is not None:
        return RowCut(windows.rows)
    if windows.every is None and windows.start is None and windows.end is None:
        return None
    return WindowCut.of(windows)


def _limits(config: Config) -> Limits:
    if config.exact:
        return Limits(points=None, labels=None)
    return Limits(points=config.points, labels=config.labels_kept)


def _expected(reference: Profile) -> dict[str, pl.DataType]:
    """What the reference's readings ask of production, for files that do not tell their types."""
    wanted = {Reading.LABEL: pl.String(), Reading.NUMBER: pl.Float64()}
    return {
        column.name: wanted[column.reading]
        for column in reference.columns
        if column.reading in wanted and column.is_tested
    }


def _new_columns(config: Config, reference: Profile, frame: pl.LazyFrame) -> dict[str, pl.DataType]:
    if config.columns.features != "all":
        return {}
    roles = config.columns
    known = {column.name for column in reference.columns} | set(roles.ignore)
    known |= {name for name in (roles.id, roles.timestamp) if name is not None}
    return {name: t for name, t in frame.collect_schema().items() if name not in known}


def _named(config: Config) -> Sequence[str]:
    return () if config.columns.features == "all" else config.columns.features


def _duplicates(
    config: Config, inputs: Inputs, reference: Profile, production: Data, rule: Rule
) -> list[Result]:
    quality = config.analyses.data_quality
    if quality is None or not quality.duplicates:
        return []
    context = Context(reference, reference, config)
    if isinstance(inputs.reference, Profile) or baseline.is_baseline(reference.source):
        return []
    sides = (inputs.reference or _opened(config.reference), production)
    counts = [sources.count_duplicates(side.frame, side.name) for side in sides]
    return judge([data_quality.duplicate_share(context, counts[0], counts[1])], rule)


def _deciding(config: Config) -> frozenset[str]:
    """The applications that must reach a conclusive result for the run to pass."""
    drift, quality = config.analyses.data_drift, config.analyses.data_quality
    return frozenset(
        name
        for name, settings in (("data-drift", drift), ("data-quality", quality))
        if settings is not None and settings.gate != "none"
    )


def _worst_status(results: Sequence[Result], window: int) -> Status:
    statuses = [r.status for r in results if r.window == window and r.gating]
    return max(statuses, key=lambda status: status.severity, default=Status.NO_DETECTION)


def _columns(
    config: Config, reference: Profile, new_columns: Mapping[str, pl.DataType]
) -> list[Column]:
    known = [Column(c.name, c.kind, c.dtype, c.reason) for c in reference.columns]
    new = [
        Column(name, natural_reading(dtype)[1], str(dtype), "new: the reference does not have it")
        for name, dtype in new_columns.items()
    ]
    return known + new


def _pictures(
    reference: Profile, profiles: Sequence[Profile], results: Sequence[Result]
) -> list[Picture]:
    """Each tested column in the window where its judged drift was worst."""
    worst: dict[str, tuple[int, float, int]] = {}
    for result in results:
        if result.column is not None and result.application == "data-drift":
            rank = result.status.severity, abs(result.value or 0.0), -result.window
            if result.status is not Status.IRRELEVANT:
                worst[result.column] = max(worst.get(result.column, rank), rank)
    found = []
    for column in (one for one in reference.columns if one.is_tested):
        window = -worst[column.name][2] if column.name in worst else 0
        current = profiles[window].column(column.name) if profiles else None
        drawn = picture(column, current, window) if current is not None else None
        if drawn is not None:
            found.append(drawn)
    return found


def _told(progress: Progress | None, what: str) -> Callable[[int], None] | None:
    return None if progress is None else lambda rows: progress(what, rows)


def _run_id(digest: str, started: dt.datetime) -> str:
    return hashlib.sha256(f"{digest} {_iso(started)}".encode()).hexdigest()[:16]


def _now() -> dt.datetime:
    """The current time, or SOURCE_DATE_EPOCH for output that can be reproduced byte by byte."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC)
    return dt.datetime.now(dt.UTC)


def _iso(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _versions() -> dict[str, str]:
    packages = {name: metadata.version(name) for name in ("numpy", "polars", "scipy")}
    return {"mmon": mmon.__version__, "python": platform.python_version(), **packages}
