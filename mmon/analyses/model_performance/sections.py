"""Parts of the settings of model performance that are sections of their own, with their keys."""

from __future__ import annotations

from pydantic import Field

from mmon.config.fields import Flag, Number, Section
from mmon.config.levels import Floors, Losses, Thresholds
from mmon.results.quantity import Bound


class PerformanceLevels(Section):
    """Levels of one performance metric; ``max_drop`` compares with the reference."""

    min: Floors = Floors()
    """Levels that the value itself must not fall below."""
    max: Thresholds = Thresholds()
    """Levels that the value itself must not exceed."""
    max_drop: Losses | None = None
    """How much worse than the reference it may be: in the metric's own unit where more is better
    and 1 is best (roc_auc, f1), as a share of the reference's value elsewhere (mae, brier_score,
    r2). Null takes the section's ``max_drop`` where the metric takes part in the verdict."""

    def bounds(self) -> tuple[Bound, ...]:
        """The limits on the value itself."""
        return self.min.bound("min"), self.max.bound("max")


class Costs(Section):
    """What each outcome of a binary decision is worth; losses are negative."""

    true_positive: Number = Field(default=0.0, examples=[100])
    """A positive case that was found."""
    false_positive: Number = Field(default=0.0, examples=[-20])
    """A negative case that was taken for a positive one."""
    false_negative: Number = Field(default=0.0, examples=[-50])
    """A positive case that was missed."""
    true_negative: Number = Field(default=0.0, examples=[0])
    """A negative case that was left alone."""


class Estimates(Section):
    """What performance is to be expected where there are no labels yet, from the scores."""

    gate: Flag = False
    """Whether a drop that is only estimated can fail a run; else it counts as potential at most.
    An estimate sees that inputs moved to harder cases, not that they mean something else."""
