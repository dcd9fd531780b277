"""Which columns are read and how: decided on the reference, followed by production."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Collection, Mapping

import polars as pl

from mmon.config import Columns, matches
from mmon.errors import ConfigError, DataError
from mmon.profiles.counts import Counts
from mmon.profiles.ecdf import Ecdf
from mmon.profiles.reading import Reading, is_comparable, natural_reading
from mmon.profiles.recognise import TIME_NAME, Found, names_in_reference
from mmon.profiles.spelling import (
    NUMBER_LABEL,
    TEXTS,
    LabelSpelling,
    NumberSpelling,
    Spelling,
    spelled,
)
from mmon.profiles.table import ColumnProfile, Profile
from mmon.profiles.times import TimeSpelling, strptime_format
from mmon.results import ColumnKind

TIME_REASON = "time"
"""Why the rows' time is not tested; marks that column in a profile."""
ID_REASON = "identifier"
LATENCY_REASON = "latency"
"""Why the latency is not tested for drift: `system_performance` judges it."""
ERROR_REASON = "error"


@dataclasses.dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column to read; the fields are those of `ColumnProfile`."""

    name: str
    dtype: str
    kind: ColumnKind
    reading: Reading
    is_tested: bool = True
    is_feature: bool = False
    reason: str | None = None
    spelling: Spelling | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """All columns to read, which of them tells the rows' time, and whether the user named it."""

    columns: tuple[ColumnPlan, ...]
    timestamp: str | None = None
    is_named: bool = False

    def column(self, name: str | None) -> ColumnPlan | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


def plan_reference(
    schema: Mapping[str, pl.DataType], roles: Columns, found: Mapping[str, Found] | None = None
) -> Plan:
    """Decide how each column of the reference is read.

    Parameters
    ----------
    schema : mapping
        The reference's columns and dtypes.
    roles : Columns
    found : mapping, optional
        What was recognised in columns whose dtype does not tell what they hold.

    Raises
    ------
    ConfigError
        When a configured column is not in the data.
    """
    check_roles(schema, roles)
    found = found or {}
    timestamp = roles.timestamp or _find_timestamp(schema, found)
    _check_order(timestamp, found.get(timestamp or ""))
    columns = tuple(
        _plan_column(name, dtype, roles, timestamp, found.get(name))
        for name, dtype in schema.items()
        if not roles.ignores(name) and _is_wanted(name, roles, timestamp)
    )
    return Plan(columns, timestamp, roles.timestamp is not None)


def is_feature(name: str, kind: ColumnKind, roles: Columns) -> bool:
    """Whether a column is an input of the model: it has no role of its own."""
    return kind in (ColumnKind.NUMERIC, ColumnKind.CATEGORICAL) and name not in role_columns(roles)


def role_columns(roles: Columns) -> dict[str, str]:
    """Every column that has a role of its own, and which."""
    single = {
        "id": roles.id,
        "timestamp": roles.timestamp,
        "target": roles.target,
        "prediction": roles.prediction,
        "score": roles.score,
        "lower": roles.lower,
        "upper": roles.upper,
        "latency": roles.latency,
        "error": roles.error,
    }
    found = {name: role for role, name in single.items() if name is not None}
    return {**dict.fromkeys(roles.scores.values(), "scores"), **found}


def plan_production(
    reference: Profile,
    schema: Mapping[str, pl.DataType],
    roles: Columns | None = None,
    found: Mapping[str, Found] | None = None,
) -> Plan:
    """Read production's columns the way the reference's were read; new columns are left out.

    Parameters
    ----------
    reference : Profile
    schema : mapping
        Production's columns and dtypes.
    roles : Columns, optional
        The configured id and timestamp, which a reference may lack; by default the reference's
        own time.
    found : mapping, optional
        What was recognised in production's columns; it counts where the reference's values were
        not written in text.

    Raises
    ------
    ConfigError
        When neither side has the configured id or timestamp.
    """
    roles, found = roles or Columns(), found or {}
    columns = [
        _follow(column, schema[column.name], found.get(column.name))
        for column in reference.columns
        if column.name in schema
    ]
    known = {column.name for column in reference.columns}
    for name, role in role_columns(roles).items():
        if role not in _MAY_BE_NEW or name in known:
            continue
        if name not in schema:
            raise ConfigError(
                f"columns.{role}: neither dataset has a column {name!r}",
                hint=_suggestion(name, schema),
            )
        own = found.get(name)
        _check_new_time(name, role, own)
        columns.append(_plan_column(name, schema[name], roles, roles.timestamp, own))
    timestamp = roles.timestamp
    is_named = timestamp is not None
    if timestamp is None:
        timestamp = next((c.name for c in reference.columns if c.reason == TIME_REASON), None)
    return Plan(tuple(columns), timestamp if timestamp in schema else None, is_named)


