"""Levels in the configuration: where a number may matter, and where it does."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from mmon.config.fields import Number, OpenShare, Section
from mmon.results.quantity import Bound, Learned, Limit


class Thresholds(Section):
    """Two levels of one result: where it may matter, and where it does.

    A level that is not set is never reached; with neither, the result is told but not judged.
    """

    potential: Number | None = None
    """From here on the change may matter."""
    detected: Number | None = None
    """From here on the change matters."""
    source: Literal["history"] | None = Field(default=None, alias="from", examples=["history"])
    """Where the level is learned from, in the place of both: the windows of the history before,
    else those of the reference."""
    sigmas: Annotated[Number, Field(gt=0, le=100)] | None = Field(default=None, examples=[3])
    """A learned level: so many standard deviations beyond the mean of the windows."""
    quantile: OpenShare | None = Field(default=None, examples=[0.99])
    """A learned level: this quantile of the windows, in the place of ``sigmas``."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        told = [one for one in (self.sigmas, self.quantile) if one is not None]
        if self.source is None and told:
            raise ValueError("sigmas and quantile are of a learned level: add from: history")
        if self.source is not None and len(told) != 1:
            raise ValueError("a level from the history takes either sigmas or quantile")
        if self.source is not None and (self.potential, self.detected) != (None, None):
            raise ValueError("a level is learned from the history, or set: not both")
        return self

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if None not in (self.potential, self.detected) and self.potential > self.detected:  # type: ignore[operator]  # neither is None here
            raise ValueError(f"potential ({self.potential}) is above detected ({self.detected})")
        return self

    @model_serializer(mode="wrap")
    def _as_told(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without what only a learned level has, where it is set."""
        both = ("potential", "detected")
        found: dict[str, Any] = plain(self)
        return {name: one for name, one in found.items() if name in both or one is not None}

    @property
    def is_empty(self) -> bool:
        """Whether there is no level at all."""
        return self.bound().is_empty

    def bound(self, limit: Limit = "max") -> Bound:
        """The levels as those of one limit."""
        is_learned = self.source is not None
        learned = Learned(self.sigmas, self.quantile) if is_learned else None
        return Bound(limit, self.potential, self.detected, learned)


def _not_negative(levels: Thresholds) -> Thresholds:
    lowest = min((one for one in (levels.potential, levels.detected) if one is not None), default=0)
    if lowest < 0:
        raise ValueError(f"a level below 0 ({lowest:g}) would be a gain, not a loss")
    return levels


Losses = Annotated[Thresholds, AfterValidator(_not_negative)]
"""Levels of a change for the worse: a change for the better never reaches them."""


class Floors(Thresholds):
    """Two levels from which values *below* matter: the worse one is the smaller."""

    potential: Number | None = None
    """Below this the value may matter."""
    detected: Number | None = None
    """Below this the value matters."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if None not in (self.potential, self.detected) and self.potential < self.detected:  # type: ignore[operator]  # neither is None here
            raise ValueError(
                f"potential ({self.potential}) is below detected ({self.detected}): of a minimum "
                "the milder level is the higher one"
            )
        return self
