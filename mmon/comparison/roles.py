"""What columns are for: the roles that the configuration gives them, and what follows from one."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

from mmon.config.sections import Columns, matches
from mmon.errors import ConfigError, closest, listed, nearly_named
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.table import ColumnProfile, Profile
from mmon.results import ColumnKind

TIME_REASON = "time"
"""Why the rows' time is not tested; marks that column in a profile."""
ID_REASON = "identifier"
LATENCY_REASON = "latency"
"""Why the latency is not tested for drift: `system_performance` judges it."""
ERROR_REASON = "error"
# Each the role of one column.
_SINGLE = ("id", "timestamp", "target", "prediction", "score", "lower", "upper", "latency", "error")
# What the data of training need not have.
MAY_BE_NEW = ("id", "timestamp", "latency", "error")


def is_feature(name: str, kind: ColumnKind, roles: Columns) -> bool:
    """Whether a column is an input of the model: it has no role of its own."""
    return kind in (ColumnKind.NUMERIC, ColumnKind.CATEGORICAL) and name not in role_columns(roles)


def role_columns(roles: Columns) -> dict[str, str]:
    """Every column that has a role of its own, and which."""
    found = {name: role for role in _SINGLE if (name := getattr(roles, role)) is not None}
    return {**dict.fromkeys(roles.scores.values(), "scores"), **found}


def is_wanted(name: str, roles: Columns, timestamp: str | None) -> bool:
    if roles.features == "all":
        return True
    return name in roles.features or name == timestamp or name in role_columns(roles)


def narrow(profile: Profile, roles: Columns) -> Profile:
    """A stored reference with only the columns that are asked for.

    Raises
    ------
    ConfigError
        When a configured column is not in the profile, or was stored as another kind.
    """
    check_roles({column.name: None for column in profile.columns}, roles)
    for column in profile.columns:
        for role, names, kind in (
            ("categorical", roles.categorical, ColumnKind.CATEGORICAL),
            ("numeric", roles.numeric, ColumnKind.NUMERIC),
        ):
            if column.name in names and column.kind is not kind:
                raise ConfigError(
                    f"columns.{role}: {column.name!r} is {column.kind} in the baseline",
                    hint="a column's kind is stored: make the baseline again with this option",
                )
    own_time = next((c.name for c in profile.columns if c.reason == TIME_REASON), None)
    timestamp = roles.timestamp or own_time
    kept = (
        column
        for column in profile.columns
        if not roles.ignores(column.name) and is_wanted(column.name, roles, timestamp)
    )
    return dataclasses.replace(profile, columns=tuple(_in_role(one, roles) for one in kept))


def _in_role(column: ColumnProfile, roles: Columns) -> ColumnProfile:
    """A stored column as the one that identifies the rows or tells their time, if it is that."""
    if column.name == roles.timestamp:
        return dataclasses.replace(
            column,
            kind=ColumnKind.DATETIME,
            reading=Reading.TIME,
            distribution=None,
            is_tested=False,
            reason=TIME_REASON,
        )
    reasons = {roles.error: ERROR_REASON, roles.latency: LATENCY_REASON, roles.id: ID_REASON}
    reason = reasons.get(column.name)
    if reason is None:
        return column
    return dataclasses.replace(column, is_tested=False, is_feature=False, reason=reason)


def check_roles(columns: Collection[str], roles: Columns) -> None:
    """See that every configured column of the reference is there.

    Raises
    ------
    ConfigError
        When one is not.
    """
    asked = [(role, name) for name, role in role_columns(roles).items() if role not in MAY_BE_NEW]
    features = () if roles.features == "all" else roles.features
    lists = {"categorical": roles.categorical, "numeric": roles.numeric, "features": features}
    asked += [(role, name) for role, names in lists.items() for name in names]
    for role, name in asked:
        if name not in columns:
            raise ConfigError(
                f"columns.{role}: the reference has no column {name!r}",
                hint=suggestion(name, columns),
            )


def check_ignored(columns: Collection[str], roles: Columns) -> None:
    """See that every name or pattern to ignore is that of a column of either side.

    Raises
    ------
    ConfigError
        When one is not.
    """
    for pattern in roles.ignore:
        if not any(matches(name, pattern) for name in columns):
            raise ConfigError(
                f"columns.ignore: neither dataset has a column {pattern!r}",
                hint=suggestion(pattern, columns),
            )


def suggestion(name: str, columns: Collection[str]) -> str:
    near = nearly_named(name, columns)
    return f"did you mean {near[0]!r}?" if near else closest(name, columns, listed(columns))
