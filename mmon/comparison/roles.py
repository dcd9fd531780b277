"""What columns are for: the roles that the configuration gives them, and what follows from one."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from mmon import metrics
from mmon.analyses.concept_drift import CLASS_RATIO, ROLES
from mmon.config.columns import Columns, matches
from mmon.config.sections import Config
from mmon.errors import ConfigError, closest, listed, nearly_named
from mmon.profiles.distributions.reading import Reading, is_comparable
from mmon.profiles.table import ColumnProfile, Profile
from mmon.results import ColumnKind

# Each the role of one column.
_SINGLE = (
    *("id", "timestamp", "cluster", "target", "prediction", "score", "lower", "upper"),
    *("latency", "error"),
)


class Untested(NamedTuple):
    """How a column is read that its role keeps from being tested for drift."""

    reason: str
    """Shown in reports; marks the column in a profile."""
    reading: Reading
    kind: ColumnKind | None = None
    """None keeps what its values are."""


UNTESTED = {
    "timestamp": Untested("time", Reading.TIME, ColumnKind.DATETIME),
    "id": Untested("identifier", Reading.PRESENCE, ColumnKind.IDENTIFIER),
    "cluster": Untested("cluster", Reading.PRESENCE, ColumnKind.IDENTIFIER),
    # `system_performance` judges it.
    "latency": Untested("latency", Reading.NUMBER, ColumnKind.NUMERIC),
    "error": Untested("error", Reading.PRESENCE),
}
"""The roles that the data of training need not have; of several of one column, the first counts."""


def untested(name: str, roles: Columns, timestamp: str | None) -> str | None:
    """The role that keeps a column from being tested, if it has one."""
    columns = {role: getattr(roles, role) for role in UNTESTED} | {"timestamp": timestamp}
    return next((role for role, column in columns.items() if column == name), None)


def own_time(profile: Profile) -> str | None:
    """The column of a profile that was taken for the rows' time."""
    reason = UNTESTED["timestamp"].reason
    return next((column.name for column in profile.columns if column.reason == reason), None)


def role_columns(roles: Columns) -> dict[str, str]:
    """Every column that has a role of its own, and which."""
    found = {name: role for role in _SINGLE if (name := getattr(roles, role)) is not None}
    return {**dict.fromkeys(roles.scores.values(), "scores"), **found}


def is_wanted(name: str, roles: Columns, timestamp: str | None) -> bool:
    """Whether a column is read: it is not left out, and is a chosen feature or has a role."""
    is_chosen = roles.features == "all" or name in roles.features
    has_role = name == timestamp or name in role_columns(roles)
    return (is_chosen or has_role) and not roles.ignores(name)


def narrow(profile: Profile, roles: Columns) -> Profile:
    """A stored reference with only the columns that are asked for.

    `ConfigError` where a configured column is not in it, or was stored as another kind.
    """
    refuse(without_roles([column.name for column in profile.columns], roles))
    for column in profile.columns:
        for role, names, kind in (
            ("categorical", roles.categorical, ColumnKind.CATEGORICAL),
            ("numeric", roles.numeric, ColumnKind.NUMERIC),
            ("text", roles.text, ColumnKind.TEXT),
        ):
            if column.name in names and column.kind is not kind:
                raise ConfigError(
                    f"columns.{role}: {column.name!r} is {column.kind} in the baseline",
                    hint="a column's kind is stored: make the baseline again with this option",
                )
    timestamp = roles.timestamp or own_time(profile)
    kept = (column for column in profile.columns if is_wanted(column.name, roles, timestamp))
    return dataclasses.replace(profile, columns=tuple(_in_role(one, roles) for one in kept))


def _in_role(column: ColumnProfile, roles: Columns) -> ColumnProfile:
    """A stored column as its role has it."""
    role = untested(column.name, roles, roles.timestamp)
    if role is None:
        return column
    found = UNTESTED[role]
    if found.reading is Reading.TIME:
        column = dataclasses.replace(
            column, kind=ColumnKind.DATETIME, reading=Reading.TIME, distribution=None
        )
    return dataclasses.replace(column, is_tested=False, is_feature=False, reason=found.reason)


