"""What a run looks at besides the columns' distributions: outcomes, activity, segments."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping

import polars as pl

from mmon import analyses
from mmon.applications.formulas import formulas
from mmon.comparison.known_blocks import fitting
from mmon.comparison.metric_checks import check_full_names, check_metrics, check_scores
from mmon.comparison.roles import (
    is_wanted,
    narrow,
    refuse,
    role_columns,
    without_segments,
)
from mmon.comparison.task import is_asked, production_outcome, reference_outcome
from mmon.config.sections import Config
from mmon.config.windows import Windows
from mmon.errors import ConfigError
from mmon.profiles.activity.requests import ActivityPlan
from mmon.profiles.cells import Cells
from mmon.profiles.features.row_sample import RowSample
from mmon.profiles.folding.batches import Extent, SamplePlan
from mmon.profiles.outcomes.classification import ClassificationTables
from mmon.profiles.outcomes.outcome_reader import OutcomePlan
from mmon.profiles.plan import Plan
from mmon.profiles.table import Profile
from mmon.windows.durations import length_us

Schema = Mapping[str, pl.DataType]

_MAKE_AGAIN = "make it again with: mmon baseline DATA --config CONFIG -o FILE"


def reference_extent(config: Config, plan: Plan, schema: Schema, rows: int) -> Extent:
    """What is summarised of the reference, and so many rows of it that are kept.

    `ConfigError` where it lacks a configured column, or the columns do not suffice for the task.
    """
    _check_segments(config, schema)
    outcome = _placed(reference_outcome(config, schema), config, plan, schema)
    if outcome is not None:
        check_metrics(config, outcome.task)
    settings, segments = config.analyses.model_performance, config.segments
    return Extent(
        outcome=outcome,
        activity=_activity(config, plan, schema),
        segments=segmenting(config),
        top=segments.top if segments is not None else 0,
        bins=settings.bins if settings is not None else 0,
        sample=_sample(config, rows),
        cluster=config.columns.cluster,
        formulas=formulas(config),
    )


def production_extent(config: Config, plan: Plan, reference: Profile, schema: Schema) -> Extent:
    """What is summarised of production: what the reference was."""
    lateness = None if config.windows is None else config.windows.allowed_lateness
    outcome = _placed(production_outcome(config, reference), config, plan, schema)
    if outcome is not None and reference.performance is not None:
        check_metrics(config, outcome.task)
        check_full_names(config, reference.performance)
        check_scores(config, outcome)
    return Extent(
        outcome=outcome,
        activity=_activity(config, plan, schema),
        allowed_lateness_us=0 if lateness is None else length_us(lateness),
        segments=tuple(reference.segment_values),
        sample=_sample(config, sampled_rows(config)),
        cluster=config.columns.cluster,
        formulas=formulas(config),
        cells=Cells.of(reference),
    )


def sampled_rows(config: Config) -> int:
    """How many rows of each side are kept: none unless an analysis reads them."""
    return config.sample if analyses.read_rows(config) else 0


def _sample(config: Config, rows: int) -> SamplePlan | None:
    return (
        SamplePlan(rows, config.columns.id, tuple(role_columns(config.columns))) if rows else None
    )


def stored_reference(config: Config, profile: Profile) -> Profile:
    """A profile that was made before, with what this run looks at.

    `ConfigError` where it lacks a configured column or segment.
    """
    asked = segmenting(config)
    for column in asked:
        if column not in profile.segment_values:
            what = f"segments: the baseline was made without segments of {column!r}"
            raise ConfigError(what, hint=_MAKE_AGAIN)
    if config.analyses.model_performance is None:
        profile = dataclasses.replace(profile, performance=None, features=None)
    elif profile.performance is not None:
        _check_outcome_columns(config, profile)
    elif is_asked(config):
        raise ConfigError(
            f"the baseline of {profile.source} holds no performance: it was made without "
            "columns.target",
            hint=_MAKE_AGAIN,
        )
    narrowed = narrow(profile, config.columns)
    kept = {column.name for column in narrowed.columns}
    features = profile.features
    if features is not None:
        features = features.only(
            [i for i, t in enumerate(features.tables) if t.binning.column in kept]
        )
    segments = tuple(
        dataclasses.replace(one, profile=narrow(one.profile, config.columns))
        for one in profile.segments
        if one.column in asked
    )
    return dataclasses.replace(
        narrowed,
        features=features,
        sample=_stored_sample(config, profile, kept),
        noise=fitting(config, profile.noise),
        segments=segments,
        segment_values={name: v for name, v in profile.segment_values.items() if name in asked},
    )


def _stored_sample(config: Config, profile: Profile, kept: Collection[str]) -> RowSample | None:
    """The rows that a profile holds, as far as this run looks at them."""
    if profile.sample is None or not sampled_rows(config):
        return None
    rows = profile.sample.without({column.name for column in profile.columns} - {*kept})
    is_measured = config.analyses.model_performance is not None
    return rows if is_measured else dataclasses.replace(rows, outcome=None)


def check_scored_classes(config: Config, reference: Profile) -> None:
    """See that every class of the reference has its column of scores.

    A slip in a class's name would spoil every metric of scores.
    """
    tables = reference.performance
    if not config.columns.scores or not isinstance(tables, ClassificationTables):
        return
    rows = dict(zip(tables.classes, tables.confusion.sum(axis=1).tolist(), strict=True))
    unscored = [name for name, count in rows.items() if count and name not in config.columns.scores]
    unused = [name for name in config.columns.scores if not rows.get(name)]
    if unscored:
        known = f"; {', '.join(map(repr, unused))} never occurs" if unused else ""
        raise ConfigError(
            f"columns.scores: class {unscored[0]!r} of {config.columns.target!r} has no column",
            hint=f"name the score column of every class{known}",
        )


def _check_outcome_columns(config: Config, profile: Profile) -> None:
    """See that what the model says was no feature when the profile was made."""
    for name, role in role_columns(config.columns).items():
        column = profile.column(name)
        if column is not None and column.is_feature:
            what = f"columns.{role}: {name!r} is a feature in the baseline"
            raise ConfigError(what, hint=_MAKE_AGAIN)


def segmenting(config: Config) -> tuple[str, ...]:
    """The columns by whose values every analysis is repeated."""
    return () if config.segments is None else config.segments.columns


def _check_segments(config: Config, schema: Schema) -> None:
    refuse(without_segments(schema, segmenting(config)))
    for name in segmenting(config):
        if schema[name].is_nested():
            raise ConfigError(
                f"segments: {name!r} holds {schema[name].base_type()} values, which make no groups",
                hint="name a column of texts, whole numbers or booleans",
            )


def _activity(config: Config, plan: Plan, schema: Schema) -> ActivityPlan | None:
    """Where the times, latencies and errors of a side stand, as far as it has them."""
    columns = {"timestamp": plan.timestamp}
    if config.analyses.system_performance is not None:
        of_rows = ("id", "latency", "error")
        columns |= {role: getattr(config.columns, role) for role in of_rows}
    elif config.windows is None:
        return None
    there = {role: name for role, name in columns.items() if name in schema}
    return ActivityPlan(**there, timezone=(config.windows or Windows()).timezone)


def _placed(
    outcome: OutcomePlan | None, config: Config, plan: Plan, schema: Schema
) -> OutcomePlan | None:
    """Where the outcomes stand, and when they were, as far as a side tells it."""
    if outcome is None:
        return None
    timestamp = plan.timestamp if plan.timestamp in schema else None
    zone = (config.windows or Windows()).timezone
    return dataclasses.replace(outcome, timestamp=timestamp, timezone=zone)


def is_compared(config: Config, known: Collection[str] | None = None) -> Callable[[str], bool]:
    """Which columns a run reads; a trouble with any other must not stop it.

    Of production, only those ``known`` from the reference are read.
    """
    roles = config.columns
    own = (name for one in formulas(config) for name in one.columns)
    named = {*role_columns(roles), *segmenting(config), *own}
    if config.labels is not None and config.labels.on is not None:
        named.add(config.labels.on)

    return lambda name: (
        name in named or ((known is None or name in known) and is_wanted(name, roles, None))
    )


def new_columns(config: Config, reference: Profile, schema: Schema) -> dict[str, pl.DataType]:
    """Production's columns that the reference does not have, and nobody asked to leave out."""
    if config.columns.features != "all":
        return {}
    roles = config.columns
    known = {column.name for column in reference.columns} | role_columns(roles).keys()
    return {name: t for name, t in schema.items() if name not in known and not roles.ignores(name)}
