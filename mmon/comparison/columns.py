"""How each column is read: decided on the reference, followed by production."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import polars as pl

from mmon.comparison.roles import (
    UNTESTED,
    is_wanted,
    own_time,
    refuse,
    role_columns,
    untested,
    without_either,
    without_roles,
    without_texts,
)
from mmon.config.columns import Columns
from mmon.errors import ConfigError, DataError
from mmon.profiles.distributions.reading import Reading, is_comparable, natural_reading
from mmon.profiles.plan import Plan
from mmon.profiles.recognition.following import followed_spelling
from mmon.profiles.recognition.recognise import Found
from mmon.profiles.recognition.spelling import TEXTS, NumberSpelling, Spelling, spelled
from mmon.profiles.recognition.timely import TIME_NAME
from mmon.profiles.recognition.times import ClockSpelling, TimeSpelling, strptime_format
from mmon.profiles.table import ColumnProfile, Profile
from mmon.results import ColumnKind


def plan_reference(
    schema: Mapping[str, pl.DataType], roles: Columns, found: Mapping[str, Found] | None = None
) -> Plan:
    """Decide how each column of the reference is read.

    ``found`` was recognised in columns whose dtype does not tell what they hold. `ConfigError`
    where a configured column is not in the data.
    """
    refuse(without_roles(schema, roles))
    refuse(without_texts(schema, roles))
    found = found or {}
    timestamp = roles.timestamp or _find_timestamp(schema, found)
    _check_day(timestamp or "", found.get(timestamp or ""))
    columns = tuple(
        _plan_column(name, dtype, roles, timestamp, found.get(name))
        for name, dtype in schema.items()
        if is_wanted(name, roles, timestamp)
    )
    return Plan(columns, timestamp, roles.timestamp is not None)


def plan_production(
    reference: Profile,
    schema: Mapping[str, pl.DataType],
    roles: Columns | None = None,
    found: Mapping[str, Found] | None = None,
) -> Plan:
    """Read production's columns the way the reference's were read; new columns are left out.

    A column of `UNTESTED` may be one that the reference lacks, and the time is by default the
    reference's own. What was ``found`` in production counts where the reference's values were not
    written in text. `ConfigError` where neither side has such a column.
    """
    roles, found = roles or Columns(), found or {}
    columns = [
        _follow(column, schema[column.name], found.get(column.name))
        for column in reference.columns
        if column.name in schema
    ]
    known = {column.name for column in reference.columns}
    refuse(without_either(known, schema, roles))
    for name, role in role_columns(roles).items():
        if role not in UNTESTED or name in known:
            continue
        own = found.get(name)
        if role == "timestamp":
            _check_day(name, own, is_new=True)
        columns.append(_plan_column(name, schema[name], roles, roles.timestamp, own))
    timestamp = own_time(reference) if roles.timestamp is None else roles.timestamp
    before = reference.column(timestamp or "")
    if before is None or not isinstance(before.spelling, TimeSpelling):
        # The reference does not tell the day from the month.
        _check_day(timestamp or "", found.get(timestamp or ""))
    is_named = roles.timestamp is not None
    return Plan(tuple(columns), timestamp if timestamp in schema else None, is_named)


def _check_day(name: str, found: Found | None, *, is_new: bool = False) -> None:
    """See that the day is not guessed: by its values, or of times that the reference lacks."""
    if found is None or not isinstance(found.spelling, TimeSpelling):
        return
    spelling = found.spelling
    if not (spelling.order in ("mdy", "dmy") if is_new else spelling.is_ambiguous):
        return
    lacking = ", and the reference has no such column to tell"
    why = lacking if is_new else " and the like: no value tells"
    form = strptime_format(found.example, spelling.order)
    raise DataError(
        f"column {name!r} holds {found.example!r}{why} whether the day or the month comes first",
        hint=f"say so with dtypes: {{{name}: 'Datetime[{form}]'}}",
    )


def _follow(column: ColumnProfile, dtype: pl.DataType, found: Found | None) -> ColumnProfile:
    reading = column.reading
    is_tested, reason = column.is_tested, column.reason
    if not is_tested and reason not in (UNTESTED["timestamp"].reason, UNTESTED["latency"].reason):
        reading = Reading.PRESENCE
    elif reading is Reading.LABEL and column.dtype == "Boolean" and dtype.base_type() != pl.Boolean:
        reading = Reading.TRUTH
    spelling = followed_spelling(column, reading, dtype, found)
    is_read = spelling is not None and spelled(column.name, dtype, spelling) is not None
    # Times that the user calls numbers are seconds since 1970, on both sides.
    is_read |= column.dtype.startswith("Date") and isinstance(dtype, pl.Date | pl.Datetime)
    if not is_read and not is_comparable(dtype, reading):
        is_tested, reading = False, Reading.PRESENCE
        reason = f"{dtype} values cannot be compared with the reference's {column.dtype}"
    return dataclasses.replace(
        column.without_rows(),
        dtype=str(dtype),
        reading=reading,
        is_tested=is_tested,
        is_feature=column.is_feature and is_tested,
        reason=reason,
        spelling=spelling,
    )


_KINDS = {
    Reading.NUMBER: ColumnKind.NUMERIC,
    Reading.TIME: ColumnKind.DATETIME,
    Reading.LABEL: ColumnKind.CATEGORICAL,
    Reading.TRUTH: ColumnKind.CATEGORICAL,
    Reading.VECTOR: ColumnKind.EMBEDDING,
    Reading.TEXT: ColumnKind.TEXT,
    Reading.PRESENCE: ColumnKind.UNSUPPORTED,
}


def _refuse_kind(name: str, roles: Columns) -> None:
    """See that vectors are not taken for numbers or categories; texts were asked for before."""
    for key in ("categorical", "numeric"):
        if name in getattr(roles, key):
            raise ConfigError(
                f"columns.{key}: {name!r} holds vectors of numbers, which are compared as such",
                hint="take it out of there, or leave the column out with columns.ignore",
            )


def _plan_column(
    name: str, dtype: pl.DataType, roles: Columns, timestamp: str | None, found: Found | None
) -> ColumnProfile:
    reading, kind, reason = natural_reading(dtype)
    spelling: Spelling | None = None
    if found is not None:
        reading, spelling = found.reading, found.spelling
        kind, reason = _KINDS[reading], found.reason if spelling is None else spelling.said
    is_tested, role = reading is not Reading.PRESENCE, untested(name, roles, timestamp)
    if role is not None and (is_tested or role != "latency"):
        reason, reading, own_kind = UNTESTED[role]
        kind, is_tested = own_kind or kind, False
        spelling = None if reading is Reading.PRESENCE else spelling
    elif reading in (Reading.VECTOR, Reading.TEXT):
        _refuse_kind(name, roles)
    elif name in roles.categorical and is_tested:
        kind, reading = ColumnKind.CATEGORICAL, Reading.LABEL
    elif name in roles.numeric and is_tested:
        kind, reading = ColumnKind.NUMERIC, Reading.NUMBER
    if reading is Reading.NUMBER and isinstance(dtype, TEXTS):
        is_read = isinstance(spelling, NumberSpelling | ClockSpelling)
        spelling = spelling if is_read else NumberSpelling()
    is_input = kind in (ColumnKind.NUMERIC, ColumnKind.CATEGORICAL)
    return ColumnProfile(
        name,
        str(dtype),
        kind,
        reading,
        is_tested=is_tested,
        is_feature=is_tested and is_input and name not in role_columns(roles),
        reason=reason,
        spelling=spelling,
        width=None if found is None else found.width,
    )


def _find_timestamp(schema: Mapping[str, pl.DataType], found: Mapping[str, Found]) -> str | None:
    """The one column of times named like the rows' time; None when there is none or a choice."""
    times = {
        name
        for name, one in found.items()
        if isinstance(one.spelling, TimeSpelling) and not one.spelling.is_ambiguous
    }
    named = [
        name
        for name, dtype in schema.items()
        if TIME_NAME.match(name) and (name in times or dtype.base_type() in (pl.Datetime, pl.Date))
    ]
    return named[0] if len(named) == 1 else None
