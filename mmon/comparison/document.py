"""What a run found as its document: judged, counted, drawn, and said in one sentence."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import os
import platform
from collections.abc import Collection, Mapping, Sequence, Set
from importlib import metadata
from typing import TypeVar

import polars as pl

import mmon
from mmon.analyses import Drawing, model_performance
from mmon.analyses.model_performance.gating import may_wait
from mmon.comparison.assessment import Assessment, taking_part, worst_statuses
from mmon.comparison.sides import Production
from mmon.config.sections import Config
from mmon.config_file import config_digest, public_dict
from mmon.outline.seen import shown_windows
from mmon.outline.sentence import sentence
from mmon.outline.severity import deciding
from mmon.profiles.column_chart import pictures
from mmon.profiles.distributions.reading import natural_reading
from mmon.profiles.features.tables import OTHER
from mmon.profiles.table import Profile
from mmon.results import Column, Document, Result, Segment, Source, Status, grouped
from mmon.results.artifacts import Artifact
from mmon.results.charts import (
    ActivityPicture,
    FeatureBin,
    MeaningPicture,
    PerformancePicture,
    Picture,
)
from mmon.results.loss_picture import LossPicture
from mmon.results.pair_picture import PairPicture
from mmon.texts.redaction import masked, without_secrets
from mmon.verdict import decide, exit_status
from mmon.verdict.finding import Rule
from mmon.windows.timestamps import iso

_MOST_BINS = 20_000  # of features, in all windows: of the result document they are the bulk
D = TypeVar(
    "D", ActivityPicture, Artifact, FeatureBin, MeaningPicture, PairPicture, PerformancePicture
)


def document_of(
    config: Config,
    reference: Profile,
    production: Production,
    found: Assessment,
    *,
    rule: Rule,
    started: dt.datetime,
) -> Document:
    """The document of what was found in production, which is decided here."""
    windows = worst_statuses(found.results, production.windows)
    results = taking_part(found.results, windows)
    shown = shown_windows(windows, results, columns=len(reference.columns))
    rank_error = max((window.rank_error for window in windows), default=0.0)
    verdict = decide(
        results, rule, expected=_deciding(config), waiting=_waiting(config, production, rule)
    )
    digest = config_digest(config)
    document = Document(
        mmon_version=mmon.__version__,
        project=config.project and masked(config.project),
        endpoint=config.endpoint and masked(config.endpoint),
        run_id=run_id(digest, started),
        started_at=iso(started),
        finished_at=iso(now()),
        config_digest=digest,
        verdict=verdict,
        exit_status=exit_status(verdict, config.on_inconclusive, results),
        sentence="",
        fail_on=config.fail_on,
        reference=Source(reference.source, reference.rows, reference.rank_error),
        production=Source(
            production.data.name, production.rows, rank_error, production.data.skipped
        ),
        windows=windows,
        # In the order in which they appear.
        quantities=list({r.quantity.key: r.quantity for r in (*results, *found.metrics)}.values()),
        segments=_segments(reference, production.profiles),
        results=results,
        metrics=found.metrics,
        columns=_columns(reference, production.new_columns),
        pictures=_pictures(reference, production.profiles, deciding(results, windows), set(shown)),
        performance=_drawn(found.drawings, PerformancePicture, shown),
        bins=_bins(found.drawings, shown),
        meaning=_drawn(found.drawings, MeaningPicture, shown),
        pairs=_drawn(found.drawings, PairPicture, shown),
        activity=[one for one in found.drawings if isinstance(one, ActivityPicture)],
        configuration=public_dict(config),
        versions=versions(),
        losses=[one for one in found.drawings if isinstance(one, LossPicture)],
        artifacts=_drawn(found.drawings, Artifact, shown),
        errors=found.errors,
    )
    return without_secrets(dataclasses.replace(document, sentence=sentence(document)))


def run_id(digest: str, started: dt.datetime) -> str:
    """What a run of a configuration with that digest is told from others by."""
    return hashlib.sha256(f"{digest} {iso(started)}".encode()).hexdigest()[:16]


def _segments(reference: Profile, profiles: Sequence[Profile]) -> list[Segment]:
    """The values of the segmenting columns that either side has."""
    found = {one.name: one for side in (reference, *profiles) for one in side.segments}
    return [Segment(name, s.column, s.value, s.value == OTHER) for name, s in found.items()]


def _deciding(config: Config) -> frozenset[str]:
    """The applications that must reach a conclusive result for the run to pass."""
    drift, quality = config.analyses.data_drift, config.analyses.data_quality
    return frozenset(
        name
        for name, settings in (("data-drift", drift), ("data-quality", quality))
        if settings is not None and settings.gate != "none"
    )


def _waiting(config: Config, production: Production, rule: Rule) -> frozenset[str]:
    """The applications that may still wait for what they need."""
    both = zip(production.windows, production.profiles, strict=True)
    judged = [profile for window, profile in both if window.is_judged]
    # Windows of a history are analysed again when their labels come.
    waits = may_wait(config, judged, comes_again=rule.comes_again)
    return frozenset({model_performance.APPLICATION} if waits else ())


def _drawn(drawings: Sequence[Drawing], kind: type[D], windows: Collection[int]) -> list[D]:
    return [one for one in drawings if isinstance(one, kind) and one.window in windows]


def _bins(drawings: Sequence[Drawing], windows: Sequence[int]) -> list[FeatureBin]:
    """The bins of the first windows, as many as a document has room for."""
    found = grouped(_drawn(drawings, FeatureBin, windows), lambda one: one.window)
    kept: list[FeatureBin] = []
    for window in windows:
        if kept and len(kept) + len(found.get(window, ())) > _MOST_BINS:
            break
        kept += found.get(window, ())
    return sorted(kept, key=lambda one: one.window)


def _columns(reference: Profile, new_columns: Sequence[Mapping[str, pl.DataType]]) -> list[Column]:
    known = [Column(c.name, c.kind, c.value_type, c.reason) for c in reference.columns]
    every = {name: dtype for one in new_columns for name, dtype in one.items()}
    new = [
        Column(name, natural_reading(dtype)[1], str(dtype), "new: the reference does not have it")
        for name, dtype in every.items()
    ]
    return known + new


def _pictures(
    reference: Profile, profiles: Sequence[Profile], results: Sequence[Result], shown: Set[int]
) -> list[Picture]:
    """Each tested column in the windows shown, and in the one where its judged drift was worst."""
    drift = [one for one in results if one.application == "data-drift" and one.segment is None]
    drift.sort(key=lambda r: (r.status.severity, abs(r.value or 0.0), -r.window))
    worst = {one.column: one.window for one in drift if one.status is not Status.IRRELEVANT}
    # All windows are read by one plan.
    places = {one.name: place for place, one in enumerate(profiles[0].columns)} if profiles else {}
    return [
        drawn
        for column in reference.columns
        if column.is_tested and column.name in places
        for windows in [sorted(shown | {worst.get(column.name, 0)})]
        for drawn in pictures(
            column, {w: profiles[w].columns[places[column.name]] for w in windows}
        )
    ]


def now() -> dt.datetime:
    """The current time, or SOURCE_DATE_EPOCH for output that can be reproduced byte by byte."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC)
    return dt.datetime.now(dt.UTC)


def versions() -> dict[str, str]:
    """Of mmon and of what computes for it."""
    packages = {name: metadata.version(name) for name in ("numpy", "polars", "scipy")}
    return {"mmon": mmon.__version__, "python": platform.python_version(), **packages}