# What the data of training need not have.
_MAY_BE_NEW = ("id", "timestamp", "latency", "error")


def _check_order(timestamp: str | None, found: Found | None) -> None:
    """See that the values of the rows' time tell the day from the month."""
    if found is None or not isinstance(found.spelling, TimeSpelling):
        return
    if found.spelling.is_ambiguous:
        raise DataError(
            f"column {timestamp!r} holds {found.example!r} and the like: no value tells whether "
            "the day or the month comes first",
            hint=_format_hint(timestamp or "", found.example, found.spelling.order),
        )


def _format_hint(name: str, example: str, order: str) -> str:
    return f"say so with dtypes: {{{name}: 'Datetime[{strptime_format(example, order)}]'}}"


def _check_new_time(name: str, role: str, found: Found | None) -> None:
    """See that the day is not guessed of times that the reference, which decides, does not have."""
    if found is None or role != "timestamp" or not isinstance(found.spelling, TimeSpelling):
        return
    spelling = found.spelling
    if spelling.order in ("mdy", "dmy"):
        raise DataError(
            f"column {name!r} holds {found.example!r}, and the reference has no such column to "
            "tell whether the day or the month comes first",
            hint=_format_hint(name, found.example, spelling.order),
        )


def _follow(column: ColumnProfile, dtype: pl.DataType, found: Found | None) -> ColumnPlan:
    reading = column.reading
    is_tested, reason = column.is_tested, column.reason
    if not is_tested and reason not in (TIME_REASON, LATENCY_REASON):
        reading = Reading.PRESENCE
    elif reading is Reading.LABEL and column.dtype == "Boolean" and dtype.base_type() != pl.Boolean:
        reading = Reading.TRUTH
    spelling = _spelling(column, reading, dtype, found)
    is_read = spelling is not None and spelled(column.name, dtype, spelling) is not None
    # Times that the user calls numbers are seconds since 1970, on both sides.
    is_read |= column.dtype.startswith("Date") and isinstance(dtype, pl.Date | pl.Datetime)
    if not is_read and not is_comparable(dtype, reading):
        is_tested, reading = False, Reading.PRESENCE
        reason = f"{dtype} values cannot be compared with the reference's {column.dtype}"
    return ColumnPlan(
        name=column.name,
        dtype=str(dtype),
        kind=column.kind,
        reading=reading,
        is_tested=is_tested,
        is_feature=column.is_feature and is_tested,
        reason=reason,
        spelling=spelling,
    )


def _spelling(
    column: ColumnProfile, reading: Reading, dtype: pl.DataType, found: Found | None
) -> Spelling | None:
    """How production's values are written: as the reference's, as far as it tells."""
    own = found.spelling if found is not None else None
    is_text = isinstance(dtype, TEXTS)
    if reading is Reading.TIME:
        return _time_spelling(column.spelling, own, is_text=is_text)
    if reading is Reading.NUMBER and is_text:
        return _number_spelling(column, own)
    if reading is Reading.LABEL and isinstance(column.distribution, Counts):
        return _label_spelling(column, column.distribution.labels, dtype)
    return None


def _number_spelling(column: ColumnProfile, own: Spelling | None) -> NumberSpelling:
    if isinstance(column.spelling, NumberSpelling):
        return column.spelling
    before = column.distribution
    if isinstance(before, Ecdf) and set(before.values.tolist()) <= {0, 1}:
        return NumberSpelling(is_truth=True)
    return own if isinstance(own, NumberSpelling) else NumberSpelling()


def _label_spelling(
    column: ColumnProfile, labels: pl.Series, dtype: pl.DataType
) -> LabelSpelling | None:
    is_text = isinstance(dtype, TEXTS)
    if not column.dtype.startswith(("String", "Categorical", "Enum")):
        return LabelSpelling(is_number=True) if is_text else None
    if not is_text:
        return LabelSpelling(names=names_in_reference(labels, dtype))
    has_numbers = labels.str.contains(NUMBER_LABEL).any()
    return LabelSpelling() if has_numbers or column.spelling is not None else None


