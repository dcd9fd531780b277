"""What a run looks at besides the columns' distributions: outcomes, activity, segments."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping

import polars as pl

from mmon.config import Config
from mmon.config_problems import closest
from mmon.errors import ConfigError
from mmon.profiles.activity_fold import ActivityPlan
from mmon.profiles.build import Extent
from mmon.profiles.plan import Plan, narrow
from mmon.profiles.table import Profile
from mmon.profiles.tasks import production_outcome, reference_outcome
from mmon.windows import length_us

Schema = Mapping[str, pl.DataType]


def reference_extent(config: Config, plan: Plan, schema: Schema) -> Extent:
    """What is summarised of the reference.

    Raises
    ------
    ConfigError
        When it lacks a configured column, or the columns do not suffice for the task.
    """
    _check_segments(config, schema)
    performance = config.analyses.model_performance
    return Extent(
        outcome=reference_outcome(config, schema),
        activity=_activity(config, plan, schema),
        segments=config.segments.columns if config.segments is not None else (),
        top=config.segments.top if config.segments is not None else 0,
        bins=performance.bins if performance is not None else 0,
    )


def production_extent(config: Config, plan: Plan, reference: Profile, schema: Schema) -> Extent:
    """What is summarised of production: what the reference was.

    Raises
    ------
    ConfigError
        When the columns do not suffice for the reference's task.
    """
    windows = config.windows
    lateness = windows.allowed_lateness if windows is not None else None
    return Extent(
        outcome=production_outcome(config, reference),
        activity=_activity(config, plan, schema),
        allowed_lateness_us=0 if lateness is None else length_us(lateness),
        segments=tuple(dict.fromkeys(one.column for one in reference.segments)),
        reference=reference,
    )


def stored_reference(config: Config, profile: Profile) -> Profile:
    """A profile that was made before, with what this run looks at.

    Raises
    ------
    ConfigError
        When it lacks a configured column or segment.
    """
    asked = config.segments.columns if config.segments is not None else ()
    stored = {one.column for one in profile.segments}
    for column in asked:
        if column not in stored:
            raise ConfigError(
                f"segments: the baseline was made without segments of {column!r}",
                hint="make it again with: mmon baseline --config FILE",
            )
    narrowed = narrow(profile, config.columns)
    kept = {column.name for column in narrowed.columns}
    features = profile.features
    if features is not None:
        places = [i for i, t in enumerate(features.tables) if t.binning.column in kept]
        sample = features.sample
        features = dataclasses.replace(
            features,
            tables=tuple(features.tables[index] for index in places),
            sample=sample and dataclasses.replace(sample, bins=sample.bins[:, places]),
        )
    segments = tuple(
        dataclasses.replace(one, profile=narrow(one.profile, config.columns))
        for one in profile.segments
        if one.column in asked
    )
    has_outcomes = config.analyses.model_performance is not None
    return dataclasses.replace(
        narrowed,
        performance=profile.performance if has_outcomes else None,
        features=features if has_outcomes else None,
        segments=segments,
    )


def _check_segments(config: Config, columns: Collection[str]) -> None:
    for name in config.segments.columns if config.segments is not None else ():
        if name not in columns:
            raise ConfigError(
                f"segments: the reference has no column {name!r}", hint=closest(name, columns)
            )


def _activity(config: Config, plan: Plan, schema: Schema) -> ActivityPlan | None:
    """Where the times, latencies and errors of a side stand, as far as it has them."""
    if config.analyses.system_performance is None:
        return None
    roles, windows = config.columns, config.windows

    def there(name: str | None) -> str | None:
        return name if name in schema else None

    return ActivityPlan(
        timestamp=there(plan.timestamp),
        latency=there(roles.latency),
        error=there(roles.error),
        id=there(roles.id),
        timezone=windows.timezone if windows is not None else "UTC",
    )
