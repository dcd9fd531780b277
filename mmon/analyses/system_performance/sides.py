"""One operational metric on both sides: how far it rose or fell, and whether by chance."""

from __future__ import annotations

import abc
import dataclasses

from mmon.analyses.system_performance import METRICS
from mmon.results.quantity import Aspect
from mmon.verdict.evidence import Change, Evidence
from mmon.verdict.finding import Finding


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sides(Evidence):
    """A metric of both sides, by itself without any noise.

    Attributes
    ----------
    name : str
    value : float or None
        Production's.
    error : float
        Bound on ``|value - exact value|`` that comes from summaries.
    reference : float or None
        The reference's, of as much time or as many rows; None where it has none.
    least : float
        A reference of less is taken for this much, so that relative changes stay finite: half a
        row, for counts; 0 where a reference of 0 leaves them undefined.
    """

    name: str = ""
    value: float | None = None
    error: float = 0.0
    reference: float | None = None
    least: float = 0.0

    def change(self) -> Change:
        """How much larger or smaller than the reference, as a share of the reference's value."""
        if self.value is None:
            return Change(None, is_relative=True)
        if self.reference is None:
            return Change(None, is_relative=True, reason=f"the reference has no {self.name}")
        before = max(self.reference, self.least)
        if before <= 0.0:
            reason = "the reference's value is not above 0: set a max instead"
            return Change(None, is_relative=True, reason=reason)
        rise = (self.value - self.reference) / before
        return Change(self.rising(rise), self.error / before, is_relative=True)

    def rising(self, change: float) -> float:
        """A change in the direction of the aspect as a rise, and the other way round."""
        return -change if self.aspect == "drop" else change


@dataclasses.dataclass(frozen=True, kw_only=True)
class Noisy(Sides, abc.ABC):
    """A metric with noise: a change from the reference is tested."""

    @property
    def is_change(self) -> bool:
        """A value is estimated by itself; a change is tested."""
        return self.aspect != "value"

    def p_value(self) -> float | None:
        """Of "production is as the reference"; None of a value by itself."""
        return self.of_no_change() if self.is_change else None

    def p_value_at(self, value: float, rows: int | None) -> float | None:
        """The p-value of a change of ``value`` in the direction of the aspect."""
        return self.of_rise(self.rising(value), rows)

    def p_value_against(self, level: float) -> float | None:
        """Of "the true value is on the good side of the level"; a change is tested against none."""
        return 0.0 if self.is_change else self.of_level(level, is_floor=self.direction == "below")

    @abc.abstractmethod
    def of_no_change(self) -> float | None:
        """The p-value of "production is as the reference"."""

    @abc.abstractmethod
    def of_rise(self, rise: float, rows: int | None) -> float | None:
        """The p-value of a value ``1 + rise`` times the reference's, with so many rows."""

    def of_level(self, level: float, *, is_floor: bool) -> float | None:
        """The one-sided p-value of "the true value is on the good side"."""
        return 0.0


def measured(
    name: str,
    value: float | None,
    *,
    evidence: Sides | None = None,
    interval: tuple[float, float] | None = None,
    aspect: Aspect = "value",
    reason: str | None = None,
) -> Finding:
    """A metric of one window; without evidence it is a fact that is compared with nothing."""
    known = evidence or Sides()
    known = dataclasses.replace(known, name=name, value=value, aspect=aspect)
    return Finding(
        METRICS[name],
        value,
        known.error,
        interval,
        reference_value=known.reference,
        evidence=known,
        aspect=aspect,
        reason=reason,
    )