def _time_spelling(
    before: Spelling | None, own: Spelling | None, *, is_text: bool
) -> TimeSpelling | None:
    """The reference's order of day and month, with clocks and offsets as production has them."""
    own = own if isinstance(own, TimeSpelling) else None
    if not isinstance(before, TimeSpelling) or (before.is_written and not is_text):
        return own or (TimeSpelling() if is_text else None)
    if own is None or not before.is_written or not own.is_written:
        return before if own is None else own
    return dataclasses.replace(own, order=before.order)


_KINDS = {
    Reading.NUMBER: ColumnKind.NUMERIC,
    Reading.TIME: ColumnKind.DATETIME,
    Reading.LABEL: ColumnKind.CATEGORICAL,
    Reading.TRUTH: ColumnKind.CATEGORICAL,
}


def _plan_column(
    name: str, dtype: pl.DataType, roles: Columns, timestamp: str | None, found: Found | None
) -> ColumnPlan:
    reading, kind, reason = natural_reading(dtype)
    spelling: Spelling | None = None
    if found is not None:
        reading, spelling = found.reading, found.spelling
        kind, reason = _KINDS[reading], None if spelling is None else spelling.said
    is_tested = reading is not Reading.PRESENCE
    if name == timestamp:
        kind, reading, is_tested, reason = ColumnKind.DATETIME, Reading.TIME, False, TIME_REASON
    elif name == roles.id:
        kind, is_tested, reason = ColumnKind.IDENTIFIER, False, ID_REASON
        reading, spelling = Reading.PRESENCE, None
    elif name == roles.latency and is_tested:
        kind, reading, is_tested = ColumnKind.NUMERIC, Reading.NUMBER, False
        reason = LATENCY_REASON
    elif name == roles.error:
        reading, is_tested, reason = Reading.PRESENCE, False, ERROR_REASON
        spelling = None
    elif name in roles.categorical and is_tested:
        kind, reading = ColumnKind.CATEGORICAL, Reading.LABEL
    elif name in roles.numeric and is_tested:
        kind, reading = ColumnKind.NUMERIC, Reading.NUMBER
    if reading is Reading.NUMBER and isinstance(dtype, TEXTS):
        spelling = spelling if isinstance(spelling, NumberSpelling) else NumberSpelling()
    feature = is_tested and is_feature(name, kind, roles)
    return ColumnPlan(name, str(dtype), kind, reading, is_tested, feature, reason, spelling)


def _is_wanted(name: str, roles: Columns, timestamp: str | None) -> bool:
    if roles.features == "all":
        return True
    return name in roles.features or name == timestamp or name in role_columns(roles)


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
        if not roles.ignores(column.name) and _is_wanted(column.name, roles, timestamp)
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
    if column.name == roles.id:
        return dataclasses.replace(column, is_tested=False, is_feature=False, reason=ID_REASON)
    for name, reason in ((roles.latency, LATENCY_REASON), (roles.error, ERROR_REASON)):
        if column.name == name:
            return dataclasses.replace(column, is_tested=False, is_feature=False, reason=reason)
    return column


def check_roles(columns: Collection[str], roles: Columns) -> None:
    """See that every configured column of the reference is there.

    Raises
    ------
    ConfigError
        When one is not.
    """
    asked = [(role, name) for name, role in role_columns(roles).items() if role not in _MAY_BE_NEW]
    asked += [("categorical", name) for name in roles.categorical]
    asked += [("numeric", name) for name in roles.numeric]
    if roles.features != "all":
        asked += [("features", name) for name in roles.features]
    for role, name in asked:
        if name not in columns:
            raise ConfigError(
                f"columns.{role}: the reference has no column {name!r}",
                hint=_suggestion(name, columns),
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
                hint=_suggestion(pattern, columns),
            )


def nearly_named(name: str, columns: Collection[str]) -> list[str]:
    """The columns that are called so but for case, and for blanks or # around it."""
    plain = name.strip(" \t#").casefold()
    return [column for column in columns if column.strip(" \t#").casefold() == plain]


def _suggestion(name: str, columns: Collection[str]) -> str:
    close = nearly_named(name, columns) or difflib.get_close_matches(name, list(columns), n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    names = list(columns)
    return "it has: " + ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