def refuse(errors: Iterable[ConfigError]) -> None:
    """Raise the first of some errors, if there is any."""
    for error in errors:
        raise error


def without_roles(columns: Collection[str], roles: Columns) -> Iterator[ConfigError]:
    """Every configured column that the reference must have and has not."""
    asked = [(role, name) for name, role in role_columns(roles).items() if role not in UNTESTED]
    lists = {
        "categorical": roles.categorical,
        "numeric": roles.numeric,
        "text": roles.text,
        "features": roles.chosen,
    }
    asked += [(role, name) for role, names in lists.items() for name in names]
    for role, name in asked:
        if name not in columns:
            yield lacking(f"columns.{role}", "the reference has no", name, columns)


def without_texts(schema: Mapping[str, pl.DataType], roles: Columns) -> Iterator[ConfigError]:
    """Every column that is called a text and holds none."""
    for name in roles.text:
        if not is_comparable(schema[name], Reading.TEXT):
            yield ConfigError(
                f"columns.text: {name!r} holds {schema[name]} values, which are no texts",
                hint="remove it: what such a column is, its values tell",
            )


def without_either(
    reference: Collection[str], production: Collection[str], roles: Columns
) -> Iterator[ConfigError]:
    """Every column of `UNTESTED` that neither side has."""
    for name, role in role_columns(roles).items():
        if role in UNTESTED and name not in reference and name not in production:
            yield lacking(f"columns.{role}", "neither dataset has a", name, production)


def without_ignored(columns: Collection[str], roles: Columns) -> Iterator[ConfigError]:
    """Every name or pattern to ignore that is that of no column of either side."""
    for pattern in roles.ignore:
        if not any(matches(name, pattern) for name in columns):
            yield lacking("columns.ignore", "neither dataset has a", pattern, columns)


def without_segments(columns: Collection[str], names: Iterable[str]) -> Iterator[ConfigError]:
    """Every segmenting column that the reference has not."""
    for name in names:
        if name not in columns:
            yield lacking("segments", "the reference has no", name, columns)


def without_levels(columns: Collection[str], config: Config) -> Iterator[ConfigError]:
    """Every column with levels, or an importance, of its own that neither side has."""
    drift = config.analyses.data_drift
    keys = {
        "by_column": config.by_column,
        "analyses.data_drift.importance": {} if drift is None else drift.importance,
    }
    for key, names in keys.items():
        for name in names:
            if name not in columns:
                yield lacking(key, "neither dataset has a compared", name, columns)


def check_levels(
    config: Config, reference: Sequence[ColumnProfile], new_columns: Collection[str]
) -> None:
    """See that every column with levels of its own is compared, by what has levels.

    `ConfigError` also where an importance is of no column.
    """
    refuse(without_levels([*(column.name for column in reference), *new_columns], config))
    roles = config.columns.outcome
    for column in (one for one in reference if one.name in config.by_column):
        name, levels = column.name, config.by_column[column.name]
        drifts = {one.name: role for role, one in ROLES.items()}
        for result, role in (drifts | {CLASS_RATIO.name: "target, prediction or score"}).items():
            if result in levels and roles.get(name, "none") not in role:
                raise ConfigError(
                    f"by_column.{name}.{result}: it is no {role}",
                    hint=f"remove it; mmon explain {result} says what it is for",
                )
        for metric in (one for one in metrics.names() if one in levels):
            if levels[metric].is_empty:
                continue
            if not column.is_tested or column.kind not in metrics.metric_class(metric).kinds:
                what = column.reason if not column.is_tested else column.kind
                raise ConfigError(
                    f"by_column.{name}.{metric}: the column is not compared by it ({what})",
                    hint=f"remove it; mmon explain {metric} says what it is for",
                )


def lacking(key: str, who: str, name: str, columns: Collection[str]) -> ConfigError:
    """That a configured column is not there, and which it may be instead."""
    near = nearly_named(name, columns)
    hint = f"did you mean {near[0]!r}?" if near else closest(name, columns, listed(columns))
    return ConfigError(f"{key}: {who} column {name!r}", hint=hint)
