"""How many false alarms a service that is watched may raise: a part of the configuration."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from mmon.config.fields import Number, PositiveInt, Section


class FalseAlarms(Section):
    """With a history: how many windows with a false alarm are expected among so many.

    It takes the place of ``alpha``: half of it is for what single windows show, where all results
    that decide are one family, and half for what adds up over windows. Null: one in 365.
    """

    expected: Annotated[Number, Field(gt=0)] = 1.0
    """Windows with any result that is potential or detected though nothing changed."""
    per: PositiveInt = 365
    """Among so many windows."""

    @model_validator(mode="after")
    def _is_share(self) -> Self:
        if self.expected >= self.per:
            raise ValueError(f"expected ({self.expected:g}) is not below per ({self.per:,})")
        return self

    @property
    def alpha(self) -> float:
        """What one window may spend on either half."""
        return 0.5 * self.expected / self.per
