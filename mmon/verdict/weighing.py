"""A finding with all that its evidence says of its levels, before it is corrected with others."""

from __future__ import annotations

import dataclasses
import math

from mmon.verdict.finding import Finding
from mmon.verdict.own_noise import Noise


@dataclasses.dataclass(slots=True)
class Weighed:
    """A finding and its p-values; a family of them is corrected in place.

    Attributes
    ----------
    finding : Finding
    p : float or None
        Of "nothing changed", as it is told.
    any, potential, detected : float or None
        Of "nothing changed", and of "the value is on the good side" of a level.
    is_below : bool
        Whether the value is surely on the good side of the level that decides.
    family : int
        How many results it was corrected with.
    noise : Noise or None
        What windows do by themselves, where that is known.
    """

    finding: Finding
    p: float | None = None
    any: float | None = None
    potential: float | None = None
    detected: float | None = None
    is_below: bool = False
    family: int = 1
    noise: Noise | None = None

    @property
    def is_tested(self) -> bool:
        """Whether there is a level, and noise."""
        one = self.finding
        is_judged = one.value is not None and one.doubt is None and not one.bound.is_empty
        return is_judged and not one.evidence.is_fact

    def changed(self, alpha: float) -> bool | None:
        """Whether it surely changed at all; None where that was not tested."""
        if not self.is_tested or self.p is None or self.any is None:
            return None
        return self.any <= alpha

    def is_usual(self, alpha: float) -> bool:
        """Whether its value passes its milder level, and windows go as far by themselves."""
        one, noise = self.finding, self.noise
        levels = [level for level in (one.bound.potential, one.bound.detected) if level is not None]
        if noise is None or not self.is_tested or not levels or not passes(one, levels[0]):
            return False
        return max(noise.p_value(one), noise.p_value_against(one, levels[0])) > alpha


def weigh(one: Finding, level: float | None, noise: Noise | None = None) -> Weighed:
    """Ask the evidence of a finding, of which ``level`` decides, and what windows do by themselves.

    What it rests on is best asked while that is at hand: later it has to be put together again.
    """
    found = Weighed(one, noise=noise)
    if one.value is None:
        return found
    found.potential, found.detected = (
        _against(one, level, noise) for level in (one.bound.potential, one.bound.detected)
    )
    if one.segment is None or not one.evidence.is_dear:
        found.p = one.evidence.p_value()
        if found.p is not None and noise is not None and not one.evidence.is_fact:
            found.p = max(found.p, noise.p_value(one))
        found.any = found.p
        # Nothing is surer than that anything changed.
        found.potential, found.detected = (
            p if p is None else max(p, found.p or 0.0) for p in (found.potential, found.detected)
        )
    elif found.is_tested:
        # What is surely beyond a level surely changed.
        found.any = min(p for p in (found.potential, found.detected, 1.0) if p is not None)
    if found.is_tested and level is not None:
        found.is_below = one.evidence.is_below(level)
    return found


def _against(one: Finding, level: float | None, noise: Noise | None) -> float | None:
    """The p-value against a level that the value passes; 1 where it does not.

    Where the error of a summary leaves that open, the one that the value would have at best. It is
    the larger of that of independent rows and that of what windows do by themselves.
    """
    if level is None:
        return None
    is_passed = passes(one, level)
    if is_passed is None:
        level += one.error if one.direction == "below" else -one.error
    if math.isinf(level):
        return 0.0
    if is_passed is False:
        return 1.0
    p_value = one.evidence.p_value_against(level)
    if p_value is None or noise is None:
        return p_value
    return max(p_value, noise.p_value_against(one, level))


def passes(one: Finding, threshold: float) -> bool | None:
    """Whether the value passes a threshold; None when the error leaves it open."""
    value, error = one.value or 0.0, one.error
    if one.direction == "below":
        value, threshold = -value, -threshold
    elif not one.is_signed:
        value = abs(value)
    if threshold == 0.0:
        return value > 0.0 if error == 0.0 or value > error else None
    if value - error >= threshold:
        return True
    return None if value + error >= threshold else False
