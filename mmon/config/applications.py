"""Numbers of the user's own: a part of the configuration."""

from __future__ import annotations

import importlib
import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from mmon.config.fields import Flag, Section, Text
from mmon.config.levels import Floors, Losses, Thresholds
from mmon.results.quantity import Bound, ResultKind, Unit

_WAYS = ("sql", "polars", "class")
_FIELDS = {"class": "class_"}
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


def _named_by_its_class(schema: dict[str, Any]) -> None:
    """Nothing has to be there by itself: what has a class is called as that is."""
    schema.pop("required", None)


class Application(Section):
    """One application of the user's own: a number of the rows, on both sides."""

    model_config = ConfigDict(json_schema_extra=_named_by_its_class)

    name: ApplicationName
    """What results, reports and alerts call it; no two have the same name. A class has one of its
    own."""
    sql: Text | None = Field(default=None, examples=["avg(refund > 0)"])
    """The number, as an SQL expression of avg, sum, count, min, max, stddev and variance over
    columns, and of arithmetic with them."""
    polars: Text | None = Field(default=None, examples=["(pl.col('refund') > 0).mean()"])
    """The number, as a Polars expression of the same aggregates; nothing else in it is run."""
    where: Text | None = Field(default=None, examples=["country = 'AT'"])
    """Only rows of which this is true are looked at; written as the number is."""
    class_: Text | None = Field(
        default=None, alias="class", examples=["apps/refunds.py:RefundRate"]
    )
    """An application in Python, in the place of an expression: a class that derives from
    mmon.Application or a function that @mmon.application decorates, as pkg.module:MyApp or
    apps/my_app.py:MyApp; or the name of one that needs no place, such as histogram_data_drift. It
    is asked once a window and needs its rows; of segments it is not asked."""
    args: dict[str, Any] = Field(default={}, examples=[{"detected": 0.6}])
    """What the class is made with."""
    thresholds: ApplicationLevels = ApplicationLevels()
    """Levels of the number: it decides where any is set, else it is only told. Of a class they are
    those of every result that has none of its own, in the place of what the class says."""
    by_result: dict[str, ApplicationLevels] = Field(
        default={}, examples=[{"general_drift": {"max": {"detected": 0.6}}}]
    )
    """Levels of single results of a class, by their names."""
    optional: Flag = False
    """Whether a class that fails is only told of; else the run exits with 3 where it is no
    breach."""
    gate: Literal["any", "none"] = "any"
    """What makes a breach: any result of a class that fails, or nothing (only tell)."""
    kind: ResultKind = ResultKind.MM_APP_ANOMALY
    """What kind of result it is; alerts and reports go by it."""
    unit: Literal[Unit.OWN, Unit.SHARE, Unit.SECONDS, Unit.COUNT] | None = Field(
        default=None, examples=["share"]
    )
    """What the number counts: share, seconds, count or own; null takes share for how often
    something is true, else own."""

    @model_validator(mode="before")
    @classmethod
    def _named_as_its_class(cls, body: Any) -> Any:
        """What has no name of its own is called as its class is."""
        place = body.get("class") if isinstance(body, dict) else None
        if not isinstance(place, str) or body.get("name") is not None:
            return body
        package = importlib.import_module("mmon.applications.loading")
        return {**body, "name": package.name_in(place)}

    @model_validator(mode="after")
    def _only_of_a_class(self) -> Self:
        own = ("args", "by_result", "optional")
        if self.class_ is None:
            wrong = [name for name in own if getattr(self, name)]
            if self.gate != "any":
                wrong.append("gate")
            if wrong:
                raise ValueError(f"{wrong[0]} is of an application with a class")
        elif (
            self.where is not None
            or self.unit is not None
            or self.kind is not ResultKind.MM_APP_ANOMALY
        ):
            raise ValueError("where, kind and unit are of an application without a class")
        return self

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        told = [way for way in _WAYS if getattr(self, _FIELDS.get(way, way)) is not None]
        if len(told) != 1:
            has = "has none" if not told else f"has {' and '.join(told)}"
            raise ValueError(f"an application takes exactly one of {', '.join(_WAYS)}; this {has}")
        return self
