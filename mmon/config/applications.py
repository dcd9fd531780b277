"""Numbers of the user's own: a part of the configuration."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from mmon.config.fields import Section, Text
from mmon.config.levels import Floors, Losses, Thresholds
from mmon.results.quantity import Bound, ResultKind, Unit

_WAYS = ("sql",)
_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_-]{0,62}$")


def _application_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("must be a name of letters, digits, - and _, such as refund_rate")
    return name


ApplicationName = Annotated[
    str, AfterValidator(_application_name), Field(json_schema_extra={"pattern": _NAME.pattern})
]


class ApplicationLevels(Section):
    """Levels of one number of the user's own."""

    min: Floors = Floors()
    """Levels that the number must not fall below."""
    max: Thresholds = Thresholds()
    """Levels that the number must not exceed."""
    max_drop: Losses = Thresholds()
    """How far below the reference's number it may be, in its own unit."""
    max_rise: Losses = Thresholds()
    """How far above the reference's number it may be, in its own unit."""

    def bounds(self) -> tuple[Bound, ...]:
        """The limits that are set."""
        every = (
            self.min.bound("min"),
            self.max.bound("max"),
            self.max_drop.bound("max_drop"),
            self.max_rise.bound("max_rise"),
        )
        return tuple(one for one in every if not one.is_empty)


class Application(Section):
    """One application of the user's own: a number of the rows, on both sides."""

    name: ApplicationName
    """What results, reports and alerts call it; no two have the same name."""
    sql: Text | None = Field(default=None, examples=["avg(refund > 0)"])
    """The number, as an SQL expression of avg, sum, count, min, max, stddev and variance over
    columns, and of arithmetic with them."""
    where: Text | None = Field(default=None, examples=["country = 'AT'"])
    """Only rows of which this is true are looked at; written as the number is."""
    thresholds: ApplicationLevels = ApplicationLevels()
    """Levels of the number: it decides where any is set, else it is only told."""
    kind: ResultKind = ResultKind.MM_APP_ANOMALY
    """What kind of result it is; alerts and reports go by it."""
    unit: Literal[Unit.OWN, Unit.SHARE, Unit.SECONDS, Unit.COUNT] | None = Field(
        default=None, examples=["share"]
    )
    """What the number counts: share, seconds, count or own; null takes share for how often
    something is true, else own."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        told = [way for way in _WAYS if getattr(self, way) is not None]
        if len(told) != 1:
            has = "has none" if not told else f"has {' and '.join(told)}"
            raise ValueError(f"an application takes exactly one of {', '.join(_WAYS)}; this {has}")
        return self
