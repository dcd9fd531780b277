"""What a value in the configuration may be: the types that its sections are made of."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from mmon import discovery
from mmon.errors import ConfigError
from mmon.windows.durations import length

DURATION = re.compile(r"^[1-9][0-9]*(m|h|d|w|mo)$")

# Squares, quotients and sums of numbers up to this are numbers, too.
_LARGEST = 1e30
# Far more rows than anyone has, and few enough to be multiplied.
_MOST = 10**15


def _in_size(number: float) -> float:
    if number and not 1 / _LARGEST <= abs(number) <= _LARGEST:
        raise ValueError("must be 0, or between 1e-30 and 1e30 in size")
    return number


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise ValueError(f"{twice!r} is named twice")
    return names


TIMEOUT = re.compile(r"^[1-9][0-9]{0,5}(ms|s|m|h)$")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


# Strict: YAML has numbers and booleans, so a text or a `true` in the place of a number is a slip.
Flag = Annotated[bool, Field(strict=True)]
_Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]
# The limits come first: those after a function are not in the JSON Schema.
Number = Annotated[_Finite, AfterValidator(_in_size)]
Share = Annotated[_Finite, Field(ge=0, le=1), AfterValidator(_in_size)]
OpenShare = Annotated[_Finite, Field(gt=0, lt=1), AfterValidator(_in_size)]
Weight = Annotated[_Finite, Field(ge=0), AfterValidator(_in_size)]
Integer = Annotated[int, Field(strict=True, ge=-_MOST, le=_MOST)]
PositiveInt = Annotated[Integer, Field(ge=1)]
Text = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_distinct)]


def _duration(text: str) -> str:
    if not DURATION.fullmatch(text):
        raise ValueError("must be a length of time such as 10m, 1h, 1d, 1w or 1mo")
    try:
        length(text)
    except ConfigError as error:
        raise ValueError(error.message) from None
    return text


def _timeout(value: object) -> object:
    if not (isinstance(value, str) and TIMEOUT.fullmatch(value)):
        raise ValueError("must be a length of time such as 500ms, 30s, 2m or 1h")
    return value


def seconds(timeout: str) -> float:
    """A `Timeout` in seconds."""
    count = timeout.rstrip("msh")
    return int(count) * _SECONDS[timeout.removeprefix(count)]


def _instant(text: str) -> str:
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a date or time such as 2024-01-31 or 2024-01-31T06:00") from None
    return text


def _judge(value: object) -> object:
    # The command line has texts only.
    found = int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value) else value
    is_number = isinstance(found, int) and not isinstance(found, bool) and found >= 1
    if not is_number and found not in ("all", "last"):
        raise ValueError("must be all, last, or a number of windows such as 4")
    return found


def _timezone(name: str) -> str:
    known = zoneinfo.available_timezones()
    # A machine without a time zone database cannot say what is wrong.
    if known and name not in known:
        raise ValueError("must be a time zone such as UTC or Europe/Vienna")
    return name


def formats() -> tuple[str, ...]:
    """The names of the formats that files are read in; none of their modules is imported."""
    return discovery.names_in("mmon.sources.readers")


def _format(name: object) -> object:
    if name not in formats():
        *known, last = map(repr, formats())
        expected = f"{', '.join(known)} or {last}"
        raise PydanticCustomError("literal_error", "must be {expected}", {"expected": expected})
    return name


def _separator(text: str) -> str:
    # A shell hands on the two characters of \t.
    mark = "\t" if text == r"\t" else text
    if len(mark) != 1 or not mark.isascii() or mark in '"\r\n':
        raise ValueError("must be 1 character such as ; and neither a quote nor a line break")
    return mark


def _file(path: Path) -> Path:
    if path == Path():
        raise ValueError("must be the path of a file")
    return path


def _report(text: str) -> str:
    _file(Path(text))
    return text


Duration = Annotated[
    str, AfterValidator(_duration), Field(json_schema_extra={"pattern": DURATION.pattern})
]
Timeout = Annotated[
    str, BeforeValidator(_timeout), Field(json_schema_extra={"pattern": TIMEOUT.pattern})
]
FormatName = Annotated[
    str,
    BeforeValidator(_format),
    Field(json_schema_extra=lambda own: own.update(enum=[*formats()])),
]
Separator = Annotated[
    str, AfterValidator(_separator), Field(json_schema_extra={"pattern": r"^(.|\\t)$"})
]
Instant = Annotated[str, AfterValidator(_instant)]
Judge = Annotated[Literal["all", "last"] | PositiveInt, BeforeValidator(_judge)]
TimeZone = Annotated[str, AfterValidator(_timezone)]
OutputFile = Annotated[Path, AfterValidator(_file)]
# A text: of ``./a=b.html`` a path would leave out what tells it from ``FORMAT=FILE``.
ReportFile = Annotated[str, AfterValidator(_report)]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    SHORT: ClassVar[str | None] = None
    """The key that a text or a list in the place of the section stands for."""

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, value: Any) -> Any:
        return cls.from_short_form(value)

    @classmethod
    def from_short_form(cls, value: Any) -> Any:
        """The section that a text or a list is short for; anything else as it is."""
        is_short = cls.SHORT is not None and isinstance(value, str | list | tuple)
        return {cls.SHORT: value} if is_short else value
