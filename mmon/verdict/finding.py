"""What an analysis found of one quantity, and the rule by which it is judged."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from mmon.results import Direction
from mmon.results.quantity import Aspect, Bound, Limit, Quantity
from mmon.verdict.evidence import Evidence

if TYPE_CHECKING:
    from mmon.config.sections import Config

FailOn = Literal["potential", "detected", "never"]

_FACT = Evidence()
_NO_LEVELS = Bound("max")
_ASPECTS: dict[Limit, tuple[Aspect, Direction]] = {
    "min": ("value", "below"),
    "max": ("value", "above"),
    "max_drop": ("drop", "above"),
    "max_rise": ("rise", "above"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One quantity on both sides, on its way to becoming results.

    Attributes
    ----------
    quantity : Quantity
    value : float or None
        Production's estimate; None when undefined (``reason`` says why).
    error : float
        Bound on ``|value - exact value|`` that comes from compressed summaries.
    interval, reference_interval : (float, float) or None
        Confidence intervals at 95 % of both sides.
    reference_value : float or None
    evidence : Evidence
        What tells it from chance.
    window : int
    segment : str or None
        The name of the segment that it is about.
    column : str or None
    aspect : Aspect
    relative : bool
        Whether the value is a share of the reference's.
    bound : Bound
        Its levels; none where it is only told.
    gating : bool
        Whether it takes part in the verdict.
    reason : str or None
    doubt : str or None
        Why the value, as it is, proves nothing.
    tells_filling : bool
        Whether it tells how much of a window is filled, and so decides in an incomplete one, too.
    """

    quantity: Quantity
    value: float | None
    error: float = 0.0
    interval: tuple[float, float] | None = None
    reference_value: float | None = None
    reference_interval: tuple[float, float] | None = None
    evidence: Evidence = _FACT
    window: int = 0
    segment: str | None = None
    column: str | None = None
    aspect: Aspect = "value"
    relative: bool = False
    bound: Bound = _NO_LEVELS
    gating: bool = False
    reason: str | None = None
    doubt: str | None = None
    tells_filling: bool = False

    @property
    def direction(self) -> Direction:
        """On which side of its levels a value is worse."""
        return self.evidence.direction

    @property
    def is_signed(self) -> bool:
        """Whether a value far on the other side of 0 is harmless."""
        return self.quantity.worse != "farther"


def expanded(finding: Finding, bounds: Iterable[Bound]) -> list[Finding]:
    """One finding for each limit that is set: on the value, on its drop, on its rise.

    Where no limit is set on the value it comes first, only to be told.
    """
    set_ = [bound for bound in bounds if not bound.is_empty]
    found = [_limited(finding, bound) for bound in set_]
    if any(one.aspect == finding.aspect for one in found):
        return found
    direction: Direction = "below" if finding.quantity.worse == "lower" else "above"
    evidence = finding.evidence.facing(finding.aspect, direction)
    return [dataclasses.replace(finding, evidence=evidence, gating=False), *found]


def _limited(finding: Finding, bound: Bound) -> Finding:
    aspect, direction = _ASPECTS[bound.limit]
    if aspect == "value":
        evidence = finding.evidence.facing(finding.aspect, direction)
        return dataclasses.replace(finding, evidence=evidence, bound=bound)
    evidence = finding.evidence.facing(aspect, direction)
    change = evidence.change()
    return dataclasses.replace(
        finding,
        aspect=aspect,
        value=change.value,
        error=change.error,
        relative=change.is_relative,
        interval=change.interval,
        evidence=evidence,
        bound=bound,
        reason=change.reason or finding.reason,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """What decides: the level of significance and the status that fails the run.

    Attributes
    ----------
    alpha : float
    fail_on : FailOn
    is_budget : bool
        Whether alpha is what a window, or a look, may spend on false alarms: then all that decides
        in it is one family, whatever analysis it is of; what adds up over windows is another.
    comes_again : bool
        Whether a window is judged again when its labels come.
    """

    alpha: float = 0.05
    fail_on: FailOn = "detected"
    is_budget: bool = False
    comes_again: bool = False

    @classmethod
    def of_run(cls, config: Config) -> Rule:
        """That of a run by itself, or of one of many looks, of which each may spend a part."""
        if config.look is None:
            return cls(config.alpha, config.fail_on)
        spent = config.alpha * 6.0 / (math.pi * config.look) ** 2
        return cls(spent, config.fail_on, is_budget=True)

    @classmethod
    def of_budget(cls, config: Config) -> Rule:
        """That of a window of a history: it may spend so much on false alarms."""
        return cls(config.budget.alpha, config.fail_on, is_budget=True, comes_again=True)

    @property
    def level(self) -> Literal["potential", "detected"]:
        """The threshold level that gates."""
        return "potential" if self.fail_on == "potential" else "detected"

    def threshold(self, bound: Bound) -> float | None:
        """The level that gates; where it is not set the other one does."""
        both = bound.detected, bound.potential
        first, second = both[::-1] if self.level == "potential" else both
        return second if first is None else first
